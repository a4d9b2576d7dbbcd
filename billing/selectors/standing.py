"""What stands of money: rows that nobody took back. Those that were taken back stay as history."""

from django.db.models import Exists, OuterRef, QuerySet

from billing.models import (
    ApplicationTakenBack,
    Deposit,
    DepositTakenBack,
    Invoice,
    InvoiceLine,
    InvoiceVoided,
    Payment,
    PaymentApplication,
    PaymentTakenBack,
    Refund,
    RefundTakenBack,
    WriteOff,
    WriteOffTakenBack,
)

APPLIED = ~Exists(ApplicationTakenBack.objects.filter(application=OuterRef("pk")))
RECEIVED = ~Exists(PaymentTakenBack.objects.filter(payment=OuterRef("pk")))

ISSUED = ~Exists(InvoiceVoided.objects.filter(invoice=OuterRef("pk")))
BILLED = ~Exists(InvoiceVoided.objects.filter(invoice=OuterRef("invoice")))

WRITTEN_OFF = ~Exists(WriteOffTakenBack.objects.filter(write_off=OuterRef("pk")))

REFUNDED = ~Exists(RefundTakenBack.objects.filter(refund=OuterRef("pk")))

DEPOSITED = ~Exists(DepositTakenBack.objects.filter(deposit=OuterRef("pk")))


def invoices() -> QuerySet[Invoice]:
    """Return the invoices that are not void."""
    return Invoice.objects.filter(ISSUED)


def lines() -> QuerySet[InvoiceLine]:
    """Return the lines of invoices that are not void."""
    return InvoiceLine.objects.filter(BILLED)


def applications() -> QuerySet[PaymentApplication]:
    """Return what payments give to invoices now."""
    return PaymentApplication.objects.filter(APPLIED)


def received(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Return those of some payments that were not taken back."""
    return payments.filter(RECEIVED)


def write_offs() -> QuerySet[WriteOff]:
    """Return the write-offs that count."""
    return WriteOff.objects.filter(WRITTEN_OFF)


def refunds() -> QuerySet[Refund]:
    """Return the refunds that count, paid or not."""
    return Refund.objects.filter(REFUNDED)


def deposits() -> QuerySet[Deposit]:
    """Return the deposits that count."""
    return Deposit.objects.filter(DEPOSITED)
