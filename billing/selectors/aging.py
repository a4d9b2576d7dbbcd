"""Receivables by age: what clients owed on a day, by days past the due date."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse

from billing.models import Invoice, Payment
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger

BUCKETS = (
    ("Not yet due", 0),
    ("1 to 30 days", 30),
    ("31 to 60", 60),
    ("61 to 90", 90),
    ("91 to 120", 120),
    ("Over 120", None),
)
"""Label, and the most days past the due date that still belong to the bucket."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One age, over all clients."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ClientAge:
    """One client by code: an amount for each bucket, and credit as a minus, in cents."""

    client_id: UUID
    code: str
    amounts: list[Money]
    owes: Money
    credit: Money

    @property
    def url(self) -> str:
        return reverse("billing:client", args=[self.client_id])

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


def receivables(*, as_of: date, known_at: datetime | None = None) -> Receivables:
    """Return every client with a balance or a credit at the close of ``as_of``, by code.

    An invoice's age is counted from its due date. The same two dates give the same answer for
    ever.
    """
    owed = subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=as_of, known_at=known_at)
    kept = subledger.open_items(Role.CLIENT_CREDITS, as_of=as_of, known_at=known_at)
    due, codes = _due_dates(owed), _codes(kept)
    amounts: defaultdict[UUID, list[Money]] = defaultdict(lambda: [ZERO] * len(BUCKETS))
    for item in owed:
        due_on, codes[item.party] = due[item.item]
        amounts[item.party][bucket_of((as_of - due_on).days)] += item.balance
    credits: defaultdict[UUID, Money] = defaultdict(lambda: ZERO)
    for item in kept:
        credits[item.party] -= item.balance
    rows = [
        ClientAge(party, codes[party], amounts[party], sum(amounts[party], ZERO), credits[party])
        for party in amounts.keys() | credits.keys()
    ]
    return Receivables(
        as_of=as_of,
        known_at=known_at,
        rows=sorted(rows, key=lambda row: (len(row.code), row.code)),
        buckets=[
            Bucket(label, sum((row.amounts[place] for row in rows), ZERO))
            for place, (label, _) in enumerate(BUCKETS)
        ],
        owes=sum((row.owes for row in rows), ZERO),
        credit=sum((row.credit for row in rows), ZERO),
        control=subledger.balance(Role.CLIENT_RECEIVABLE, as_of=as_of, known_at=known_at),
        credit_control=subledger.balance(Role.CLIENT_CREDITS, as_of=as_of, known_at=known_at),
    )


def bucket_of(days_late: int) -> int:
    """Return the place of the bucket for so many days past the due date."""
    return next(
        place for place, (_, most) in enumerate(BUCKETS) if most is None or days_late <= most
    )


def _due_dates(owed: Iterable[subledger.OpenItem]) -> dict[UUID, tuple[date, str]]:
    """Return invoice id → (due date, its client's code)."""
    rows = Invoice.objects.filter(pk__in=[item.item for item in owed])
    return {
        pk: (due_on, code) for pk, due_on, code in rows.values_list("pk", "due_on", "client__code")
    }


def _codes(kept: Iterable[subledger.OpenItem]) -> dict[UUID, str]:
    """Return client id → code, of the clients with credit."""
    rows = Payment.objects.filter(pk__in=[item.item for item in kept])
    return dict(rows.values_list("client_id", "client__code"))
