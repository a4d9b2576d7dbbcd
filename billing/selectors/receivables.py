"""What every client owed on a day, by age, and what was kept as their credit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse

from billing.selectors import aging, codes
from billing.selectors.aging import BUCKETS, Basis, Bucket, bucket_of
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import ages, items, subledger

NONE_OWED = (0,) * len(BUCKETS)
NO_CLIENT = "Not a client"

# What was charged once is added up where it lies; the others are named, and read by themselves.
SUMS = """
, aged AS (
    SELECT party, item, net, charged_on, %(as_of)s::date - charged_on
        - CASE WHEN %(from_due)s THEN coalesce((
            SELECT invoice.due_on - invoice.issued_on FROM billing_invoice AS invoice
            WHERE invoice.id = open_item.item
        ), 0) ELSE 0 END AS days_late
    FROM open_item
)
SELECT party, width_bucket(days_late, %(starts)s::integer[]), sum(net)::bigint, NULL
FROM aged WHERE charged_on IS NOT NULL GROUP BY 1, 2
UNION ALL
SELECT party, NULL, NULL, item FROM aged WHERE charged_on IS NULL
"""


@dataclass(frozen=True, slots=True)
class ClientAge:
    """One client by code: whole cents for each bucket, and of credit.

    Money is made of them when they are shown: a practice has thousands of clients.
    """

    client_id: UUID
    code: str
    cents: Sequence[int]
    credit_cents: int

    @property
    def url(self) -> str:
        return reverse("billing:client", args=[self.client_id]) if self.code != NO_CLIENT else ""

    @property
    def amounts(self) -> list[Money]:
        return [Money(each) for each in self.cents]

    @property
    def owes(self) -> Money:
        return Money(sum(self.cents))

    @property
    def credit(self) -> Money:
        """Credit as a minus."""
        return Money(self.credit_cents)

    @property
    def net(self) -> Money:
        return self.owes + self.credit


@dataclass(frozen=True, slots=True)
class Receivables:
    """What clients owed at the close of ``as_of``, as known at a moment, beside the ledger."""

    as_of: date
    known_at: datetime | None
    rows: list[ClientAge]
    buckets: list[Bucket]
    owes: Money
    credit: Money
    control: Money
    credit_control: Money

    @property
    def net(self) -> Money:
        return self.owes + self.credit

    @property
    def ties_out(self) -> bool:
        """Whether the report equals the control accounts (I-8)."""
        return (self.owes, self.credit) == (self.control, -self.credit_control)


def on(*, as_of: date, known_at: datetime | None = None, basis: Basis = Basis.DUE) -> Receivables:
    """Return every client with a balance or a credit at the close of ``as_of``, by code.

    The same two dates and basis give the same answer for ever.
    """
    owed = _owed(as_of, known_at, basis)
    kept = subledger.balances(Role.CLIENT_CREDITS, as_of=as_of, known_at=known_at)
    names = codes.of_clients({*owed, *kept})
    rows = [
        ClientAge(
            party,
            names.get(party, NO_CLIENT),
            owed.get(party, NONE_OWED),
            -kept[party].cents if party in kept else 0,
        )
        for party in {*owed, *kept}
    ]
    sums = [sum(of_bucket) for of_bucket in zip(*owed.values(), strict=True)] or NONE_OWED
    return Receivables(
        as_of=as_of,
        known_at=known_at,
        rows=sorted(rows, key=lambda row: (len(row.code), row.code, row.client_id.int)),
        buckets=[
            Bucket(label, Money(amount)) for (label, _), amount in zip(BUCKETS, sums, strict=True)
        ],
        owes=Money(sum(sums)),
        credit=Money(sum(row.credit_cents for row in rows)),
        control=subledger.balance(Role.CLIENT_RECEIVABLE, as_of=as_of, known_at=known_at),
        credit_control=subledger.balance(Role.CLIENT_CREDITS, as_of=as_of, known_at=known_at),
    )


def _owed(as_of: date, known_at: datetime | None, basis: Basis) -> Mapping[UUID, list[int]]:
    """Return client → cents for each bucket."""
    found: defaultdict[UUID, list[int]] = defaultdict(lambda: list(NONE_OWED))
    if basis in (Basis.DUE, Basis.BILLED):
        several = []
        for party, place, cents, item in items.of_each(
            SUMS,
            Role.CLIENT_RECEIVABLE,
            as_of=as_of,
            known_at=known_at,
            from_due=basis is Basis.DUE,
            starts=[most + 1 for _, most in BUCKETS if most is not None],
        ):
            if item is None:
                found[party][place] += cents
            else:
                several.append((party, item))
        charges = ages.of_items(Role.CLIENT_RECEIVABLE, several, as_of=as_of, known_at=known_at)
        parts = aging.parts_of(charges, as_of=as_of, known_at=known_at, basis=basis)
    else:
        parts = aging.parts(
            as_of=as_of, known_at=known_at, basis=basis, by_session=basis is Basis.SERVICE
        )
    for part in parts:
        found[part.client_id][bucket_of((as_of - part.counts_from).days)] += part.amount.cents
    return found
