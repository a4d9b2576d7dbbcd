"""US federal business days: Monday to Friday but for the legal holidays of 5 U.S.C. 6103.

Pure reckoning, without a table to keep up to date. A holiday on a Sunday is kept on the Monday
after it, one on a Saturday on the Friday before (5 U.S.C. 6103(b), Executive Order 11582). The day
of an inauguration is a holiday around Washington only, and counts here as any other.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
JUNETEENTH_SINCE = 2021
ONE = timedelta(days=1)


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the days of a year on which federal offices are closed, as they are kept."""
    named = [*_of(year), date(year + 1, 1, 1)]
    return frozenset(day for day in map(_kept, named) if day.year == year)


def is_one(day: date) -> bool:
    """Say whether a day is a business day."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def after(day: date, count: int) -> date:
    """Return the business day that is ``count`` business days after a day; 1 is the next one."""
    return _step(day, count, ONE)


def before(day: date, count: int) -> date:
    """Return the business day that is ``count`` business days before a day."""
    return _step(day, count, -ONE)


def _step(day: date, count: int, step: timedelta) -> date:
    while count:
        day += step
        count -= is_one(day)
    return day


def _of(year: int) -> Iterator[date]:
    yield date(year, 1, 1)
    yield _nth(year, 1, MONDAY, 3)  # Martin Luther King, Jr.
    yield _nth(year, 2, MONDAY, 3)  # Washington
    yield _last_monday_of_may(year)  # Memorial Day
    if year >= JUNETEENTH_SINCE:
        yield date(year, 6, 19)
    yield date(year, 7, 4)
    yield _nth(year, 9, MONDAY, 1)  # Labor Day
    yield _nth(year, 10, MONDAY, 2)  # Columbus Day
    yield date(year, 11, 11)  # Veterans Day
    yield _nth(year, 11, THURSDAY, 4)  # Thanksgiving
    yield date(year, 12, 25)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=number - 1)


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _kept(day: date) -> date:
    if day.weekday() == SATURDAY:
        return day - ONE
    return day + ONE if day.weekday() == SUNDAY else day
