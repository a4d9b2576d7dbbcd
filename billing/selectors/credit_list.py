"""The list of credit that pays nothing yet: which payments stand on a page, and what all come to.

What the credits of one client could pay is used up in their order, the oldest payment first: so a
payment is of use while those before it come to less than its client owes.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from billing.selectors import unapplied
from billing.selectors.invoices import END_OF_TIME
from billing.selectors.unapplied import Credit
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import items, subledger

CREDITS = """
, credit AS (
    SELECT open_item.party, open_item.item, -open_item.net AS cents, payment.received_on,
        sum(-open_item.net) OVER (
            PARTITION BY open_item.party ORDER BY payment.received_on, open_item.item
        ) + open_item.net AS before
    FROM open_item JOIN billing_payment AS payment ON payment.id = open_item.item
    WHERE open_item.net < 0
    AND (%(parties)s::uuid[] IS NULL OR open_item.party = ANY (%(parties)s::uuid[]))
), waiting AS (
    SELECT credit.*, least(credit.cents, coalesce(owed.cents, 0) - credit.before) AS useful_cents
    FROM credit
    LEFT JOIN unnest(%(owing)s::uuid[], %(owed)s::bigint[]) AS owed (party, cents) USING (party)
)
"""
SUMS = """
SELECT count(*), coalesce(sum(cents), 0)::bigint, count(*) FILTER (WHERE useful_cents > 0),
    coalesce(sum(useful_cents) FILTER (WHERE useful_cents > 0), 0)::bigint
FROM waiting
"""
PAGE = """
SELECT party, item FROM waiting WHERE useful_cents > 0 OR %(every)s
ORDER BY received_on, item OFFSET %(first)s LIMIT %(count)s
"""


class CreditList:
    """Credit of some clients, or of all: what is of use now, or with ``every`` all of it.

    ``useful_count``, ``useful_total`` and ``left`` are of all of it in any case.
    """

    def __init__(self, clients: Collection[UUID] | None, *, on: date, every: bool) -> None:
        owed = subledger.balances(Role.CLIENT_RECEIVABLE, as_of=END_OF_TIME)
        owing = {party: balance for party, balance in owed.items() if balance > ZERO}
        self.on, self.every = on, every
        self.asked: dict[str, Any] = {
            "parties": None if clients is None else list(clients),
            "owing": list(owing),
            "owed": [balance.cents for balance in owing.values()],
        }
        ((self.count, left, self.useful_count, useful),) = self._ask(SUMS)
        self.left, self.useful_total = Money(left), Money(useful)

    def __len__(self) -> int:
        return int(self.count if self.every else self.useful_count)

    def __getitem__(self, place: slice) -> list[Credit]:
        first = place.start or 0
        found = self._ask(
            PAGE, every=self.every, first=first, count=max((place.stop or len(self)) - first, 0)
        )
        credits = unapplied.credits({party for party, _ in found}, on=self.on)
        of_payment = {credit.pk: credit for credit in credits}
        return [of_payment[item] for _, item in found if item in of_payment]

    def _ask(self, question: str, **more: Any) -> Sequence[tuple[Any, ...]]:
        return items.of_each(
            CREDITS + question,
            Role.CLIENT_CREDITS,
            as_of=END_OF_TIME,
            known_at=None,
            **self.asked,
            **more,
        )
