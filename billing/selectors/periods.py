"""The periods of billing, as days on the practice's wall: which one holds a day, and its last.

A week ends on Sunday. Nothing here knows of hours: ``days`` says when a day begins and ends.
"""

from calendar import monthrange
from datetime import date, timedelta

from billing.models import Rhythm

ONE_DAY = timedelta(days=1)


def end_of(rhythm: Rhythm, on: date) -> date:
    """Return the last day of the period of a rhythm that holds a day."""
    if rhythm == Rhythm.WEEKLY:
        return on + timedelta(days=7 - on.isoweekday())
    if rhythm == Rhythm.MONTHLY:
        return on.replace(day=monthrange(on.year, on.month)[1])
    return on


def last_over(rhythm: Rhythm, today: date) -> date:
    """Return the last day of the period that was over last; after each session, today."""
    if rhythm == Rhythm.AFTER_SESSION:
        return today
    if rhythm == Rhythm.WEEKLY:
        return today - timedelta(days=today.isoweekday())
    if rhythm == Rhythm.MONTHLY:
        return today.replace(day=1) - ONE_DAY
    return today - ONE_DAY


def is_end(rhythm: Rhythm, on: date) -> bool:
    """Say whether a day is the last of a period."""
    return end_of(rhythm, on) == on


def may_run(rhythm: Rhythm, last_day: date, *, today: date) -> bool:
    """Say whether a period can be billed: a week or a month once it is over, a day on the day."""
    if not is_end(rhythm, last_day):
        return False
    within_a_day = rhythm in {Rhythm.AFTER_SESSION, Rhythm.DAILY}
    return last_day <= today if within_a_day else last_day < today
