"""Counting the drawer, and taking what lies in it to the bank. The receipts' series is the lock."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from accounts.tenancy import current_scope
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import Deposit, DepositReason, DepositTakenBack, DrawerCount, DrawerReason
from billing.selectors import bank, of_late
from billing.selectors import drawer as found
from billing.services import numbers
from ledger.money import ZERO, Money
from ledger.services import journal

__all__ = ["AskedBySomebodyElse", "Reason", "Waiting", "count", "deposit", "take_back"]

Reason = DrawerReason
BackReason = DepositReason


class ChecksDiffer(Exception):
    """The checks that were counted are not those of the books."""


class NoReason(Exception):
    """Cash differs, and nobody said why; or it does not, and somebody did."""


class NotThere(Exception):
    """More would be deposited than lies in the drawer, or nothing."""


class KeyReused(Exception):
    """Something else was recorded under this key."""


class AlreadyTakenBack(Exception):
    """The deposit was taken back before."""


class Confirmed(Exception):
    """A bank line confirms the deposit, so it is not taken back."""


class SentBack(Exception):
    """The bank sent a check of it back, so it was at the bank."""


class BeforeItWas(Exception):
    """The deposit would be taken back on a day before it was made."""


@transaction.atomic
def count(
    *,
    cash: Money,
    checks: Money,
    reason: str,
    counted_on: date,
    key: UUID,
    now: datetime,
    by: Membership,
) -> DrawerCount | Waiting:
    """Record what was counted in the drawer, in cents; post cash that is over or short (J31).

    Cash that is missing left the practice: above what one refunds alone, with what was missing of
    late, a second person is asked, and nothing is posted yet. The same ``key`` again returns the
    count that it has.

    Raises:
        ChecksDiffer: the checks differ; a payment is wrong then, and is corrected.
        NoReason: cash differs and ``reason`` is empty, or the other way round.
        KeyReused: the key belongs to a count of another sum.
        AskedBySomebodyElse: another person waits for an answer about cash that is missing.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if (known := DrawerCount.objects.filter(key=key).first()) is not None:
        if (known.cash, known.checks) != (cash, checks):
            raise KeyReused("This form was sent before, with another count. Open it anew.")
        return known
    expected = found.drawer()
    if checks != expected.checks:
        raise ChecksDiffer(
            f"The books have checks over {expected.checks.dollars} in the drawer. A check is there"
            " or not: correct the payment that is wrong, then count again."
        )
    difference = cash - expected.cash
    if bool(difference) != bool(reason):
        told = f"Cash is {abs(difference).dollars} {'over' if difference > ZERO else 'short'}."
        raise NoReason(f"{told} Say why." if difference else "Cash is as expected: no reason.")
    if difference < ZERO:
        answer = approvals.require(
            act=Act.REFUND,
            amount_cents=-difference.cents,
            already_cents=of_late.missing(now=now).cents,
            subject_kind="accounts.practice",
            subject_id=current_scope().practice_id,
            label="Cash missing in the drawer",
            by=by,
            now=now,
        )
        if isinstance(answer, Waiting):
            return answer
    count_id = uuid7()
    entry = None
    if difference:
        entry = journal.post(
            source=f"drawer_count:{count_id}:difference",
            entry_date=counted_on,
            memo=f"Drawer counted, {str(Reason(reason).label).lower()}",
            lines=posting.drawer_differs(difference=difference),
            by=by,
        )
    counted = DrawerCount.objects.create(
        id=count_id,
        counted_on=counted_on,
        expected_cash=expected.cash,
        cash=cash,
        checks=checks,
        reason=reason,
        key=key,
        entry=entry,
        counted_at=now,
        counted_by=by,
    )
    facts: dict[str, Any] = {"reason": str(Reason(reason).label).lower()} if reason else {}
    events.record(Action.DRAWER_COUNTED, target=counted, difference_cents=difference.cents, **facts)
    return counted


@transaction.atomic
def deposit(
    *,
    cash: Money,
    checks: Money,
    bag_number: str,
    deposited_on: date,
    key: UUID,
    now: datetime,
    by: Membership,
) -> Deposit:
    """Record that cash and checks went to the bank in one bag, in cents (J08).

    The same ``key`` again returns the deposit that it has.

    Raises:
        NotThere: more than lies in the drawer, or nothing.
        KeyReused: the key belongs to a deposit of another sum.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if (known := Deposit.objects.filter(key=key).first()) is not None:
        if (known.cash, known.checks) != (cash, checks):
            raise KeyReused("This form was sent before, with another deposit. Open it anew.")
        return known
    there = found.drawer()
    if cash > there.cash or checks > there.checks or not cash + checks:
        raise NotThere(
            f"{there.cash.dollars} in cash and {there.checks.dollars} in checks lie in the drawer."
            " Take at most that."
        )
    deposit_id = uuid7()
    reference = f"D-{numbers.take(numbers.lock(numbers.DEPOSITS)):05}"
    entry = journal.post(
        source=f"deposit:{deposit_id}:made",
        entry_date=deposited_on,
        memo=f"Deposit {reference}",
        lines=posting.deposited(amount=cash + checks),
        by=by,
    )
    made = Deposit.objects.create(
        id=deposit_id,
        reference=reference,
        bag_number=bag_number,
        cash=cash,
        checks=checks,
        deposited_on=deposited_on,
        key=key,
        entry_id=entry.pk,
        recorded_at=now,
        recorded_by=by,
    )
    events.record(Action.DEPOSIT_MADE, target=made, amount_cents=(cash + checks).cents)
    return made


@transaction.atomic
def take_back(
    *, made: Deposit, reason: str, taken_back_on: date, now: datetime, by: Membership
) -> DepositTakenBack:
    """Take a deposit back by a reversing entry: its money lies in the drawer again.

    Raises:
        AlreadyTakenBack: it was taken back before.
        Confirmed: a bank line is matched with it; that is undone first.
        SentBack: without its checks, the bank sent more back than it got.
        BeforeItWas: the day is before the deposit's own.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    numbers.lock(numbers.BILL_PAYMENTS)  # No bank line is matched meanwhile.
    if DepositTakenBack.objects.filter(deposit=made).exists():
        raise AlreadyTakenBack(f"{made.reference} was taken back already.")
    if bank.is_confirmed(made.entry_id):
        raise Confirmed(f"A bank line is matched with {made.reference}. Undo that first.")
    if made.checks > max(at_bank := found.checks_at_bank(), ZERO):
        raise SentBack(
            f"The bank sent checks back, and has {at_bank.dollars} of deposited checks left."
            f" {made.reference} took {made.checks.dollars} there, so it stays."
        )
    if taken_back_on < made.deposited_on:
        raise BeforeItWas("Choose a day that is not before the deposit.")
    entry = journal.reverse(
        entry=made.entry,
        source=f"deposit:{made.pk}:taken_back",
        entry_date=taken_back_on,
        memo=f"Deposit {made.reference} taken back",
        by=by,
    )
    taken_back = DepositTakenBack.objects.create(
        deposit=made,
        reason=reason,
        taken_back_on=taken_back_on,
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )
    events.record(
        Action.DEPOSIT_TAKEN_BACK,
        target=made,
        reason=str(BackReason(reason).label).lower(),
        amount_cents=(made.cash + made.checks).cents,
    )
    return taken_back
