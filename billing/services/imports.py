"""Taking in a document of another system: clients, coverages, and sessions to be billed."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Practice
from audit.actions import Action
from audit.services import events
from billing.models import RejectedRecord
from billing.services import imported_sessions, rejects
from billing.services.imported_sessions import CODE, Outcome, Terms
from billing.services.rejects import CameBy, Origin
from clients import fhir
from clients.fhir import Adjusted, Reading, Remedy, Unusable
from clients.services import clients, diagnoses, external, related

__all__ = [
    "CODE",
    "CameBy",
    "Origin",
    "Outcome",
    "Terms",
    "a_file",
    "receive",
    "replay",
    "take_in",
]


def a_file() -> Origin:
    """Return the origin of one file: its records wait for each other and for no other file's."""
    return Origin(CameBy.FILE, uuid7())


@transaction.atomic
def receive(content: object, *, terms: Terms, origin: Origin) -> Outcome:
    """Take in a document, as ``fhir.load`` gives it, and keep what could not be used for a person.

    Nothing of the document raises: the outcome tells what was left out, by its JSON path. What
    waited for a record of this origin is looked at again.
    """
    _one_at_a_time()
    reading = fhir.read(content, origin=origin.prefix)
    rows = rejects.waiting(origin)
    if not rows:
        outcome = take_in(reading, terms=terms)
        _keep(reading, outcome, origin, terms)
        return outcome
    is_bundle = isinstance(content, dict) and content.get("resourceType") == "Bundle"
    entries = content.get("entry") if isinstance(content, dict) and is_bundle else None
    own = entries if isinstance(entries, list) else [{"resource": content}]
    outcome = _take_joined(rejects.joined(own, rows, prefix=origin.prefix), origin, terms)
    if not is_bundle:
        outcome.unusable = [_as_single(told) for told in outcome.unusable]
    return outcome


@transaction.atomic
def replay(row_ids: Collection[UUID], *, terms: Terms) -> int:
    """Try again to take in records that are open; return how many came in."""
    _one_at_a_time()
    taken = 0
    rows = RejectedRecord.objects.filter(pk__in=row_ids, state=rejects.State.OPEN)
    origins = {Origin(row.channel, row.origin) for row in rows}
    for origin in sorted(origins, key=lambda found: found.id):
        asked = [row for row in rows if row.origin == origin.id]
        others = [row for row in rejects.waiting(origin) if row not in asked]
        document = rejects.joined([], [*asked, *others], prefix=origin.prefix)
        before = rejects.open_count()
        _take_joined(document, origin, terms)
        taken += before - rejects.open_count()
    events.record(Action.REJECT_REPLAYED, count=len(rows), taken=taken)
    return taken


def _take_joined(document: rejects.Joined, origin: Origin, terms: Terms) -> Outcome:
    reading = fhir.read(document.document, origin=origin.prefix)
    outcome = take_in(
        reading,
        terms=terms,
        beside={path for path in reading.entries if document.is_beside(path)},
    )
    lasting = [told for told in outcome.unusable if not document.is_beside(told.path)]
    outcome.unusable = lasting
    _keep(reading, outcome, origin, terms)
    outcome.unusable = [told for told in lasting if document.is_own(told.path)]
    outcome.adjusted = [told for told in outcome.adjusted if document.is_own(told.path)]
    return outcome


def _keep(reading: Reading, outcome: Outcome, origin: Origin, terms: Terms) -> None:
    """Keep what was left out, and close what came in: what was here before closes nothing."""
    rejects.queue(reading, outcome.unusable, origin=origin, now=terms.now)
    came = {path: entry for path, entry in reading.entries.items() if path not in outcome.unchanged}
    left = {reading.place_of(told.path)[0]: told.remedy for told in outcome.unusable}
    rejects.settle(came, left, now=terms.now, by=terms.by)


def _as_single(told: Unusable) -> Unusable:
    path = told.path.removeprefix("entry[0].resource").removeprefix(".")
    return Unusable(path, told.reason, told.remedy)


def _one_at_a_time() -> None:
    Practice.objects.select_for_update(no_key=True).get()


@transaction.atomic
def take_in(reading: Reading, *, terms: Terms, beside: Collection[str] = ()) -> Outcome:
    """Make what a document holds into clients, coverages and unbilled sessions, each once.

    Taking in the same document again changes nothing. What cannot be used does not raise: the
    outcome tells it. The records at the places ``beside`` only say who is meant.
    """
    outcome = Outcome(
        unusable=[*reading.unusable],
        adjusted=[*reading.adjusted],
        claims=reading.claims,
        claim_cents=reading.claim_cents,
        not_needed=reading.not_needed,
        practitioners=len(reading.practitioners),
    )
    people = _take_clients(reading, terms, outcome, beside)
    for seen in reading.coverages:
        if seen.patient in people:
            is_new, is_changed = external.take_coverage(
                client=people[seen.patient].client, seen=seen, now=terms.now, by=terms.by
            )
            outcome.coverages += is_new
            outcome.changed += is_changed
            if not (is_new or is_changed):
                outcome.unchanged.add(seen.path)
    _take_related(reading, people, terms, outcome)
    _take_diagnoses(reading, people, terms, outcome)
    imported_sessions.record_all(reading, people, terms=terms, outcome=outcome)
    return outcome


def _take_related(
    reading: Reading, people: dict[str, external.Taken], terms: Terms, outcome: Outcome
) -> None:
    for seen in reading.related:
        if seen.patient not in people:
            continue
        try:
            taken = related.take_related(
                client=people[seen.patient].client,
                seen=seen,
                on=terms.on,
                now=terms.now,
                by=terms.by,
            )
        except related.NotActive as fault:
            where = f"{seen.path}.active".removeprefix(".")
            outcome.unusable.append(Unusable(where, str(fault), Remedy.NONE))
            continue
        outcome.related += taken.is_new
        outcome.changed += taken.is_changed
        outcome.outdated += taken.is_outdated
        if not (taken.is_new or taken.is_renewed):
            outcome.unchanged.add(seen.path)
        if taken.kept:
            outcome.adjusted.append(_kept(seen.path, taken.kept))


def _kept(path: str, names: Collection[str]) -> Adjusted:
    what = ", ".join(name.replace("_", " ") for name in names)
    reason = f"The practice changed this too, so its own word stays: {what}."
    return Adjusted(path, reason)


def _take_diagnoses(
    reading: Reading, people: dict[str, external.Taken], terms: Terms, outcome: Outcome
) -> None:
    for seen in reading.diagnoses:
        if seen.patient not in people:
            continue
        try:
            is_new = external.take_diagnosis(
                client=people[seen.patient].client,
                seen=seen,
                on=terms.on,
                now=terms.now,
                by=terms.by,
            )
        except (diagnoses.NotBillable, diagnoses.RankTaken) as fault:
            where = f"{seen.path}.code".removeprefix(".")
            outcome.unusable.append(Unusable(where, str(fault)))
            continue
        outcome.diagnoses += is_new
        if not is_new:
            outcome.unchanged.add(seen.path)


def _take_clients(
    reading: Reading, terms: Terms, outcome: Outcome, beside: Collection[str]
) -> dict[str, external.Taken]:
    people: dict[str, external.Taken] = {}
    for person in reading.patients:
        try:
            taken = external.take_client(
                person=person, now=terms.now, by=terms.by, only_look_up=person.path in beside
            )
        except (external.AnotherPerson, clients.NotYetBorn) as fault:
            where = f"{person.path}.birthDate".removeprefix(".")
            outcome.unusable.append(Unusable(where, str(fault)))
            continue
        people[person.source] = taken
        outcome.clients += taken.is_new
        outcome.changed += taken.is_changed
        outcome.outdated += taken.is_outdated
        if not (taken.is_new or taken.is_renewed):
            outcome.unchanged.add(person.path)
        if taken.is_new and terms.therapist is not None:
            imported_sessions.assign(taken, terms.therapist, terms)
        if taken.looks_like:
            like = ", ".join(taken.looks_like)
            reason = (
                f"Has the family name and birth date of {like}: check whether it is one person."
            )
            outcome.adjusted.append(Adjusted(person.path, reason))
        if taken.kept:
            outcome.adjusted.append(_kept(person.path, taken.kept))
    return people
