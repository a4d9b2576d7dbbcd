"""Credit goes from one client to another, and back: within a limit, never more than there is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from accounts.ids import uuid7
from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import (
    CreditTransfer,
    Payment,
    PaymentReason,
    PaymentTakenBack,
    TransferReason,
)
from billing.selectors import of_late, payments, since
from billing.services import numbers
from billing.services.payments import take_receipt
from clients.selectors import families
from ledger.money import ZERO, Money
from ledger.services import journal

__all__ = ["AskedBySomebodyElse", "Details", "Waiting", "record", "take_back"]

Reason = TransferReason


class ExceedsCredit(Exception):
    """More would go than is left of the payment as credit."""


class SamePerson(Exception):
    """The credit would go to the client whose it is, perhaps on another of their records."""


class BeforeItWas(Exception):
    """It would be done on a day before so much was there, or before anybody agreed."""


class KeyReused(Exception):
    """Something else was recorded under this key."""


class AlreadyTakenBack(Exception):
    """The credit went back before."""


class StillUsed(Exception):
    """The other client used the credit, so it cannot go back."""


@dataclass(frozen=True, slots=True)
class Details:
    """How much goes to whom, in cents, and on which day; why, and how whoever paid agreed."""

    to: Model
    amount: Money
    moved_on: date
    reason: str
    agreed: str
    agreed_on: date


@transaction.atomic
def record(
    *, payment: Payment, details: Details, key: UUID, now: datetime, by: Membership
) -> CreditTransfer | Waiting:
    """Give a part of what is left of a payment to another client (J29): they have it as credit by a
    receipt of its own, and spend it as any other. Above one's limit, ask a second person.

    The limit is of all that went of the payment, and from its client of late. The same ``key``
    again returns the transfer that it has.

    Raises:
        ExceedsCredit: more than is left of the payment.
        SamePerson: the client is the one whose it is.
        BeforeItWas: on some day from then on, less of it was there; or nobody had agreed yet.
        KeyReused: the key belongs to something else.
        AskedBySomebodyElse: another person waits for an answer about the payment.
        journal.PeriodClosed: the day lies in a closed month.
    """
    counter = numbers.lock(numbers.RECEIPTS)
    if (known := Payment.objects.filter(key=key).first()) is not None:
        return _same(known, payment, details)
    _require(payment, details)
    answer = approvals.require(
        act=Act.REFUND,
        amount_cents=details.amount.cents,
        already_cents=of_late.gave_back(payment.client_id, payment=payment, now=now).cents,
        subject_kind="billing.credittransfer",
        subject_id=payment.pk,
        label=f"{payment.receipt}, to another account",
        by=by,
        now=now,
    )
    if isinstance(answer, Waiting):
        return answer
    pk = uuid7()
    entry = journal.post(
        source=f"payment:{pk}:moved",
        entry_date=details.moved_on,
        memo=posting.MOVED,
        lines=posting.credit_moved(
            giver=payment.client_id,
            payment=payment.pk,
            taker=details.to.pk,
            arrived=pk,
            amount=details.amount,
        ),
        by=by,
    )
    arrived = Payment.objects.create(
        id=pk,
        receipt=take_receipt(counter),
        client_id=details.to.pk,
        method=Payment.Method.MOVED,
        amount=details.amount,
        received_on=details.moved_on,
        reference="",
        key=key,
        entry_id=entry.pk,
        recorded_at=now,
        recorded_by=by,
    )
    moved = CreditTransfer.objects.create(
        payment=payment,
        arrived=arrived,
        reason=details.reason,
        agreed=details.agreed,
        agreed_on=details.agreed_on,
    )
    facts: dict[str, Any] = {
        "reason": str(Reason(details.reason).label).lower(),
        "amount_cents": details.amount.cents,
    }
    # Two events: whoever reads what touched one client learns nothing of the other.
    events.record(Action.CREDIT_MOVED, target=payment, touched=[payment.client_id], **facts)
    events.record(Action.CREDIT_ARRIVED, target=arrived, touched=[arrived.client_id], **facts)
    return moved


@transaction.atomic
def take_back(
    *, moved: CreditTransfer, taken_back_on: date, now: datetime, by: Membership
) -> PaymentTakenBack:
    """Take credit back from the client who got it, by a reversing entry. All of it goes back.

    Raises:
        AlreadyTakenBack: it went back before.
        StillUsed: a part of it pays an invoice, went back as money, or went on to another client.
        BeforeItWas: the day is before it came, or it was used until later.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    arrived = moved.arrived
    if PaymentTakenBack.objects.filter(payment=arrived).exists():
        raise AlreadyTakenBack(f"{arrived.receipt} went back already.")
    if payments.credit_left(arrived) != arrived.amount:
        used = (arrived.amount - payments.credit_left(arrived)).dollars
        raise StillUsed(f"{used} of {arrived.receipt} is used. Free that first, then take it back.")
    if taken_back_on < (first := since.of_payment(arrived)):
        raise BeforeItWas(f"Choose {first:%b %-d, %Y} or later, when all of it was there.")
    entry = journal.reverse(
        entry=arrived.entry,
        source=f"payment:{arrived.pk}:taken_back",
        entry_date=taken_back_on,
        memo=posting.MOVED_BACK,
        by=by,
    )
    back = PaymentTakenBack.objects.create(
        payment=arrived,
        reason=PaymentReason.MOVED_BACK,
        taken_back_on=taken_back_on,
        key=uuid7(),
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )
    facts: dict[str, Any] = {"amount_cents": arrived.amount.cents}
    events.record(
        Action.CREDIT_CAME_BACK, target=moved.payment, touched=[moved.payment.client_id], **facts
    )
    events.record(Action.CREDIT_WENT_BACK, target=arrived, touched=[arrived.client_id], **facts)
    return back


def _require(payment: Payment, details: Details) -> None:
    if details.to.pk in families.ids_of([payment.client_id]):
        raise SamePerson("This is the client whose credit it is. Choose another one.")
    left = payments.credit_left(payment)
    if not ZERO < details.amount <= left:
        raise ExceedsCredit(f"{left.dollars} of {payment.receipt} is credit. Move at most that.")
    first = max(since.of_credit(payment, details.amount), details.agreed_on)
    if details.moved_on < first:
        raise BeforeItWas(
            f"Choose {first:%b %-d, %Y} or later, when it was there and whoever paid had agreed."
        )


def _same(known: Payment, payment: Payment, details: Details) -> CreditTransfer:
    moved = CreditTransfer.objects.filter(arrived=known, payment=payment).first()
    if moved is None or (known.client_id, known.amount) != (details.to.pk, details.amount):
        raise KeyReused("This form was sent before, for something else. Open it anew.")
    return moved
