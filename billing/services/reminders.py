"""Reminders of what is late: set up in steps, and sent one to a client."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import Letter, LetterKind, Reminder, ReminderPolicy, ReminderStep
from billing.models.reminder import DAYS_MAX
from billing.selectors import reminders
from billing.services import letters, numbers
from clients.models import Client
from ledger.money import ZERO, Money

STEPS_MAX = 6


class BadSteps(Exception):
    """The steps cannot be reached one after the other."""


class BadLimits(Exception):
    """The amount or the days between letters are out of bounds."""


@transaction.atomic
def set_policy(
    *,
    steps: Collection[int],
    at_least: Money,
    days_between: int,
    is_automatic: bool,
    now: datetime,
    by: Membership,
) -> ReminderPolicy:
    """Remind clients from now on so many days after the due date, at each of the ``steps``.

    Raises:
        BadSteps: there are none or too many, one stands twice, or one is out of bounds.
        BadLimits: nothing would have to be late, or letters could go each day.
    """
    if not 1 <= len(steps) <= STEPS_MAX or len(set(steps)) != len(steps):
        raise BadSteps(f"Enter one to {STEPS_MAX} different numbers of days, such as 14, 30, 60.")
    if not all(1 <= days <= DAYS_MAX for days in steps):
        raise BadSteps(f"Each is a number of days after the due date, from 1 to {DAYS_MAX}.")
    if at_least <= ZERO or not 1 <= days_between <= DAYS_MAX:
        raise BadLimits(f"Enter an amount above zero, and 1 to {DAYS_MAX} days.")
    numbers.lock(numbers.LETTERS)
    row = ReminderPolicy.objects.create(
        at_least=at_least,
        days_between=days_between,
        is_automatic=is_automatic,
        step_count=len(steps),
        set_at=now,
        set_by=by,
    )
    ReminderStep.objects.bulk_create(ReminderStep(policy=row, days=days) for days in sorted(steps))
    events.record(Action.REMINDER_POLICY_SET, target=row, steps=len(steps))
    return row


@transaction.atomic
def send(*, client_id: UUID, today: date, now: datetime, by: Membership) -> Letter | None:
    """Remind a client, if their step is reached and nothing is against it; return the letter.

    It is looked at anew under the locks of money and of letters: who has paid meanwhile, or was
    reminded by somebody else, gets none.
    """
    # In this order, as plans are agreed: a payment beside it may make a plan kept.
    numbers.lock(numbers.RECEIPTS)
    numbers.lock(numbers.LETTERS)
    found = reminders.due(Client.objects.filter(pk=client_id), today=today)
    rules = reminders.policy()
    if rules is None or not found or found[0].problem:
        return None
    [due] = found
    letter = letters.write(
        client=Client.objects.get(pk=client_id),
        kind=LetterKind.REMINDER,
        today=today,
        now=now,
        by=by,
    )
    Reminder.objects.create(
        letter=letter,
        invoice_id=due.invoice_id,
        plan_id=due.plan_id,
        policy=rules.row,
        days=due.step,
    )
    return letter
