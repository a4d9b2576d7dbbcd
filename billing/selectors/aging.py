"""Receivables by age: what clients owed on a day, by days past the due date."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models.expressions import RawSQL
from django.urls import reverse

from billing.models import Invoice, InvoiceLine
from billing.selectors import codes
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import ages, subledger
from ledger.selectors.ages import OpenCharge

BUCKETS = (
    ("Not yet due", 0),
    ("1 to 30 days", 30),
    ("31 to 60", 60),
    ("61 to 90", 90),
    ("91 to 120", 120),
    ("Over 120", None),
)
"""Label, and the most days past the due date that still belong to the bucket."""


NONE_OWED = (0,) * len(BUCKETS)
NO_CLIENT = "Not a client"


class Basis(StrEnum):
    """From which day an age is counted. Until there are statements, an invoice is the bill."""

    DUE = "due"
    SERVICE = "service"
    BILLED = "billed"


@dataclass(frozen=True, slots=True)
class Part:
    """What is open of one charge, or of one session of it, and the day its age counts from."""

    client_id: UUID
    therapist_id: UUID | None
    counts_from: date
    amount: Money


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
        return reverse("billing:client", args=[self.client_id]) if self.code != NO_CLIENT else ""

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


def receivables(
    *, as_of: date, known_at: datetime | None = None, basis: Basis = Basis.DUE
) -> Receivables:
    """Return every client with a balance or a credit at the close of ``as_of``, by code.

    The same two dates and basis give the same answer for ever.
    """
    owed = parts(as_of=as_of, known_at=known_at, basis=basis, by_session=basis is Basis.SERVICE)
    kept = subledger.balances(Role.CLIENT_CREDITS, as_of=as_of, known_at=known_at)
    # In whole cents and only then as money: there are many, and each sum of money makes a new one.
    cents: defaultdict[UUID, list[int]] = defaultdict(lambda: list(NONE_OWED))
    for part in owed:
        cents[part.client_id][bucket_of((as_of - part.counts_from).days)] += part.amount.cents
    credits = {party: -balance for party, balance in kept.items()}
    for party in credits:
        cents.setdefault(party, list(NONE_OWED))
    names = codes.of_clients(cents.keys())
    rows = [
        ClientAge(
            party,
            names.get(party, NO_CLIENT),
            [Money(each) for each in of_party],
            Money(sum(of_party)),
            credits.get(party, ZERO),
        )
        for party, of_party in cents.items()
    ]
    buckets = [sum(of_bucket) for of_bucket in zip(*cents.values(), strict=True)]
    return Receivables(
        as_of=as_of,
        known_at=known_at,
        rows=sorted(rows, key=lambda row: (len(row.code), row.code)),
        buckets=[
            Bucket(label, Money(amount))
            for (label, _), amount in zip(BUCKETS, buckets or NONE_OWED, strict=True)
        ],
        owes=Money(sum(buckets)),
        credit=Money(sum(each.cents for each in credits.values())),
        control=subledger.balance(Role.CLIENT_RECEIVABLE, as_of=as_of, known_at=known_at),
        credit_control=subledger.balance(Role.CLIENT_CREDITS, as_of=as_of, known_at=known_at),
    )


def bucket_of(days_late: int) -> int:
    """Return the place of the bucket for so many days past the due date."""
    return next(
        place for place, (_, most) in enumerate(BUCKETS) if most is None or days_late <= most
    )


def parts(
    *,
    as_of: date,
    known_at: datetime | None = None,
    basis: Basis,
    by_session: bool,
    parties: Collection[UUID] | None = None,
) -> list[Part]:
    """Return what clients owe, charge by charge; ``by_session`` also shares each among its
    sessions, in proportion to their fees and to the cent. ``parties`` keeps to those clients.
    """
    owed = ages.open_charges(
        Role.CLIENT_RECEIVABLE, as_of=as_of, known_at=known_at, parties=parties
    )
    invoices = _days(owed)
    sessions = _sessions(owed) if by_session else {}
    found = []
    for charge in owed:
        issued_on, due_on = invoices.get(charge.item, (charge.charged_on, charge.charged_on))
        # What is charged to an invoice later has the same terms, from its own day on.
        billed_on = charge.charged_on
        counts_from = billed_on if basis is Basis.BILLED else billed_on + (due_on - issued_on)
        lines = sessions.get(charge.item)
        if lines is None:
            found.append(Part(charge.party, None, counts_from, charge.amount))
            continue
        shares = charge.amount.split([line.amount.cents for line in lines])
        for line, share in zip(lines, shares, strict=True):
            on = line.served_on if basis is Basis.SERVICE else counts_from
            who = line.hour.therapist_id if line.hour else None
            found.append(Part(charge.party, who, on, share))
    return found


def _days(owed: Iterable[OpenCharge]) -> dict[UUID, tuple[date, date]]:
    """Return invoice id → (issued on, due on)."""
    # As one array: a statement with ten thousand parameters takes longer to write than to run.
    ids = RawSQL("SELECT unnest(%s::uuid[])", [[charge.item for charge in owed]])
    rows = Invoice.objects.filter(pk__in=ids)
    return {pk: (issued, due) for pk, issued, due in rows.values_list("pk", "issued_on", "due_on")}


def _sessions(owed: Iterable[OpenCharge]) -> dict[UUID, list[InvoiceLine]]:
    """Return invoice id → its lines with their sessions."""
    rows = InvoiceLine.objects.filter(invoice__in={charge.item for charge in owed})
    found: defaultdict[UUID, list[InvoiceLine]] = defaultdict(list)
    for line in rows.select_related("session", "missed_fee").order_by("invoice", "position"):
        found[line.invoice_id].append(line)
    return found
