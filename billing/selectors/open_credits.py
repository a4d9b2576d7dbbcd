"""What clients had as credit on a day, payment by payment, oldest first.

A page reads the payments that it shows, and what all of them come to; a file reads them all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import items

# A credit without a payment of ours counts as new, and stands last.
SUMS = """
SELECT width_bucket(coalesce(%(as_of)s::date - payment.received_on, 0), %(starts)s::integer[]),
    count(*), -sum(open_item.net)::bigint
FROM open_item LEFT JOIN billing_payment AS payment ON payment.id = open_item.item
GROUP BY 1
"""
LINES = """
SELECT open_item.party, -open_item.net, coalesce(payment.receipt, ''), payment.received_on
FROM open_item LEFT JOIN billing_payment AS payment ON payment.id = open_item.item
ORDER BY payment.received_on, payment.receipt, open_item.item
OFFSET %(first)s LIMIT %(count)s
"""


@dataclass(frozen=True, slots=True)
class OpenCredit:
    """What is left of one payment. Without ``received_on``, it came by another way."""

    client_id: UUID
    amount: Money
    receipt: str
    received_on: date | None


class OpenCredits:
    """All that clients had as credit at the close of ``as_of``, as known at a moment."""

    def __init__(
        self, ages: Sequence[int | None], *, as_of: date, known_at: datetime | None
    ) -> None:
        """Add up by age: ``ages`` are the most days of each, the last of them without an end."""
        self.as_of, self.known_at = as_of, known_at
        self.amounts = [Money(0)] * len(ages)
        self.count = 0
        starts = [most + 1 for most in ages if most is not None]
        for place, count, cents in self._ask(SUMS, starts=starts):
            self.amounts[place] = Money(cents)
            self.count += count

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[OpenCredit]:
        return iter(self[0:None])

    def __getitem__(self, place: slice) -> list[OpenCredit]:
        first = place.start or 0
        count = None if place.stop is None else max(place.stop - first, 0)
        return [
            OpenCredit(party, Money(cents), receipt, received_on)
            for party, cents, receipt, received_on in self._ask(LINES, first=first, count=count)
        ]

    def _ask(self, question: str, **more: Any) -> Sequence[tuple[Any, ...]]:
        return items.of_each(
            question, Role.CLIENT_CREDITS, as_of=self.as_of, known_at=self.known_at, **more
        )
