"""What left the books in the last days, by whomever: limits are of such sums, not of one slice."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, Sum

from accounts.models import Membership
from billing.models import (
    DrawerCount,
    Invoice,
    Payment,
    PaymentReason,
    PaymentTakenBack,
    WriteOff,
)
from billing.selectors import standing
from clients.selectors import families
from ledger.money import ZERO, Money

WINDOW = timedelta(days=30)
"""Refunds, corrections and missing cash of so many days count together."""

A_DAY = timedelta(days=1)
"""Sweeps of so long count together."""


def gave_back(client_id: UUID, *, payment: Payment | None = None, now: datetime) -> Money:
    """Return what went back to a client of late, on any of their records, and of one payment ever.

    What other clients got of their credit counts as given back, in cents. So does what a correction
    left less, and a check that came back, unless the bank's own line says so.
    """
    since = now - WINDOW
    records = families.ids_of([client_id])
    rows = standing.refunds().filter(payment__client__in=records)
    counts = Q(recorded_at__gte=since)
    if payment is not None:
        counts |= Q(payment=payment)
    refunded: Money = rows.filter(counts).aggregate(sum=Sum("amount"))["sum"] or ZERO
    back = PaymentTakenBack.objects.filter(
        payment__client__in=records, taken_back_at__gte=since, returned__line=None
    ).exclude(reason=PaymentReason.MOVED_BACK)
    corrected = back.values_list("payment__amount", "replacement__amount")
    moved = standing.credit_transfers().filter(payment__client__in=records)
    given = Q(arrived__recorded_at__gte=since)
    if payment is not None:
        given |= Q(payment=payment)
    refunded += moved.filter(given).aggregate(sum=Sum("arrived__amount"))["sum"] or ZERO
    return sum((max(was - (came or ZERO), ZERO) for was, came in corrected), refunded)


def took_money(by: Membership, invoice: Invoice) -> bool:
    """Say whether a person took cash or a check that pays an invoice, or once did."""
    rows = invoice.applications.filter(payment__recorded_by=by)
    return rows.filter(payment__method__in=(Payment.Method.CASH, Payment.Method.CHECK)).exists()


def missing(*, now: datetime) -> Money:
    """Return what the drawer was short of late, less what it was over, in cents."""
    rows = DrawerCount.objects.filter(counted_at__gte=now - WINDOW).exclude(entry=None)
    sums = rows.aggregate(expected=Sum("expected_cash"), cash=Sum("cash"))
    return max((sums["expected"] or ZERO) - (sums["cash"] or ZERO), ZERO)


def swept(by: Membership, invoices: Iterable[UUID], *, now: datetime) -> Money:
    """Return what a person swept within a day, and what else is written off some invoices."""
    own = Q(kind=WriteOff.Kind.SMALL, recorded_by=by, recorded_at__gte=now - A_DAY)
    rows = standing.write_offs().filter(own | Q(invoice__in=list(invoices)))
    found: Money | None = rows.aggregate(sum=Sum("amount"))["sum"]
    return found or ZERO
