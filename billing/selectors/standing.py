"""What stands of money: rows that nobody took back. Those that were taken back stay as history."""

from django.db.models import Exists, OuterRef, QuerySet

from billing.models import (
    ApplicationTakenBack,
    CreditTransfer,
    Deposit,
    DepositTakenBack,
    Invoice,
    InvoiceLine,
    InvoiceVoided,
    Package,
    PackageEnd,
    PackageEndTakenBack,
    PackageRedemption,
    Payment,
    PaymentApplication,
    PaymentTakenBack,
    RedemptionTakenBack,
    Refund,
    RefundTakenBack,
    WriteOff,
    WriteOffTakenBack,
)

APPLIED = ~Exists(ApplicationTakenBack.objects.filter(application=OuterRef("pk")))
RECEIVED = ~Exists(PaymentTakenBack.objects.filter(payment=OuterRef("pk")))

ISSUED = ~Exists(InvoiceVoided.objects.filter(invoice=OuterRef("pk")))
BILLED = ~Exists(InvoiceVoided.objects.filter(invoice=OuterRef("invoice")))

MOVED = ~Exists(PaymentTakenBack.objects.filter(payment=OuterRef("arrived")))

WRITTEN_OFF = ~Exists(WriteOffTakenBack.objects.filter(write_off=OuterRef("pk")))

REFUNDED = ~Exists(RefundTakenBack.objects.filter(refund=OuterRef("pk")))

DEPOSITED = ~Exists(DepositTakenBack.objects.filter(deposit=OuterRef("pk")))

REDEEMED = ~Exists(RedemptionTakenBack.objects.filter(redemption=OuterRef("pk")))
ENDED = ~Exists(PackageEndTakenBack.objects.filter(end=OuterRef("pk")))
SOLD = ~Exists(InvoiceVoided.objects.filter(invoice__lines__package=OuterRef("pk")))


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


def money(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Return those of some payments that brought money: credit of another account brought none."""
    return payments.exclude(method=Payment.Method.MOVED)


def credit_transfers() -> QuerySet[CreditTransfer]:
    """Return the credit that other clients have now."""
    return CreditTransfer.objects.filter(MOVED)


def write_offs() -> QuerySet[WriteOff]:
    """Return the write-offs that count."""
    return WriteOff.objects.filter(WRITTEN_OFF)


def refunds() -> QuerySet[Refund]:
    """Return the refunds that count, paid or not."""
    return Refund.objects.filter(REFUNDED)


def deposits() -> QuerySet[Deposit]:
    """Return the deposits that count."""
    return Deposit.objects.filter(DEPOSITED)


def packages() -> QuerySet[Package]:
    """Return the packages whose invoices are not void, ended or not."""
    return Package.objects.filter(SOLD)


def redemptions() -> QuerySet[PackageRedemption]:
    """Return the sessions that packages pay now."""
    return PackageRedemption.objects.filter(REDEEMED)


def package_ends() -> QuerySet[PackageEnd]:
    """Return the ends of packages that count."""
    return PackageEnd.objects.filter(ENDED)
