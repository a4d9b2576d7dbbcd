"""Invariants of bills that can be read from their rows and the books, checked on live rows."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from billing.models import Bill, BillPayment, BillPaymentTakenBack, BillTakenBack
from billing.selectors import bills
from billing.selectors.invoices import END_OF_TIME
from ledger.chart import Role
from ledger.money import ZERO
from ledger.selectors import subledger
from ledger.selectors.integrity import Finding


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the bills of the practice in scope: nothing, in sound rows."""
    yield from _bills_that_do_not_add_up()
    yield from _bills_paid_beyond_what_they_are_over()
    yield from _events_not_posted_as_written()
    yield from _taken_back_otherwise_than_in_the_books()
    yield from _open_items_that_differ()


def _bills_that_do_not_add_up() -> Iterator[Finding]:
    rows = Bill.objects.annotate(
        lines_found=Count("lines"), billed=Coalesce(Sum("lines__amount"), 0)
    )
    for bill in rows.filter(~Q(billed=F("total")) | ~Q(lines_found=F("line_count"))):
        told = f"{bill.reference} has {bill.lines_found} lines over {bill.billed}, of {bill.total}."
        yield Finding("I-6", told, (bill.pk,))


def _bills_paid_beyond_what_they_are_over() -> Iterator[Finding]:
    """I-4: what is paid is at most the bill, and nothing stands on one that was taken back."""
    rows = bills.with_paid(Bill.objects.all()).order_by("reference")
    for bill in rows.filter(Q(paid__gt=F("total")) | Q(is_gone=True, paid__gt=0)):
        told = f"{bill.paid} is paid on {bill.reference}, which is over {bill.total}."
        yield Finding("I-4", told, (bill.pk,))


def _events_not_posted_as_written() -> Iterator[Finding]:
    """I-3: each bill and payment has its entry, of its date, amount, vendor and bill."""
    entered = _posted(Bill.objects, "credit", party="vendor", item="pk")
    for bill in entered.exclude(posted=F("total"), entry__entry_date=F("billed_on")):
        yield Finding("I-3", f"{bill.reference} is not posted as entered.", (bill.pk,))
    paid = _posted(BillPayment.objects, "debit", party="bill__vendor", item="bill")
    for payment in paid.exclude(posted=F("amount"), entry__entry_date=F("paid_on")):
        yield Finding("I-3", f"{payment.reference} is not posted as paid.", (payment.pk,))


def _taken_back_otherwise_than_in_the_books() -> Iterator[Finding]:
    """I-5: what is taken back is reversed, and what is reversed was taken back."""
    for model, back, of in (
        (Bill, BillTakenBack, "bill"),
        (BillPayment, BillPaymentTakenBack, "payment"),
    ):
        noted = back._default_manager.filter(**{of: OuterRef("pk")})
        rows = model._default_manager.annotate(is_noted=Exists(noted))
        wrong = rows.filter(
            Q(is_noted=True, entry__reversals=None)
            | Q(is_noted=False, entry__reversals__isnull=False)
        )
        for row in wrong.order_by("reference"):
            told = f"{row.reference} is taken back in one place and not in the other."
            yield Finding("I-5", told, (row.pk,))


def _open_items_that_differ() -> Iterator[Finding]:
    """I-3: accounts payable is what is left of the bills, each under its vendor."""
    rows = bills.with_paid(Bill.objects.all())
    expected = {
        (bill.vendor_id, bill.pk): left
        for bill in rows
        if (left := (ZERO if bill.is_gone else bill.total) - bill.paid)
    }
    items = subledger.open_items(Role.BILLS_PAYABLE, as_of=END_OF_TIME)
    found = {(item.party, item.item): item.balance for item in items}
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            told = f"The open item {key[1]} is not what is left of a bill of vendor {key[0]}."
            yield Finding("I-3", told, (key[1],))


def _posted(rows: Any, side: str, *, party: str, item: str) -> Any:
    """Annotate rows with what their entry posted on one side of their own open item."""
    own = Q(
        entry__postings__account__role=Role.BILLS_PAYABLE,
        entry__postings__party=F(party),
        entry__postings__item=F(item),
    )
    return rows.annotate(posted=Coalesce(Sum(f"entry__postings__{side}", filter=own), 0)).order_by(
        "pk"
    )
