"""Reads of refunds: those of a payment, and how much of it could still go back."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from billing.models import Payment, Refund, RefundTakenBack
from billing.selectors import standing
from ledger.money import ZERO, Money

HOW = {
    Payment.Method.CASH: "in cash",
    Payment.Method.CHECK: "by check",
    Payment.Method.CARD: "to the card",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A refund as its payment shows it; ``gone`` says why it was taken back, or ""."""

    pk: UUID
    reference: str
    how: str
    why: str
    on: date
    amount: Money
    by: str
    is_paid: bool
    gone: str = ""
    gone_on: date | None = None


def of_payment(payment: Payment) -> list[Row]:
    """Return what went back of a payment, in its order, in three queries."""
    rows = Refund.objects.filter(payment=payment).select_related("recorded_by")
    rows = rows.prefetch_related("paid").order_by("id")
    gone = {
        back.refund_id: back for back in RefundTakenBack.objects.filter(refund__payment=payment)
    }
    return [
        Row(
            pk=row.pk,
            reference=row.reference,
            how=how(row),
            why=row.get_reason_display(),
            on=row.refunded_on,
            amount=row.amount,
            by=row.recorded_by.display_name,
            is_paid=bool(row.paid.all()),
            gone=gone[row.pk].get_reason_display() if row.pk in gone else "",
            gone_on=gone[row.pk].taken_back_on if row.pk in gone else None,
        )
        for row in rows
    ]


def how(refund: Refund) -> str:
    """Return how money goes back, as it is said: "by check 2207"."""
    words = HOW[Payment.Method(refund.method)]
    return f"{words} {refund.check_number}" if refund.check_number else words


def refunded(payment: Payment) -> Money:
    """Return what went back of a payment, or is to go back, in cents."""
    rows = standing.refunds().filter(payment=payment)
    found: Money | None = rows.aggregate(sum=Sum("amount"))["sum"]
    return found or ZERO


def moved(payment: Payment) -> Money:
    """Return what of a payment other clients have, in cents."""
    rows = standing.credit_transfers().filter(payment=payment)
    found: Money | None = rows.aggregate(sum=Sum("arrived__amount"))["sum"]
    return found or ZERO


def refundable(payment: Payment) -> Money:
    """Return how much of a payment could go back (I-7); nothing of one that was taken back."""
    if not standing.received(Payment.objects.filter(pk=payment.pk)).exists():
        return ZERO
    return payment.amount - refunded(payment) - moved(payment)
