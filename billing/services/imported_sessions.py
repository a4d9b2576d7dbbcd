"""Encounters of another system, recorded as sessions to be billed."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts import keys
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import ServiceCode, Session
from billing.selectors import days, prices
from billing.selectors.prices import Price
from billing.services import mappings, sessions
from clients.fhir import Adjusted, Encounter, Reading, Remedy, Unusable
from clients.services import assignments, external
from ledger.money import ZERO, Money

CODE = "IMPORTED"
LABEL = "Imported session"
WHOSE = "Nobody chose yet whose sessions these are."
WHAT = "Nobody chose yet which service this is."


@dataclass(slots=True)
class Outcome:
    """What a document was made into, and what of it a person should look at.

    ``changed`` counts clients, coverages and related people of which a newer version came,
    ``outdated`` those of which an older one did. ``unusable`` and ``adjusted`` tell of the
    document's own records; ``unchanged`` are the places of those that were here already, as new
    as this.
    """

    clients: int = 0
    coverages: int = 0
    sessions: int = 0
    fees: Money = ZERO
    known_sessions: int = 0
    changed: int = 0
    outdated: int = 0
    claims: int = 0
    claim_cents: int = 0
    not_needed: int = 0
    practitioners: int = 0
    diagnoses: int = 0
    related: int = 0
    unusable: list[Unusable] = field(default_factory=list)
    adjusted: list[Adjusted] = field(default_factory=list)
    unchanged: set[str] = field(default_factory=set)

    @property
    def made(self) -> int:
        return self.clients + self.coverages + self.sessions + self.diagnoses + self.related


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose the sessions are, and when and by whom they are taken in.

    ``therapist`` counts where no practitioner is mapped, and is assigned to new clients from
    ``on``; without one, sessions are ``by``'s own. With ``waits_for_mapping``, a session whose
    practitioner or service nobody chose a meaning for waits instead.
    """

    therapist: Membership | None
    on: date
    now: datetime
    by: Membership
    waits_for_mapping: bool = False


def record_all(
    reading: Reading, people: Mapping[str, external.Taken], *, terms: Terms, outcome: Outcome
) -> None:
    """Record the encounters of a document that are new here; ``outcome`` hears of the others."""
    fingerprints = {_fingerprint(encounter): encounter for encounter in reading.encounters}
    rows = Session.objects.filter(source_fingerprint__in=fingerprints)
    known = {bytes(found) for found in rows.values_list("source_fingerprint", flat=True) if found}
    outcome.known_sessions = len(known)
    names = mappings.names_of(reading, now=terms.now)
    for fingerprint, encounter in fingerprints.items():
        told: Unusable | None
        if encounter.patient not in people:
            told = Unusable(encounter.path, "The client could not be used.", Remedy.WAIT)
        elif fingerprint in known:
            outcome.unchanged.add(encounter.path)
            told = _look_again(encounter, people[encounter.patient], terms)
        else:
            told = _record(encounter, people[encounter.patient], names, terms, outcome)
        if told is not None:
            outcome.unusable.append(told)
    mappings.add_up(names)


def _record(
    encounter: Encounter,
    person: external.Taken,
    names: mappings.Names,
    terms: Terms,
    outcome: Outcome,
) -> Unusable | None:
    """Record a session, or return why it has to wait."""
    mapped = names.therapist(encounter.practitioner)
    therapist, service = mapped or terms.therapist, names.service(encounter.service)
    if terms.waits_for_mapping and therapist is None:
        return Unusable(f"{encounter.path}.participant".lstrip("."), WHOSE, Remedy.MAP)
    if service is None and (terms.waits_for_mapping or encounter.fee_cents is None):
        return Unusable(f"{encounter.path}.type".lstrip("."), WHAT, Remedy.MAP)
    service = service or _service_code(terms)
    fee = Price(Money(encounter.fee_cents)) if encounter.fee_cents is not None else None
    if fee is None:
        held_on = days.day_of(encounter.started_at, days.zone())
        fee = prices.of(person.client, service, on=held_on)
        if fee is None:
            reason = f"{service.code} had no list fee on that day, and no price came with it."
            return Unusable(encounter.path, reason)
    try:
        session = sessions.record(
            client=person.client,
            therapist=therapist or terms.by,
            service_code=service,
            started_at=encounter.started_at,
            minutes=encounter.minutes,
            fee=fee,
            now=terms.now,
            by=terms.by,
            source_fingerprint=_fingerprint(encounter),
        )
    except sessions.NotYetHeld as fault:
        return Unusable(encounter.path, str(fault), Remedy.WAIT)
    except sessions.CodeNotValid as fault:
        return Unusable(f"{encounter.path}.type".lstrip("."), str(fault), Remedy.MAP)
    if person.is_new and mapped is not None:
        assign(person, mapped, terms)
    external.remember(
        external.Kind.SESSION,
        encounter.source,
        person.client,
        encounter.version,
        _said(encounter),
        terms.now,
    )
    names.count(encounter)
    outcome.sessions += 1
    outcome.fees += session.fee
    return None


def _look_again(encounter: Encounter, person: external.Taken, terms: Terms) -> Unusable | None:
    """Return what to tell of a session that is here: it stays as it was recorded."""
    said = _said(encounter)
    record = external.known(external.Kind.SESSION, encounter.source)
    if record is None:
        external.remember(
            external.Kind.SESSION,
            encounter.source,
            person.client,
            encounter.version,
            said,
            terms.now,
        )
        return None
    if external.stand_of(record, encounter.version, said) is not external.Stand.NEWER:
        return None
    is_other = record.said != said
    external.renew(record, encounter.version, said, terms.now)
    if not is_other:
        return None
    reason = "It was changed there after it was taken in: the session stays as it was recorded."
    return Unusable(encounter.path, reason)


def assign(person: external.Taken, therapist: Membership, terms: Terms) -> None:
    """Let a therapist care for a client who came in, unless they do or cannot."""
    with suppress(assignments.AlreadyAssigned, assignments.NotATherapist):
        assignments.assign(
            client=person.client,
            therapist=therapist,
            starts_on=terms.on,
            now=terms.now,
            by=terms.by,
        )


def _said(encounter: Encounter) -> dict[str, str | None]:
    cents = encounter.fee_cents
    return {
        "started_at": encounter.started_at.isoformat(),
        "minutes": str(encounter.minutes),
        "fee_cents": None if cents is None else str(cents),
    }


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
