"""Dates as people write them. Which of 3/4/1990 is the month is never guessed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

YEAR_FIRST = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2}))", re.ASCII)
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}", re.ASCII)
IN_WORDS = re.compile(
    r"(?:(\d{1,2})\.?[ -])?([A-Za-z]{3,9})\.?[ -](?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})", re.ASCII
)
MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?Z?\Z")
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]


class DateOrder(StrEnum):
    """Which of two numbers before the year is the month."""

    MONTH_FIRST = "MDY"
    DAY_FIRST = "DMY"


class NoDate(Exception):
    """A text is no date; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a column's dates say about their order: ``order`` is None where it must be asked.

    ``example`` is a date that could be read either way, "" without any.
    """

    order: DateOrder | None
    example: str

    @property
    def is_open(self) -> bool:
        return self.order is None and bool(self.example)


def order_of(texts: Iterable[str]) -> Ordered:
    """Return the order that a column's dates prove: one of them has a day above twelve."""
    proved: set[DateOrder] = set()
    example = ""
    for text in texts:
        found = YEAR_LAST.fullmatch(text.strip())
        if not found or found[2] == ".":
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12:
            proved.add(DateOrder.DAY_FIRST)
        elif second > 12:
            proved.add(DateOrder.MONTH_FIRST)
        elif first != second:
            example = example or text.strip()
    return Ordered(proved.pop() if len(proved) == 1 else None, example)


def parse(text: str, order: DateOrder | None) -> date:
    """Return the date that a text says. With dots the day comes first.

    Raises:
        NoDate: it says none, or one that the calendar does not have.
    """
    plain = MIDNIGHT.sub("", text)
    try:
        found = _parsed(plain, order)
    except ValueError:
        raise NoDate("This day is not in the calendar.") from None
    if found is None:
        if SHORT_YEAR.fullmatch(plain):
            raise NoDate("Write the year with four digits.")
        raise NoDate("Write the date as 1990-03-21.")
    return found


def _parsed(text: str, order: DateOrder | None) -> date | None:
    if found := YEAR_FIRST.fullmatch(text):
        return date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))
    if found := YEAR_LAST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == ".":
            return date(year, second, first)
        if first == second:
            return date(year, first, second)
        if order is None:
            raise NoDate("Say whether the day or the month comes first, or write 1990-03-21.")
        return date(year, *((second, first) if order is DateOrder.DAY_FIRST else (first, second)))
    if found := IN_WORDS.fullmatch(text):
        days = [found[1], found[3]]
        word = found[2].lower()
        months = [
            number for number, name in enumerate(MONTHS, 1) if word in (name, name[:3], name[:4])
        ]
        if len(months) == 1 and days.count(None) == 1:
            return date(int(found[4]), months[0], int(found[1] or found[3]))
    return None
