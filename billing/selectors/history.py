"""What happened to an invoice, in sentences, from its own rows."""

from dataclasses import dataclass
from datetime import datetime

from audit.actions import Action
from billing.models import Invoice, PaymentApplication
from billing.selectors import payments


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened, when, and which action of the log it was."""

    at: datetime
    action: str
    sentence: str


def of_invoice(invoice: Invoice) -> list[Happened]:
    """Return what happened to an invoice, the latest first, in two queries."""
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
    told.sort(key=lambda happened: happened.at)
    return told[::-1]
