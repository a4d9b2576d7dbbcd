"""Applying money to invoices: what a payment pays. The receipts' series is the lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import (
    ApplicationTakenBack,
    Invoice,
    Payment,
    PaymentApplication,
    UnapplyReason,
)
from billing.selectors import invoices as open_invoices
from billing.selectors import payments as found
from billing.selectors import since, turns
from billing.services import numbers
from ledger.money import ZERO, Money
from ledger.services import journal

Reason = UnapplyReason


class ExceedsBalance(Exception):
    """The payment is more than what it is to pay, and nobody said that the rest is credit."""


class ExceedsCredit(Exception):
    """The application is more than what is left of the payment."""


class AnotherClient(Exception):
    """The invoice belongs to another client than the payment."""


class NothingToApply(Exception):
    """No amount was said, or nothing is open."""


class AlreadyTakenBack(Exception):
    """The application was taken back before."""


class BeforeItWas(Exception):
    """Something would be done on a day before what it is about."""


class KeyReused(Exception):
    """Another amount was applied under this key."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a payment goes to an invoice, in cents."""

    invoice: Invoice
    amount: Money


@transaction.atomic
def apply(
    *,
    payment: Payment,
    shares: Sequence[Share] | None,
    applied_on: date,
    key: UUID | None = None,
    now: datetime,
    by: Membership,
) -> list[PaymentApplication]:
    """Apply credit that is left of a payment to invoices of the same client, in cents.

    ``shares`` None applies all of it to what is due first of whoever paid. The same ``key`` again
    returns the applications that it has.

    Raises:
        NothingToApply: there is no share.
        AnotherClient: an invoice belongs to another client.
        ExceedsCredit: less is left of the payment.
        ExceedsBalance: an invoice owes less.
        BeforeItWas: on some day from then on, less was left of the payment or open.
        KeyReused: other amounts were applied under the key.
        journal.PeriodClosed: ``applied_on`` lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if key is not None and (known := _known(payment, key)):
        return _same(known, shares)
    left = found.credit_left(payment)
    if shares is None:
        opened = open_invoices.open_for(payment.client_id, payment.party_id)
        shares = oldest(turns.of(opened), left)
    require(payment.client_id, shares)
    if not shares:
        raise NothingToApply("Say how much goes to which invoice.")
    wanted = sum((share.amount for share in shares), ZERO)
    if wanted > left:
        raise ExceedsCredit(f"Only {left.dollars} is left of {payment.receipt}, not {wanted}.")
    first = max(
        since.of_credit(payment, wanted),
        *(since.of_debt(share.invoice, share.amount) for share in shares),
    )
    if applied_on < first:
        raise BeforeItWas(f"Choose {first:%b %-d, %Y} or later, when both were there.")
    return [
        write(payment, share, applied_on=applied_on, key=key, now=now, by=by) for share in shares
    ]


def oldest(opened: Iterable[open_invoices.OpenInvoice], amount: Money) -> list[Share]:
    """Return how an amount pays what is open in the order in which it is given. An invoice that is
    there several times gets one share.
    """
    chosen: dict[UUID, Share] = {}
    for item in opened:
        share = min(item.balance, amount)
        if share > ZERO:
            before = chosen.get(item.invoice.pk, Share(item.invoice, ZERO))
            chosen[item.invoice.pk] = Share(item.invoice, before.amount + share)
            amount -= share
    return list(chosen.values())


def require(client_id: UUID, shares: Sequence[Share]) -> None:
    """Say that shares are within open invoices of a client, each of them named once.

    Raises:
        AnotherClient, ExceedsBalance: as ``apply`` does.
    """
    if any(share.invoice.client_id != client_id for share in shares):
        raise AnotherClient("A payment pays invoices of the client who made it.")
    balances = open_invoices.balances_due([client_id])
    for share in shares:
        due = balances.pop(share.invoice.pk, ZERO)
        if not ZERO < share.amount <= due:
            raise ExceedsBalance(f"The balance due of {share.invoice.number} is {due.dollars}.")


def write(
    payment: Payment,
    share: Share,
    *,
    applied_on: date,
    key: UUID | None = None,
    now: datetime,
    by: Membership,
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
        key=key,
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


@transaction.atomic
def take_back(
    *,
    application: PaymentApplication,
    reason: str,
    taken_back_on: date,
    now: datetime,
    by: Membership,
) -> ApplicationTakenBack:
    """Take money off an invoice by a reversing entry: the invoice is open again, and the money is
    the client's credit, from that day on.

    Raises:
        AlreadyTakenBack: it was taken back before.
        BeforeItWas: the day is before the application's own.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if ApplicationTakenBack.objects.filter(application=application).exists():
        raise AlreadyTakenBack("This was taken off the invoice already.")
    if taken_back_on < application.applied_on:
        raise BeforeItWas("Choose a day that is not before the money was applied.")
    payment, invoice = application.payment, application.invoice
    entry = journal.reverse(
        entry=application.entry,
        source=f"application:{application.pk}:taken_back",
        entry_date=taken_back_on,
        memo=f"Receipt {payment.receipt} taken off {invoice.number}",
        by=by,
    )
    taken_back = ApplicationTakenBack.objects.create(
        application=application,
        reason=reason,
        taken_back_on=taken_back_on,
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )
    events.record(
        Action.PAYMENT_UNAPPLIED,
        target=invoice,
        touched=[payment.client_id],
        receipt=payment.receipt,
        reason=str(Reason(reason).label).lower(),
        amount_cents=application.amount.cents,
    )
    return taken_back


def _known(payment: Payment, key: UUID) -> list[PaymentApplication]:
    return list(PaymentApplication.objects.filter(payment=payment, key=key).order_by("id"))


def _same(
    known: list[PaymentApplication], shares: Sequence[Share] | None
) -> list[PaymentApplication]:
    if shares is None:
        return known
    before = {(each.invoice_id, each.amount) for each in known}
    if before != {(share.invoice.pk, share.amount) for share in shares}:
        raise KeyReused("This form was sent before, with other amounts. Open it anew.")
    return known
