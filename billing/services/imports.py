"""Taking in a document of another system: clients, coverages, and sessions to be billed."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from accounts import keys
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import ServiceCode, Session
from billing.services import sessions
from clients.fhir import Adjusted, Encounter, Reading, Unusable
from clients.services import assignments, clients, external
from ledger.money import ZERO, Money

CODE = "IMPORTED"
LABEL = "Imported session"


@dataclass(slots=True)
class Outcome:
    """What a document was made into, and what of it a person should look at."""

    clients: int = 0
    coverages: int = 0
    sessions: int = 0
    fees: Money = ZERO
    known_sessions: int = 0
    unusable: list[Unusable] = field(default_factory=list)
    adjusted: list[Adjusted] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose the sessions are, and when and by whom they are taken in.

    The therapist is assigned to new clients from ``on``; without one, sessions are ``by``'s own.
    """

    therapist: Membership | None
    on: date
    now: datetime
    by: Membership


@transaction.atomic
def take_in(reading: Reading, *, terms: Terms) -> Outcome:
    """Make what a document holds into clients, coverages and unbilled sessions, each once.

    Taking in the same document again changes nothing. What cannot be used does not raise: the
    outcome tells it.
    """
    outcome = Outcome(unusable=[*reading.unusable], adjusted=[*reading.adjusted])
    people = _take_clients(reading, terms, outcome)
    for seen in reading.coverages:
        if seen.patient in people:
            outcome.coverages += external.take_coverage(
                client=people[seen.patient].client, seen=seen, now=terms.now, by=terms.by
            )
    _record_sessions(reading, people, terms, outcome)
    return outcome


def _take_clients(reading: Reading, terms: Terms, outcome: Outcome) -> dict[str, external.Taken]:
    people: dict[str, external.Taken] = {}
    for person in reading.patients:
        try:
            taken = external.take_client(person=person, now=terms.now, by=terms.by)
        except (external.AnotherPerson, clients.NotYetBorn) as fault:
            outcome.unusable.append(Unusable(person.path, str(fault)))
            continue
        people[person.source] = taken
        outcome.clients += taken.is_new
        if taken.is_new and terms.therapist is not None:
            assignments.assign(
                client=taken.client,
                therapist=terms.therapist,
                starts_on=terms.on,
                now=terms.now,
                by=terms.by,
            )
        if taken.looks_like:
            like = ", ".join(taken.looks_like)
            reason = (
                f"Has the family name and birth date of {like}: check whether it is one person."
            )
            outcome.adjusted.append(Adjusted(person.path, reason))
    return people


def _record_sessions(
    reading: Reading, people: dict[str, external.Taken], terms: Terms, outcome: Outcome
) -> None:
    fingerprints = {_fingerprint(encounter): encounter for encounter in reading.encounters}
    rows = Session.objects.filter(source_fingerprint__in=fingerprints)
    known = {bytes(found) for found in rows.values_list("source_fingerprint", flat=True) if found}
    outcome.known_sessions = len(known)
    for fingerprint, encounter in fingerprints.items():
        if fingerprint in known:
            continue
        if encounter.patient not in people:
            reason = "The client could not be used."
            outcome.unusable.append(Unusable(encounter.path, reason))
            continue
        try:
            session = sessions.record(
                client=people[encounter.patient].client,
                therapist=terms.therapist or terms.by,
                service_code=_service_code(terms),
                started_at=encounter.started_at,
                minutes=encounter.minutes,
                fee=Money(encounter.fee_cents),
                now=terms.now,
                by=terms.by,
                source_fingerprint=fingerprint,
            )
        except sessions.NotYetHeld as fault:
            outcome.unusable.append(Unusable(encounter.path, str(fault)))
            continue
        outcome.sessions += 1
        outcome.fees += session.fee


def _fingerprint(encounter: Encounter) -> bytes:
    return keys.fingerprint(encounter.source, purpose="billing.session.source")


def _service_code(terms: Terms) -> ServiceCode:
    """Return the service of imported sessions: it has no list fee, so nobody is offered it."""
    code, is_new = ServiceCode.objects.get_or_create(
        code=CODE, defaults={"label": LABEL, "added_at": terms.now, "added_by": terms.by}
    )
    if is_new:
        events.record(Action.SERVICE_CODE_ADDED, target=code)
    return code
