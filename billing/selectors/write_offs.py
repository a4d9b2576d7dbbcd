"""Reads of write-offs: those of an invoice, and the small balances that could be swept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.urls import reverse

from billing.models import Invoice, WriteOff, WriteOffTakenBack
from billing.selectors import packages, payment_plans, standing
from billing.selectors.invoices import END_OF_TIME
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger

SMALL_BELOW, SMALL_AFTER_DAYS = Money(5_00), 90
"""What a small balance is, if nothing else is said."""


@dataclass(frozen=True, slots=True)
class Row:
    """A write-off as its invoice shows it; ``gone`` says why it was taken back, or ""."""

    pk: UUID
    reference: str
    kind: str
    on: date
    amount: Money
    by: str
    gone: str = ""
    gone_on: date | None = None


@dataclass(frozen=True, slots=True)
class Small:
    """A small rest of an invoice that is late for long."""

    invoice: Invoice
    open: Money
    days_late: int

    @property
    def url(self) -> str:
        return reverse("billing:invoice", args=[self.invoice.pk])

    @property
    def client_url(self) -> str:
        return reverse("billing:client", args=[self.invoice.client_id])


def of_invoice(invoice: Invoice) -> list[Row]:
    """Return what was written off an invoice, in its order, in two queries."""
    rows = WriteOff.objects.filter(invoice=invoice).select_related("recorded_by").order_by("id")
    gone = {
        back.write_off_id: back
        for back in WriteOffTakenBack.objects.filter(write_off__invoice=invoice)
    }
    return [
        Row(
            pk=row.pk,
            reference=row.reference,
            kind=row.get_kind_display(),
            on=row.written_off_on,
            amount=row.amount,
            by=row.recorded_by.display_name,
            gone=gone[row.pk].get_reason_display() if row.pk in gone else "",
            gone_on=gone[row.pk].taken_back_on if row.pk in gone else None,
        )
        for row in rows
    ]


def written_off(invoice: Invoice) -> Money:
    """Return what is written off an invoice now, in cents."""
    rows = standing.write_offs().filter(invoice=invoice)
    found: Money | None = rows.aggregate(sum=Sum("amount"))["sum"]
    return found or ZERO


def small(
    invoices: QuerySet[Invoice],
    *,
    below: Money,
    days: int,
    on: date,
    picked: Collection[UUID] | None = None,
) -> list[Small]:
    """Return what is open below an amount and late for more than so many days, oldest first.

    An invoice whose package goes on is not among them: that would make it cheaper, not shorter. Nor
    is the rest of a payment plan that is kept: its installments come.
    """
    items = subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=END_OF_TIME)
    left = {item.item: item.balance for item in items if ZERO < item.balance < below}
    wanted = left.keys() if picked is None else left.keys() & set(picked)
    late = invoices.filter(pk__in=wanted, due_on__lt=on - timedelta(days=days))
    late = late.exclude(pk__in=packages.unused_of(wanted))
    late = late.exclude(pk__in=payment_plans.kept_invoices(today=on))
    return [
        Small(invoice, left[invoice.pk], (on - invoice.due_on).days)
        for invoice in late.select_related("client").order_by("due_on", "number")
    ]
