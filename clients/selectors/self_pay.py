"""Who pays for themselves on which days: without an insurance in force, or not using it.

45 CFR 149.610(a)(2) calls them uninsured or self-pay. That somebody does not use their insurance
is told by the restriction "paid in full: do not tell my plan" of the day.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clients.models import Coverage, Restriction
from clients.selectors import families

Span = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Payers:
    """The days on which some people are insured, and on which they do not use it."""

    kept: dict[UUID, UUID]
    insured: dict[UUID, list[Span]]
    unused: dict[UUID, list[Span]]

    def pays_alone(self, client_id: UUID, *, on: date) -> bool:
        """Say whether a client pays themselves for the services of a day."""
        person = self.kept.get(client_id, client_id)
        is_insured = any(_holds(span, on) for span in self.insured.get(person, ()))
        return not is_insured or any(_holds(span, on) for span in self.unused.get(person, ()))


def of(client_ids: Collection[UUID]) -> Payers:
    """Return how several clients pay, whatever their number in three queries.

    What stands on any record of a person counts for all of them. A day that nobody told of an
    insurance leaves it open on that side.
    """
    kept = families.ids_of(client_ids)
    covered = Coverage.objects.filter(client__in=kept, withdrawn_at=None)
    restricted = Restriction.objects.filter(
        client__in=kept, kind=Restriction.Kind.PAID_IN_FULL, ended_at=None
    )
    columns = ("client_id", "starts_on", "ends_on")
    return Payers(
        kept,
        _by_person(covered.values_list(*columns), kept),
        _by_person(restricted.values_list(*columns), kept),
    )


def _by_person(
    rows: Collection[tuple[UUID, date | None, date | None]], kept: dict[UUID, UUID]
) -> dict[UUID, list[Span]]:
    found: defaultdict[UUID, list[Span]] = defaultdict(list)
    for client_id, starts_on, ends_on in rows:
        found[kept[client_id]].append((starts_on, ends_on))
    return dict(found)


def _holds(span: Span, on: date) -> bool:
    return (span[0] or on) <= on <= (span[1] or on)
