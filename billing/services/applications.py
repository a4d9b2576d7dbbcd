"""Applying money to invoices: what a payment pays. The receipts' series is the lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import Invoice, Payment, PaymentApplication
from billing.selectors import invoices as open_invoices
from billing.services import numbers
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger
from ledger.services import journal


class ExceedsBalance(Exception):
    """The payment is more than what it is to pay, and nobody said that the rest is credit."""


class ExceedsCredit(Exception):
    """The application is more than what is left of the payment."""


class AnotherClient(Exception):
    """The invoice belongs to another client than the payment."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a payment goes to an invoice, in cents."""

    invoice: Invoice
    amount: Money


@transaction.atomic
def apply(
    *,
    payment: Payment,
    invoice: Invoice,
    amount: Money,
    applied_on: date,
    now: datetime,
    by: Membership,
) -> PaymentApplication:
    """Apply credit that is left of a payment to an invoice of the same client, in cents.

    Raises:
        AnotherClient: the invoice belongs to another client.
        ExceedsCredit: less is left of the payment.
        ExceedsBalance: the invoice owes less.
        journal.PeriodClosed: ``applied_on`` lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if payment.client_id != invoice.client_id:
        raise AnotherClient("A payment pays invoices of the client who made it.")
    left = subledger.balance(Role.CLIENT_CREDITS, party=payment.client_id, item=payment.pk)
    if amount > left:
        raise ExceedsCredit(f"Only {left.dollars} is left of this payment.")
    due = open_invoices.balance_due(invoice)
    if amount > due:
        raise ExceedsBalance(f"The balance due is {due.dollars}.")
    return write(payment, Share(invoice, amount), applied_on=applied_on, now=now, by=by)


def shares(opened: Iterable[open_invoices.OpenInvoice], amount: Money) -> list[Share]:
    """Return how an amount pays open invoices in the order in which they are given."""
    chosen = []
    for item in opened:
        share = min(item.balance, amount)
        if share > ZERO:
            chosen.append(Share(item.invoice, share))
            amount -= share
    return chosen


def write(
    payment: Payment, share: Share, *, applied_on: date, now: datetime, by: Membership
) -> PaymentApplication:
    """Write and post a share that was checked under the lock of the receipts' series."""
    application_id = uuid7()
    entry = journal.post(
        source=f"application:{application_id}",
        entry_date=applied_on,
        memo=f"Receipt {payment.receipt} applied to {share.invoice.number}",
        lines=posting.payment_applied(
            client=payment.client_id,
            payment=payment.pk,
            invoice=share.invoice.pk,
            amount=share.amount,
        ),
        by=by,
    )
    application = PaymentApplication.objects.create(
        id=application_id,
        payment=payment,
        invoice=share.invoice,
        amount=share.amount,
        entry_id=entry.pk,
        applied_on=applied_on,
        applied_at=now,
        applied_by=by,
    )
    events.record(
        Action.PAYMENT_APPLIED,
        target=share.invoice,
        touched=[payment.client_id],
        receipt=payment.receipt,
        amount_cents=share.amount.cents,
    )
    return application
