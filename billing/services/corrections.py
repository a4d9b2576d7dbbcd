"""Correcting a payment: the wrong one is reversed and stays in sight, the right one is recorded."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing.models import Payment, PaymentReason, PaymentTakenBack, UnapplyReason
from billing.selectors import drawer, of_late, refunds, reversals, since, standing, turns
from billing.selectors import invoices as open_invoices
from billing.selectors import payments as found
from billing.services import applications, numbers, payments
from ledger.money import ZERO, Money
from ledger.services import journal

__all__ = ["AskedBySomebodyElse", "Reason", "Right", "Waiting", "correct"]

Reason = PaymentReason
NOT_WRONG = (Reason.RETURNED, Reason.MOVED_BACK)
REASONS = [choice for choice in Reason.choices if choice[0] not in NOT_WRONG]
"""What can be wrong with what was recorded. What came back, or went back, was right."""

NOT_REPLACED = frozenset({Reason.TWICE, Reason.NEVER_CAME})
"""Where no money came, none is recorded anew."""


class AlreadyCorrected(Exception):
    """The payment was taken back before."""


class NothingDiffers(Exception):
    """What is said to be right is what stands already."""


class TakenByCard(Exception):
    """A card payment is what the card company took: only whose it is can be wrong."""


class PartlyRefunded(Exception):
    """A part of the payment went back to the client, so it was there."""


class PartlyMoved(Exception):
    """A part of the payment went to another client, or it came from one."""


class AtTheBank(Exception):
    """What the payment brought lies in the drawer no more: a deposit took it to the bank."""


class KeyReused(Exception):
    """Another payment was corrected under this key."""


@dataclass(frozen=True, slots=True)
class Right:
    """How a payment should have been recorded; the amount in cents."""

    client: models.Model
    amount: Money
    method: payments.Method
    received_on: date
    reference: str = ""


@transaction.atomic
def correct(
    *,
    payment: Payment,
    right: Right | None,
    reason: str,
    key: UUID,
    today: date,
    now: datetime,
    by: Membership,
) -> PaymentTakenBack | Waiting:
    """Take a payment back and record it as it should have been, in one step.

    Where less money is left in the books than before, it is as if it was given back: above what one
    refunds alone, with what went back to the client of late, a second person is asked, and nothing
    changes yet.

    Everything is dated as it was, except in months that are closed: there it is dated ``today``.
    A payment that was used and freed again is taken back on the day when it was free.
    The right payment pays what the wrong one paid, as far as it goes, then what is due first; what
    is over stays as credit. ``right`` is None for what never came, or came once and was recorded
    twice. The same ``key`` again returns the correction that it has.

    Raises:
        AlreadyCorrected: the payment was taken back before.
        PartlyRefunded: a part of it went back to the client.
        PartlyMoved: a part of it went to another client, or it came from one.
        NothingDiffers: what is right is what stands, or the reason asks for no other payment.
        TakenByCard: more than the client of a card payment would change, or a payment become one.
        AtTheBank: a deposit took what the payment brought to the bank.
        KeyReused: the key belongs to the correction of another payment, or to a payment.
        AskedBySomebodyElse: another person waits for an answer about the payment.
        journal.PeriodClosed: the right day lies in a closed month.
    """
    counter = numbers.lock(numbers.RECEIPTS)
    if (known := PaymentTakenBack.objects.filter(key=key).first()) is not None:
        if known.payment_id != payment.pk:
            raise KeyReused("This form was sent before, for another payment. Open it anew.")
        return known
    if Payment.objects.filter(key=key).exists():
        raise KeyReused("This form was sent before, for a payment. Open it anew.")
    if PaymentTakenBack.objects.filter(payment=payment).exists():
        raise AlreadyCorrected(f"{payment.receipt} was taken back already.")
    if back := refunds.refunded(payment):
        raise PartlyRefunded(
            f"{back.dollars} of {payment.receipt} went back to the client. Take that back first."
        )
    if payment.method == payments.Method.MOVED:
        raise PartlyMoved(
            f"{payment.receipt} is credit of another account. It is taken back there, or stands."
        )
    if gone := refunds.moved(payment):
        raise PartlyMoved(
            f"{gone.dollars} of {payment.receipt} went to another account. Take that back first."
        )
    _require(payment, right, reason, today)
    _require_in_drawer(payment, right)
    if (less := payment.amount - (right.amount if right else ZERO)) > ZERO:
        answer = approvals.require(
            act=Act.REFUND,
            amount_cents=less.cents,
            already_cents=of_late.gave_back(payment.client_id, now=now).cents,
            subject_kind="billing.paymenttakenback",
            subject_id=payment.pk,
            label=f"{payment.receipt}, corrected",
            by=by,
            now=now,
        )
        if isinstance(answer, Waiting):
            return answer
    before = _take_off(payment, today=today, now=now, by=by)
    entry = journal.reverse(
        entry=payment.entry,
        source=f"payment:{payment.pk}:taken_back",
        entry_date=reversals.day_for(since.of_payment(payment), today=today),
        memo=f"Receipt {payment.receipt} taken back",
        by=by,
    )
    anew = None
    if right is not None:
        anew = payments.receive(
            receipt=payments.take_receipt(counter),
            client=right.client,
            party_id=payment.party_id if right.client.pk == payment.client_id else None,
            amount=right.amount,
            method=right.method,
            received_on=right.received_on,
            key=key,
            reference=right.reference,
            now=now,
            by=by,
        )
    taken_back = PaymentTakenBack.objects.create(
        payment=payment,
        replacement=anew,
        reason=reason,
        taken_back_on=entry.entry_date,
        key=key,
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )
    if anew is not None:
        _apply(anew, before, today=today, now=now, by=by)
    facts: dict[str, Any] = {"replacement": anew.receipt} if anew else {}
    events.record(
        Action.PAYMENT_TAKEN_BACK,
        target=payment,
        touched=[payment.client_id],
        reason=str(Reason(reason).label).lower(),
        amount_cents=payment.amount.cents,
        **facts,
    )
    return taken_back


def _require(payment: Payment, right: Right | None, reason: str, today: date) -> None:
    """Raise what ``correct`` raises of what is wanted."""
    is_card = payment.method == Payment.Method.CARD
    days = {payment.received_on, reversals.day_for(since.of_payment(payment), today=today)}
    if is_card and (
        right is None
        or (right.amount, right.method) != (payment.amount, payment.method)
        or right.received_on not in days
        or reason != Reason.CLIENT
    ):
        raise TakenByCard(
            f"{payment.receipt} is what the card company took, on that day. It can be moved to the"
            " client whose it is; money goes back by a refund."
        )
    if reason in NOT_WRONG:
        raise NothingDiffers("What came back or went back is recorded on a page of its own.")
    if (right is None) != (Reason(reason) in NOT_REPLACED):
        raise NothingDiffers("Say what is right instead, or that no money came.")
    if right is None:
        return
    if not is_card and right.method == Payment.Method.CARD:
        raise TakenByCard("A card payment comes from the card company, and is not typed in.")
    before = (
        payment.client_id,
        payment.amount,
        payment.method,
        payment.received_on,
        payment.reference,
    )
    wanted = (right.client.pk, right.amount, right.method, right.received_on, right.reference)
    if before == wanted:
        raise NothingDiffers("Nothing differs from what stands. Change what was wrong.")


def _require_in_drawer(payment: Payment, right: Right | None) -> None:
    """Raise AtTheBank where the drawer would hold less than nothing of what is corrected."""
    there = drawer.drawer()
    for method, held in (
        (payments.Method.CASH, there.cash),
        (payments.Method.CHECK, there.checks),
    ):
        gone = payment.amount if payment.method == method else ZERO
        came = right.amount if right is not None and right.method == method else ZERO
        if gone > came and held - gone + came < ZERO:
            raise AtTheBank(
                f"What {payment.receipt} brought went to the bank with a deposit. Take the deposit"
                " back, correct the payment, and make the deposit anew."
            )


def _take_off(payment: Payment, *, today: date, now: datetime, by: Membership) -> dict[UUID, Money]:
    """Take a payment off everything that it pays; return how much of which invoice that was, in
    its order.
    """
    rows = standing.applications().filter(payment=payment)
    paid: defaultdict[UUID, Money] = defaultdict(lambda: ZERO)
    for application in rows.select_related("entry", "payment", "invoice").order_by("id"):
        applications.take_back(
            application=application,
            reason=UnapplyReason.CORRECTED,
            taken_back_on=reversals.day_for(application.applied_on, today=today),
            now=now,
            by=by,
        )
        paid[application.invoice_id] += application.amount
    return dict(paid)


def _apply(
    payment: Payment, before: dict[UUID, Money], *, today: date, now: datetime, by: Membership
) -> None:
    """Apply a payment as the one before it was, as far as that is its client's and still open, and
    then to what is due first of whoever paid.
    """
    credit = left = found.credit_left(payment)
    opened = {item.invoice.pk: item for item in open_invoices.open_of(payment.client_id)}
    first: dict[UUID, Money] = {}
    for pk, amount in before.items():
        balance = opened[pk].balance if pk in opened else ZERO
        if (again := min(amount, balance, left)) > ZERO:
            first[pk], left = again, left - again
    own = [
        item if item.invoice.party_id == payment.party_id else replace(item, balance=first[pk])
        for pk, item in opened.items()
        if item.invoice.party_id == payment.party_id or pk in first
    ]
    in_turn = turns.of(own, first=first)
    for share in applications.oldest(in_turn, credit):
        day = max(payment.received_on, since.of_debt(share.invoice, share.amount))
        applications.write(
            payment, share, applied_on=reversals.day_for(day, today=today), now=now, by=by
        )
