"""Paying bills: never more than is owed, above one's limit with a second person."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import Bill, BillPayment, BillPaymentTakenBack, TakenBackReason
from billing.selectors import bank
from billing.selectors import bills as found
from billing.services import numbers
from ledger.money import ZERO, Money
from ledger.selectors.categories import PAID_FROM, Chosen
from ledger.services import journal

__all__ = ["AskedBySomebodyElse", "Details", "Waiting", "pay", "take_back"]

Reason = TakenBackReason


class ExceedsOwed(Exception):
    """The payment is more than the bill still owes."""


class PaidTooEarly(Exception):
    """The payment would be before the bill's own date."""


class BillGone(Exception):
    """The bill was taken back."""


class NotPaidFrom(Exception):
    """Bills are not paid from this account."""


class KeyReused(Exception):
    """Another payment was recorded under this key."""


class AlreadyTakenBack(Exception):
    """The payment was taken back before."""


class Confirmed(Exception):
    """A bank line confirms the payment, so it is not taken back."""


class BeforeItWas(Exception):
    """The payment would be taken back on a day before it was made."""


@dataclass(frozen=True, slots=True)
class Details:
    """How a bill is paid: how much, in cents, from which account, and on which day."""

    amount: Money
    paid_from: Chosen
    paid_on: date
    check_number: str = ""


@transaction.atomic
def pay(
    *, bill: Bill, details: Details, key: UUID, now: datetime, by: Membership
) -> BillPayment | Waiting:
    """Record that a bill was paid, or a part of it; above one's limit, ask a second person.

    The limit is of all that was paid on the bill. The same ``key`` again returns the payment
    that it has.

    Raises:
        ExceedsOwed: more than the bill still owes.
        PaidTooEarly: on some day from then on, less of the bill was owed.
        BillGone: the bill was taken back.
        NotPaidFrom: bills are not paid from this account.
        KeyReused: the key belongs to a payment of another bill or amount.
        AskedBySomebodyElse: another person waits for an answer about the bill.
        journal.PeriodClosed: the day lies in a closed month.
    """
    # The lock comes first: payments are one at a time, so nothing is paid twice.
    counter = numbers.lock(numbers.BILL_PAYMENTS)
    if (known := BillPayment.objects.filter(key=key).first()) is not None:
        return _same(known, bill, details.amount)
    paid = found.paid_on(bill)
    _require_payable(bill, details, paid)
    answer = approvals.require(
        act=Act.BILL_PAYMENT,
        amount_cents=details.amount.cents,
        already_cents=paid.cents,
        subject_kind="billing.bill",
        subject_id=bill.pk,
        label=bill.reference,
        by=by,
        now=now,
    )
    if isinstance(answer, Waiting):
        return answer
    payment_id = uuid7()
    reference = f"BP-{numbers.take(counter):05}"
    entry = journal.post(
        source=f"bill_payment:{payment_id}:paid",
        entry_date=details.paid_on,
        memo=f"Payment {reference} of bill {bill.reference}",
        lines=posting.bill_paid(
            vendor=bill.vendor_id,
            bill=bill.pk,
            paid_from=details.paid_from.role,
            amount=details.amount,
        ),
        by=by,
    )
    payment = BillPayment.objects.create(
        id=payment_id,
        reference=reference,
        bill=bill,
        paid_from_id=details.paid_from.id,
        check_number=details.check_number,
        amount=details.amount,
        paid_on=details.paid_on,
        entry_id=entry.pk,
        key=key,
        recorded_at=now,
        recorded_by=by,
    )
    events.record(
        Action.BILL_PAID, target=payment, bill=bill.reference, amount_cents=details.amount.cents
    )
    return payment


@transaction.atomic
def take_back(
    *, payment: BillPayment, reason: str, taken_back_on: date, now: datetime, by: Membership
) -> BillPaymentTakenBack:
    """Take a payment back by a reversing entry: the bill is open again from that day on.

    Raises:
        AlreadyTakenBack: it was taken back before.
        Confirmed: a bank line is matched with it; that is undone first.
        BeforeItWas: the day is before the payment's own.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.BILL_PAYMENTS)
    if found.is_payment_taken_back(payment):
        raise AlreadyTakenBack(f"{payment.reference} was taken back already.")
    if bank.is_confirmed(payment.entry_id):
        raise Confirmed(f"A bank line is matched with {payment.reference}. Undo that first.")
    if taken_back_on < payment.paid_on:
        raise BeforeItWas("Choose a day that is not before the payment.")
    entry = journal.reverse(
        entry=payment.entry,
        source=f"bill_payment:{payment.pk}:taken_back",
        entry_date=taken_back_on,
        memo=f"Payment {payment.reference} taken back",
        by=by,
    )
    taken_back = BillPaymentTakenBack.objects.create(
        payment=payment,
        reason=reason,
        taken_back_on=taken_back_on,
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )
    events.record(
        Action.BILL_PAYMENT_TAKEN_BACK,
        target=payment,
        reason=str(Reason(reason).label).lower(),
        amount_cents=payment.amount.cents,
    )
    return taken_back


def _same(known: BillPayment, bill: Bill, amount: Money) -> BillPayment:
    if (known.bill_id, known.amount) != (bill.pk, amount):
        raise KeyReused("This form was sent before, with another payment. Start a new one.")
    return known


def _require_payable(bill: Bill, details: Details, paid: Money) -> None:
    if details.paid_from.role not in PAID_FROM:
        raise NotPaidFrom(f"Bills are not paid from {details.paid_from}.")
    if found.is_taken_back(bill):
        raise BillGone(f"{bill.reference} was taken back: nothing of it is owed.")
    owed = bill.total - paid
    if not ZERO < details.amount <= owed:
        raise ExceedsOwed(f"{owed.dollars} is owed on {bill.reference}. Pay at most that.")
    first = found.owed_since(bill, details.amount)
    if details.paid_on < first:
        raise PaidTooEarly(f"Choose {first:%b %-d, %Y} or later, when so much was owed on it.")
