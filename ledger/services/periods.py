"""Closing a month of the books, and taking a close back. Both are rows, with who and when."""

from datetime import date

from django.db import connection

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from ledger.models import Period, PeriodClose, PeriodReopen, ReopenReason
from ledger.selectors import periods

Reason = ReopenReason


class AlreadyClosed(Exception):
    """The month is closed."""


class NotClosed(Exception):
    """The month is not closed, so it cannot be reopened."""


class NotOver(Exception):
    """The month is not over, so it cannot be closed."""


def close(*, month: date, today: date, by: Membership) -> PeriodClose:
    """Close the month of the date ``month``: the database refuses entries dated inside it.

    Raises:
        NotOver: ``today``, local to the practice, is not past the month.
        AlreadyClosed: it is closed.
    """
    first = month.replace(day=1)
    if (today.year, today.month) <= (first.year, first.month):
        raise NotOver(f"{first:%B %Y} is not over.")
    _lock(first)
    if periods.is_closed(first):
        raise AlreadyClosed(f"{first:%B %Y} is closed.")
    period, _ = Period.objects.get_or_create(month=first)
    closed = PeriodClose.objects.create(period=period, closed_by=by)
    events.record(Action.PERIOD_CLOSED, target=period)
    return closed


def reopen(*, month: date, reason: Reason, by: Membership) -> PeriodReopen:
    """Take back the close of the month of the date ``month``, and say why.

    Raises:
        NotClosed: no close stands over it.
    """
    first = month.replace(day=1)
    _lock(first)
    standing = periods.standing_closes(first).select_related("period").first()
    if standing is None:
        raise NotClosed(f"{first:%B %Y} is not closed.")
    reopened = PeriodReopen.objects.create(close=standing, reason=reason, reopened_by=by)
    events.record(Action.PERIOD_REOPENED, target=standing.period, reason=reason.label)
    return reopened


def _lock(first: date) -> None:
    """Wait for whoever posts into the month, so that the close is later than their entries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(ledger_period_lock(current_practice_id(), %s))", [first]
        )
