"""Reads of bills: what is open of each, and what the practice owes altogether."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.models import (
    Bill,
    BillFile,
    BillLine,
    BillPayment,
    BillPaymentTakenBack,
    BillTakenBack,
    Vendor,
)
from billing.selectors import vendors
from ledger.chart import Role
from ledger.days import LAST_DAY
from ledger.fields import MoneyField
from ledger.money import ZERO, Money
from ledger.selectors import item_days, subledger


@dataclass(frozen=True, slots=True)
class Row:
    """A bill as a list shows it. ``state`` is a word of the badges: open, late, paid, reversed."""

    pk: UUID
    reference: str
    vendor: str
    number: str
    billed_on: date
    due_on: date
    total: Money
    open: Money
    state: str
    days_late: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a bill was for."""

    category_id: UUID
    category: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment of a bill, and what became of it; ``taken_back`` says why, "" if it stands."""

    pk: UUID
    reference: str
    paid_on: date
    paid_from: str
    check_number: str
    amount: Money
    taken_back: str
    taken_back_on: date | None


@dataclass(frozen=True, slots=True)
class Owed:
    """What the practice owes: the open bills, and accounts payable in the books."""

    bills: Money
    control: Money
    late: Money

    @property
    def difference(self) -> Money:
        return self.control - self.bills


def with_paid(rows: QuerySet[Bill]) -> QuerySet[Any]:
    """Annotate bills with what is paid of them, ``paid``, and whether they were taken back."""
    standing = _standing_payments().filter(bill=OuterRef("pk")).order_by().values("bill")
    sums = standing.annotate(sum=Sum("amount")).values("sum")
    return rows.annotate(
        paid=Coalesce(
            Subquery(sums, output_field=MoneyField()),
            Value(0, output_field=MoneyField()),
            output_field=MoneyField(),
        ),
        is_gone=Exists(BillTakenBack.objects.filter(bill=OuterRef("pk"))),
    )


def standing(rows: QuerySet[Bill]) -> QuerySet[Any]:
    """Keep the bills of which something is still owed."""
    return with_paid(rows).filter(is_gone=False, total__gt=F("paid"))


def listed(*, state: str, vendor: UUID | None, today: date) -> QuerySet[Any]:
    """Return bills for a list: ``state`` is "open", of these "late" or "due" later, or "" for all.

    What is owed stands by its day, the oldest first.
    """
    rows = Bill.objects.all() if vendor is None else Bill.objects.filter(vendor=vendor)
    if state in {"open", "late", "due"}:
        rows = standing(rows)
        if state == "late":
            rows = rows.filter(due_on__lt=today)
        elif state == "due":
            rows = rows.filter(due_on__gte=today)
        return rows.order_by("due_on", "id")
    return with_paid(rows).order_by("-billed_on", "-id")


def shown(rows: Iterable[Any], *, today: date) -> list[Row]:
    """Return annotated bills as a list shows them."""
    chosen = list(rows)
    names = vendors.names_of({bill.vendor_id for bill in chosen})
    return [_row(bill, names[bill.vendor_id], today) for bill in chosen]


def one(bill_id: UUID, *, today: date) -> Row:
    """Return one bill as a list shows it."""
    return shown(with_paid(Bill.objects.filter(pk=bill_id)), today=today)[0]


def owed(*, today: date) -> Owed:
    """Return what the practice owes, by its open bills and by its books, and what of it is late."""
    rows = standing(Bill.objects.all()).values_list("total", "paid", "due_on")
    amounts = [(total - paid, due_on) for total, paid, due_on in rows]
    return Owed(
        bills=sum((amount for amount, _ in amounts), ZERO),
        control=subledger.balance(Role.BILLS_PAYABLE),
        late=sum((amount for amount, due_on in amounts if due_on < today), ZERO),
    )


def parts_of(bill: Bill) -> list[Part]:
    """Return what a bill is for, line by line."""
    lines = BillLine.objects.filter(bill=bill).select_related("category").order_by("position")
    return [Part(line.category_id, str(line.category), line.amount) for line in lines]


def payments_of(bill: Bill) -> list[Paid]:
    """Return the payments of a bill in the order in which they were recorded."""
    backs = {
        back.payment_id: back for back in BillPaymentTakenBack.objects.filter(payment__bill=bill)
    }
    rows = BillPayment.objects.filter(bill=bill).select_related("paid_from").order_by("id")
    return [
        Paid(
            row.pk,
            row.reference,
            row.paid_on,
            str(row.paid_from),
            row.check_number,
            row.amount,
            back.get_reason_display() if (back := backs.get(row.pk)) else "",
            back.taken_back_on if back else None,
        )
        for row in rows
    ]


def papers_of(bill: Bill) -> list[BillFile]:
    """Return the papers of a bill, without what is in them."""
    return list(BillFile.objects.filter(bill=bill).defer("content").order_by("place"))


def taken_back(bill: Bill) -> BillTakenBack | None:
    """Return how a bill was taken back, or None."""
    return BillTakenBack.objects.filter(bill=bill).select_related("taken_back_by").first()


def paid_on(bill: Bill) -> Money:
    """Return what is paid of a bill, without what was taken back."""
    return _standing_payments().filter(bill=bill).aggregate(sum=Sum("amount"))["sum"] or ZERO


def is_taken_back(bill: Bill) -> bool:
    return BillTakenBack.objects.filter(bill=bill).exists()


def is_payment_taken_back(payment: BillPayment) -> bool:
    return BillPaymentTakenBack.objects.filter(payment=payment).exists()


def of_number(vendor: Vendor, number: str) -> Bill | None:
    """Return the standing bill of a vendor with their number, or None."""
    gone = BillTakenBack.objects.filter(bill=OuterRef("pk"))
    rows = Bill.objects.filter(~Exists(gone), vendor=vendor, number__iexact=number)
    return rows.order_by("id").first()


def last_day_of(bill: Bill) -> date:
    """Return the last day on which something happened to a bill."""
    backs = BillPaymentTakenBack.objects.filter(payment__bill=bill)
    return max([bill.billed_on, *backs.values_list("taken_back_on", flat=True)])


def owed_since(bill: Bill, amount: Money) -> date:
    """Return the first day from which on so much of a bill is owed, in cents."""
    since = item_days.there_since(
        Role.BILLS_PAYABLE, party=bill.vendor_id, item=bill.pk, amount=amount
    )
    return since or LAST_DAY


def _standing_payments() -> QuerySet[BillPayment]:
    gone = BillPaymentTakenBack.objects.filter(payment=OuterRef("pk"))
    return BillPayment.objects.filter(~Exists(gone))


def _row(bill: Any, vendor: str, today: date) -> Row:
    left = ZERO if bill.is_gone else bill.total - bill.paid
    days_late = max((today - bill.due_on).days, 0) if left else 0
    if bill.is_gone:
        state = "reversed"
    elif not left:
        state = "paid"
    else:
        state = "late" if days_late else "open"
    return Row(
        bill.pk,
        bill.reference,
        vendor,
        bill.number,
        bill.billed_on,
        bill.due_on,
        bill.total,
        left,
        state,
        days_late,
    )
