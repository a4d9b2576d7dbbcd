"""Receivables by age: what clients owed on a day, by days past the due date."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models.expressions import RawSQL

from billing.models import Invoice, InvoiceLine, StatementRecord
from billing.selectors import days
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import ages
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


class Basis(StrEnum):
    """From which day an age is counted. What no statement told of yet has none, and is not due."""

    DUE = "due"
    SERVICE = "service"
    BILLED = "billed"
    STATEMENT = "statement"


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
    return parts_of(owed, as_of=as_of, known_at=known_at, basis=basis, by_session=by_session)


def parts_of(
    owed: Collection[OpenCharge],
    *,
    as_of: date,
    known_at: datetime | None,
    basis: Basis,
    by_session: bool = False,
) -> list[Part]:
    """Return the parts of some charges, as ``parts`` does of all."""
    invoices = _invoices(owed)
    sessions = _sessions(owed) if by_session else {}
    told = _Told(as_of, known_at, owed) if basis is Basis.STATEMENT else None
    found = []
    for charge in owed:
        invoice = invoices.get(charge.item)
        # What is charged to an invoice later has the same terms, from its own day on.
        counts_from = charge.charged_on
        if told:
            counts_from = told.first_on(charge, invoice)
        elif invoice and basis is not Basis.BILLED:
            counts_from += invoice.due_on - invoice.issued_on
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


class _Told:
    """Which statements told of what is owed, and on which day the first of them was made."""

    def __init__(self, as_of: date, known_at: datetime | None, owed: Iterable[OpenCharge]) -> None:
        self.as_of = as_of
        self.statements: defaultdict[
            tuple[UUID, UUID | None], list[tuple[date, date, datetime]]
        ] = defaultdict(list)
        rows = StatementRecord.objects.filter(client__in={charge.party for charge in owed})
        if known_at is not None:
            rows = rows.filter(statement__made_at__lte=known_at)
        zone = days.zone()
        for client, party, until, made_at in rows.order_by("statement__made_at").values_list(
            "client", "statement__party", "statement__until", "statement__made_at"
        ):
            made_on = days.day_of(made_at, zone)
            if made_on <= as_of:
                self.statements[client, party].append((made_on, until, made_at))

    def first_on(self, charge: OpenCharge, invoice: Invoice | None) -> date:
        """Return that day; the day that is asked about for what no statement told of yet."""
        whose = invoice.party_id if invoice else None
        return next(
            (
                made_on
                for made_on, until, made_at in self.statements[charge.party, whose]
                if until >= charge.charged_on and (not invoice or invoice.issued_at <= made_at)
            ),
            self.as_of,
        )


def _invoices(owed: Iterable[OpenCharge]) -> dict[UUID, Invoice]:
    rows = Invoice.objects.filter(pk__in=_array(owed))
    return {row.pk: row for row in rows.only("issued_on", "due_on", "issued_at", "party_id")}


def _sessions(owed: Iterable[OpenCharge]) -> dict[UUID, list[InvoiceLine]]:
    """Return invoice id → its lines with their sessions."""
    rows = InvoiceLine.objects.filter(invoice__in=_array(owed))
    found: defaultdict[UUID, list[InvoiceLine]] = defaultdict(list)
    for line in rows.select_related("session", "missed_fee").order_by("invoice", "position"):
        found[line.invoice_id].append(line)
    return found


def _array(owed: Iterable[OpenCharge]) -> RawSQL:
    # As one array: a statement with ten thousand parameters takes longer to write than to run.
    return RawSQL("SELECT unnest(%s::uuid[])", [[charge.item for charge in owed]])
