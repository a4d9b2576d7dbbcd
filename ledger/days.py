"""The days that the books know; an entry of any other is a slip of the keyboard.

Days to come are days of the books: a bill may be dated ahead.
"""

from datetime import date

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2200, 12, 31)


class DayOutOfRange(ValueError):
    """An entry is dated before ``FIRST_DAY`` or after ``LAST_DAY``."""


def require(day: date) -> None:
    """Make sure that the books know a day, or raise ``DayOutOfRange``."""
    if not FIRST_DAY <= day <= LAST_DAY:
        told = f"{day.isoformat()} is no day of the books."
        raise DayOutOfRange(f"{told} Choose one from {FIRST_DAY.year} to {LAST_DAY.year}.")
