"""What happened to an invoice, in sentences, from its own rows."""

from dataclasses import dataclass
from datetime import datetime

from audit.actions import Action
from billing.models import (
    ApplicationTakenBack,
    Invoice,
    InvoiceVoided,
    PaymentApplication,
    WriteOff,
    WriteOffTakenBack,
)
from billing.selectors import package_history, payments


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened, when, and which action of the log it was."""

    at: datetime
    action: str
    sentence: str


def of_invoice(invoice: Invoice) -> list[Happened]:
    """Return what happened to an invoice, the latest first, in eight queries or a few more."""
    told = [
        Happened(
            invoice.issued_at,
            Action.INVOICE_ISSUED.value,
            f"{invoice.issued_by.display_name} issued it over {invoice.total.dollars}.",
        )
    ]
    applied = PaymentApplication.objects.filter(invoice=invoice)
    for each in applied.select_related("payment", "applied_by").order_by("id"):
        how = payments.how(each.payment)
        sentence = (
            f"{each.amount.dollars} {how} paid it, receipt {each.payment.receipt},"
            f" written by {each.applied_by.display_name}."
        )
        told.append(Happened(each.applied_at, Action.PAYMENT_APPLIED.value, sentence))
    gone = ApplicationTakenBack.objects.filter(application__invoice=invoice)
    for back in gone.select_related("application__payment", "taken_back_by").order_by("id"):
        sentence = (
            f"{back.application.amount.dollars} of receipt {back.application.payment.receipt} was"
            f" taken off by {back.taken_back_by.display_name}: {back.get_reason_display()}."
        )
        told.append(Happened(back.taken_back_at, Action.PAYMENT_UNAPPLIED.value, sentence))
    for row in WriteOff.objects.filter(invoice=invoice).select_related("recorded_by"):
        sentence = (
            f"{row.recorded_by.display_name} wrote {row.amount.dollars} off:"
            f" {row.get_kind_display().lower()}, {row.reference}."
        )
        told.append(Happened(row.recorded_at, Action.WRITTEN_OFF.value, sentence))
    forgiven = WriteOffTakenBack.objects.filter(write_off__invoice=invoice)
    for owed in forgiven.select_related("write_off", "taken_back_by"):
        sentence = f"{owed.taken_back_by.display_name} took {owed.write_off.reference} back."
        told.append(Happened(owed.taken_back_at, Action.WRITE_OFF_TAKEN_BACK.value, sentence))
    for void in InvoiceVoided.objects.filter(invoice=invoice).select_related("voided_by"):
        sentence = f"{void.voided_by.display_name} voided it: {void.get_reason_display()}."
        told.append(Happened(void.voided_at, Action.INVOICE_VOIDED.value, sentence))
    told += [Happened(*each) for each in package_history.of_invoice(invoice)]
    told.sort(key=lambda happened: happened.at)
    return told[::-1]
