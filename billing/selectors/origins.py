"""What a journal entry comes from: the invoice, payment or bill that its source names."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from billing.models import (
    Bill,
    BillPayment,
    Invoice,
    PackageRedemption,
    Payment,
    PaymentApplication,
    Refund,
    WriteOff,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """A record that an entry comes from, and where it stands."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Visible:
    """The records that a reader may see."""

    invoices: QuerySet[Invoice]
    payments: QuerySet[Payment]
    bills: QuerySet[Bill]


def of_source(source: str, visible: Visible) -> list[Origin]:
    """Return what an entry comes from, of what its reader may see. Sources name an id, such as
    ``invoice:0190…:issued``; of any other nothing is known.
    """
    kind, _, rest = source.partition(":")
    find = FINDERS.get(kind)
    try:
        pk = UUID(rest.partition(":")[0])
    except ValueError:
        return []
    return find(pk, visible) if find else []


def _invoice(pk: UUID, visible: Visible) -> list[Origin]:
    return [
        Origin(f"Invoice {invoice.number}", reverse("billing:invoice", args=[invoice.pk]))
        for invoice in visible.invoices.filter(pk=pk)
    ]


def _payment(pk: UUID, visible: Visible) -> list[Origin]:
    return [
        Origin(f"Payment {payment.receipt}", reverse("billing:payment", args=[payment.pk]))
        for payment in visible.payments.filter(pk=pk)
    ]


def _application(pk: UUID, visible: Visible) -> list[Origin]:
    found = PaymentApplication.objects.filter(pk=pk).first()
    if found is None:
        return []
    return [*_payment(found.payment_id, visible), *_invoice(found.invoice_id, visible)]


def _bill(pk: UUID, visible: Visible) -> list[Origin]:
    return [
        Origin(f"Bill {bill.reference}", reverse("billing:bill", args=[bill.pk]))
        for bill in visible.bills.filter(pk=pk)
    ]


def _bill_payment(pk: UUID, visible: Visible) -> list[Origin]:
    found = BillPayment.objects.filter(pk=pk).first()
    return _bill(found.bill_id, visible) if found else []


def _write_off(pk: UUID, visible: Visible) -> list[Origin]:
    found = WriteOff.objects.filter(pk=pk).first()
    return _invoice(found.invoice_id, visible) if found else []


def _refund(pk: UUID, visible: Visible) -> list[Origin]:
    found = Refund.objects.filter(pk=pk).first()
    return _payment(found.payment_id, visible) if found else []


def _package(pk: UUID, visible: Visible) -> list[Origin]:
    sold = visible.invoices.filter(lines__package=pk).values_list("lines__package__reference")
    return [
        Origin(f"Package {reference}", reverse("billing:package", args=[pk]))
        for (reference,) in sold
    ]


def _redemption(pk: UUID, visible: Visible) -> list[Origin]:
    found = PackageRedemption.objects.filter(pk=pk).select_related("line").first()
    if found is None:
        return []
    return [*_package(found.package_id, visible), *_invoice(found.line.invoice_id, visible)]


FINDERS: dict[str, Callable[[UUID, Visible], list[Origin]]] = {
    "application": _application,
    "bill": _bill,
    "bill_payment": _bill_payment,
    "invoice": _invoice,
    "package": _package,
    "payment": _payment,
    "redemption": _redemption,
    "refund": _refund,
    "write_off": _write_off,
}
