"""Holding statements and reminders to a client back, for a reason and until a day."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import LetterHold, LetterHoldEnded
from billing.selectors import letter_holds
from billing.services import numbers
from clients.models import Client

Reason = LetterHold.Reason


class AlreadyHeld(Exception):
    """A hold for the same reason runs already."""


class OfThePast(Exception):
    """The last day is over."""


@transaction.atomic
def hold(
    *,
    client: Client,
    reason: Reason,
    until: date | None,
    today: date,
    now: datetime,
    by: Membership,
) -> LetterHold:
    """Send a client no statements and reminders until a day, or until somebody ends it.

    Raises:
        OfThePast: ``until`` is before ``today``, the practice's own day.
        AlreadyHeld: the same runs already.
    """
    if until is not None and until < today:
        raise OfThePast("This day is over. Choose today or later, or leave it empty.")
    numbers.lock(numbers.LETTERS)
    running = letter_holds.running(on=today).filter(client=client, reason=reason)
    if running.exists():
        raise AlreadyHeld("They are held back for this reason already. End that first.")
    row = LetterHold.objects.create(
        client=client, reason=reason, until=until, set_at=now, set_by=by
    )
    facts: dict[str, Any] = {"until": until.isoformat()} if until else {}
    events.record(
        Action.LETTER_HOLD_SET,
        target=row,
        label=client.code,
        touched=[client.pk],
        reason=str(Reason(reason).label).lower(),
        **facts,
    )
    return row


@transaction.atomic
def end(*, held: LetterHold, now: datetime, by: Membership) -> LetterHoldEnded:
    """Let statements and reminders go to the client again. Twice makes one."""
    numbers.lock(numbers.LETTERS)
    known = LetterHoldEnded.objects.filter(hold=held).first()
    if known is not None:
        return known
    ended = LetterHoldEnded.objects.create(hold=held, ended_at=now, ended_by=by)
    events.record(
        Action.LETTER_HOLD_ENDED,
        target=held,
        label=held.client.code,
        touched=[held.client_id],
    )
    return ended
