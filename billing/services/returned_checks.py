"""Checks that the bank sent back: the payment counts no more, and the money left the bank again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.ids import uuid7
from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import (
    BankLine,
    Payment,
    PaymentReason,
    PaymentTakenBack,
    ReturnedCheck,
    ReturnReason,
    UnapplyReason,
)
from billing.selectors import bank, drawer, of_late, refunds, returned_checks, since, standing
from billing.services import applications, bank_matches, numbers
from ledger.money import ZERO, Money
from ledger.selectors import account_moves
from ledger.services import journal

__all__ = ["AskedBySomebodyElse", "Details", "Reason", "Waiting", "record"]

Reason = ReturnReason


class NoCheck(Exception):
    """The payment came another way than by check."""


class AlreadyTakenBack(Exception):
    """The payment was taken back before, for this or another reason."""


class PartlyRefunded(Exception):
    """A part of the payment went back to the client."""


class PartlyMoved(Exception):
    """A part of the payment went to another client."""


class NotThere(Exception):
    """The check does not lie where it is said to have lain."""


class BeforeItWas(Exception):
    """The check would come back before it was taken, or before what it paid was paid."""


class OtherLine(Exception):
    """The bank line is of another amount, or is in the books already."""


class KeyReused(Exception):
    """Something else was recorded under this key."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the bank did: why, on which day, its fee in cents, and its line if one is there.

    ``was_deposited``: whether the check was at the bank by the books, or lay in the drawer.
    """

    reason: str
    returned_on: date
    was_deposited: bool
    fee: Money = ZERO
    line: BankLine | None = None


@transaction.atomic
def record(
    *, payment: Payment, details: Details, key: UUID, now: datetime, by: Membership
) -> ReturnedCheck | Waiting:
    """Record that the bank sent a check back (J28): it pays nothing any more, the client owes
    again, and the money leaves the bank, or the drawer, on that day; the fee is an expense.

    A bank line is proof, and is matched. Without one the money may be gone otherwise: above what
    one refunds alone, with what went back to the client of late, a second person is asked, and
    nothing changes yet. The same ``key`` again returns what it has.

    Raises:
        NoCheck: the payment is none by check.
        AlreadyTakenBack: it was taken back before.
        PartlyRefunded: a part of it went back to the client.
        PartlyMoved: a part of it went to another client.
        NotThere: so much in checks does not lie there.
        BeforeItWas: the day is before the check was taken or used.
        OtherLine: the bank line does not fit.
        KeyReused: the key belongs to another payment.
        AskedBySomebodyElse: another person waits for an answer about the payment.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    numbers.lock(numbers.BILL_PAYMENTS)  # No bank line is matched meanwhile.
    if (known := PaymentTakenBack.objects.filter(key=key).first()) is not None:
        if known.payment_id != payment.pk or known.reason != PaymentReason.RETURNED:
            raise KeyReused("This form was sent before, for something else. Open it anew.")
        return ReturnedCheck.objects.get(taken_back=known)
    _require(payment, details)
    if details.line is None:
        answer = approvals.require(
            act=Act.REFUND,
            amount_cents=payment.amount.cents,
            already_cents=of_late.gave_back(payment.client_id, now=now).cents,
            subject_kind="billing.returnedcheck",
            subject_id=payment.pk,
            label=f"{payment.receipt}, sent back by the bank",
            by=by,
            now=now,
        )
        if isinstance(answer, Waiting):
            return answer
    taken_back = _take_back(payment, details, key, now, by)
    returned = _leave(payment, taken_back, details, by)
    if details.line is not None and returned.entry_id is not None:
        moved = account_moves.on_account(returned.entry_id, details.line.account_id)
        if moved is None:  # _require looked that the line is of this account.
            raise OtherLine("This bank line does not fit any more. Choose another, or none.")
        bank_matches.match(line=details.line, posting_id=moved.pk, now=now, by=by)
    events.record(
        Action.CHECK_SENT_BACK,
        target=payment,
        touched=[payment.client_id],
        reason=str(Reason(details.reason).label).lower(),
        amount_cents=payment.amount.cents,
    )
    return returned


def _require(payment: Payment, details: Details) -> None:
    if payment.method != Payment.Method.CHECK:
        raise NoCheck(f"{payment.receipt} did not come by check, so no bank sends it back.")
    if PaymentTakenBack.objects.filter(payment=payment).exists():
        raise AlreadyTakenBack(f"{payment.receipt} was taken back already.")
    if gone := refunds.refunded(payment):
        raise PartlyRefunded(
            f"{gone.dollars} of {payment.receipt} went back to the client. Take that refund back"
            " first, then record that the check came back."
        )
    if moved := refunds.moved(payment):
        raise PartlyMoved(
            f"{moved.dollars} of {payment.receipt} went to another account. Take that back first."
        )
    lies = drawer.checks_at_bank() if details.was_deposited else drawer.drawer().checks
    if lies < payment.amount:
        where = "were taken to the bank" if details.was_deposited else "lie in the drawer"
        raise NotThere(f"By the books only {max(lies, ZERO).dollars} in checks {where}.")
    if details.returned_on < (first := _first_day(payment)):
        raise BeforeItWas(f"Choose {first:%b %-d, %Y} or later, when it was there and used.")
    line = details.line
    if line is not None and (
        not details.was_deposited
        or line.amount != -payment.amount
        or line.account_id != returned_checks.bank_account_id()
        or bank.standing_match(line) is not None
    ):
        raise OtherLine("This bank line does not fit any more. Choose another, or none.")


def _first_day(payment: Payment) -> date:
    """Return the first day on which nothing of a payment is used later."""
    rows = standing.applications().filter(payment=payment)
    used: date | None = rows.aggregate(last=Max("applied_on"))["last"]
    return max(since.of_payment(payment), used or payment.received_on)


def _take_back(
    payment: Payment, details: Details, key: UUID, now: datetime, by: Membership
) -> PaymentTakenBack:
    """Take a payment off what it pays, and reverse it."""
    on = details.returned_on
    rows = standing.applications().filter(payment=payment)
    for application in rows.select_related("entry", "payment", "invoice").order_by("id"):
        applications.take_back(
            application=application,
            reason=UnapplyReason.RETURNED,
            taken_back_on=on,
            now=now,
            by=by,
        )
    entry = journal.reverse(
        entry=payment.entry,
        source=f"payment:{payment.pk}:taken_back",
        entry_date=on,
        memo=f"Receipt {payment.receipt}: check sent back by the bank",
        by=by,
    )
    return PaymentTakenBack.objects.create(
        payment=payment,
        reason=PaymentReason.RETURNED,
        taken_back_on=on,
        key=key,
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )


def _leave(
    payment: Payment, taken_back: PaymentTakenBack, details: Details, by: Membership
) -> ReturnedCheck:
    """Post that the check left the bank, and the fee."""
    pk = uuid7()
    common: dict[str, Any] = {"entry_date": details.returned_on, "by": by}
    entry_id: UUID | None = None
    fee_entry_id: UUID | None = None
    if details.was_deposited:
        entry_id = journal.post(
            source=f"returned_check:{pk}:left",
            memo=f"Check of {payment.receipt} sent back by the bank",
            lines=posting.check_sent_back(amount=payment.amount),
            **common,
        ).pk
    if details.fee:
        fee_entry_id = journal.post(
            source=f"returned_check:{pk}:fee",
            memo=f"Bank fee for the check of {payment.receipt}",
            lines=posting.bank_fee_taken(fee=details.fee),
            **common,
        ).pk
    return ReturnedCheck.objects.create(
        id=pk,
        taken_back=taken_back,
        reason=details.reason,
        was_deposited=details.was_deposited,
        fee=details.fee,
        entry_id=entry_id,
        fee_entry_id=fee_entry_id,
        line=details.line,
    )
