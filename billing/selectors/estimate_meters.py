"""What was billed beside what was estimated, provider by provider.

A client may dispute a bill of a provider that is at least 400 dollars above that provider's total
(45 CFR 149.620). So everything that a provider billed for sessions of the days in scope counts,
also under a code that no item names. Fees for missed hours are outside, and an estimate says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Membership
from billing.models import Estimate, Session
from billing.selectors import days, estimates, standing
from billing.selectors.estimates import Counting
from billing.selectors.packages import Part
from clients.selectors import clients, families
from ledger.money import ZERO, Money

AMBER = Money(300_00)
STOP = Money(400_00)
Permissions = clients.Permissions


class Level(StrEnum):
    """How far above an estimate it is."""

    WITHIN = "within"
    NEAR = "near"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Meter:
    """A provider's part of an estimate and what was billed of it, in cents."""

    estimate: Estimate
    person_id: UUID
    therapist_id: UUID
    therapist: str
    since: date
    until: date
    estimated: Money
    billed: Money

    @property
    def over(self) -> Money:
        """How much more than estimated is billed; below zero while it is less."""
        return self.billed - self.estimated

    @property
    def level(self) -> Level:
        if self.over >= STOP:
            return Level.ABOVE
        return Level.NEAR if self.over >= AMBER else Level.WITHIN


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter as a list shows it."""

    meter: Meter
    client: clients.Shown


def of_people(client_ids: Collection[UUID]) -> list[Meter]:
    """Return the meters of everything that counts for some people, the latest estimate first. What
    was replaced counts until its replacement was given to the client.
    """
    of_each = estimates.of_people(client_ids, until_given=True)
    counting = [each for group in of_each.values() for each in group]
    if not counting:
        return []
    billed = _billed(counting)
    return [meter for each in counting for meter in _meters(each, billed)]


def near(member: Membership, *, on: date, permissions: Permissions) -> list[Meter]:
    """Return the meters that are amber or above, of the clients whom a member may see; what is
    most above first.
    """
    seen = clients.visible_to(member, on=on, permissions=permissions)
    ids = set(Estimate.objects.filter(client__in=seen).values_list("client_id", flat=True))
    found = [meter for meter in of_people(ids) if meter.level != Level.WITHIN]
    return sorted(found, key=lambda meter: (-meter.over.cents, meter.estimate.number))


def rows(meters: Collection[Meter], *, permissions: Permissions) -> list[MeterRow]:
    """Return meters as a list shows them, in their order."""
    shown = clients.shown({meter.person_id for meter in meters}, permissions=permissions)
    return [MeterRow(meter, shown[meter.person_id]) for meter in meters]


def above_with(
    sessions: Iterable[Session], *, paid: Mapping[UUID, Part], zone: ZoneInfo
) -> list[Meter]:
    """Return the meters that an invoice for these sessions would bring to 400.00 or more above.

    The sessions are not billed yet; those of ``paid`` are billed at what a package pays, which is
    what they cost the client. Meters that the invoice adds nothing to are left out.
    """
    added: defaultdict[tuple[UUID, date], Money] = defaultdict(lambda: ZERO)
    people: set[UUID] = set()
    for session in sessions:
        people.add(session.client_id)
        part = paid.get(session.pk)
        cost = session.fee if part is None else part.amount
        added[session.therapist_id, days.day_of(session.started_at, zone)] += cost
    found = []
    for meter in of_people(people):
        more = sum(
            (
                fee
                for (therapist_id, on), fee in added.items()
                if therapist_id == meter.therapist_id and meter.since <= on <= meter.until
            ),
            ZERO,
        )
        then = Meter(
            meter.estimate,
            meter.person_id,
            meter.therapist_id,
            meter.therapist,
            meter.since,
            meter.until,
            meter.estimated,
            meter.billed + more,
        )
        if more and then.level == Level.ABOVE:
            found.append(then)
    return found


def _meters(
    counting: Counting, billed: dict[tuple[UUID, UUID], list[tuple[date, Money]]]
) -> Iterator[Meter]:
    names = {item.therapist_id: item.therapist for item in counting.items}
    for therapist_id, name in names.items():
        yield Meter(
            estimate=counting.estimate,
            person_id=counting.person_id,
            therapist_id=therapist_id,
            therapist=name,
            since=counting.since,
            until=counting.until,
            estimated=sum(
                (item.sum for item in counting.items if item.therapist_id == therapist_id), ZERO
            ),
            billed=sum(
                (
                    amount
                    for on, amount in billed.get((counting.person_id, therapist_id), ())
                    if counting.counts_on(on)
                ),
                ZERO,
            ),
        )


def _billed(counting: Collection[Counting]) -> dict[tuple[UUID, UUID], list[tuple[date, Money]]]:
    """Return (person, provider) → what stands billed for sessions, with their days."""
    kept = families.ids_of({each.person_id for each in counting})
    lines = standing.lines().filter(
        session__client__in=kept,
        served_on__gte=min(each.since for each in counting),
        served_on__lte=max(each.until for each in counting),
    )
    found: defaultdict[tuple[UUID, UUID], list[tuple[date, Money]]] = defaultdict(list)
    for client_id, therapist_id, on, amount in lines.values_list(
        "session__client_id", "session__therapist_id", "served_on", "amount"
    ):
        found[kept[client_id], therapist_id].append((on, amount))
    return dict(found)
