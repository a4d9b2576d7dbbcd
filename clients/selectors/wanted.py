"""What somebody who types into the search box may mean: names, dates and telephone numbers."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from clients.names import digits, fold

Alternative = tuple[str, ...]
Term = tuple[Alternative, ...]
"""One thing that is wanted: one of its alternatives, of which every part must be there."""

FEWEST_DIGITS = 3
"""So many digits may be a part of a telephone number or of a date; fewer are part of a code."""
WHOLE_NUMBER = 7
"""So many digits, however spaced, may be one telephone number."""
COUNTRY_CODES = (1, 2, 3)
"""How many digits a country's code may have, which whoever noted the number left out."""
LEAP_YEAR = 2000
CENTURIES = ("19", "20")

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]*\.?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
YEAR = r"(?P<year>\d{4})"


def terms(text: str) -> list[Term]:
    """Return what a typed text asks for; whoever is meant has all of it."""
    found: list[Term] = []
    rest = fold(text)
    for pattern, read in READINGS:
        rest = pattern.sub(partial(_taken, read, found), rest)
    return found + [((word,),) for word in rest.split()]


def is_short_number(term: Term) -> bool:
    """Say whether a term is of so few digits that any date and telephone number would hold it."""
    return len(term) == 1 and all(
        part.isdecimal() and len(part) < FEWEST_DIGITS for part in term[0]
    )


def plain_word(term: Term) -> str:
    """Return the one word that a term looks for anywhere in a text, or ""."""
    is_plain = len(term) == len(term[0]) == 1 and not is_short_number(term)
    return term[0][0] if is_plain else ""


def _taken(read: Callable[[re.Match[str]], Term], found: list[Term], match: re.Match[str]) -> str:
    """Note what a match means, and return what is left of it to be read otherwise."""
    if not (term := read(match)):
        return match[0]
    found.append(term)
    return " "


def _said(match: re.Match[str]) -> Term:
    """Read "March 21, 1990" and "21 March 1990"."""
    month = MONTHS.index(match["month"]) + 1
    return _days([(match["year"], month, match["day"])])


def _written(match: re.Match[str]) -> Term:
    """Read "1990-03-21", "3/21/1990", "21.3.90" and the like; of two readings, both."""
    first, sign, second, third = match.groups()
    if len(first) == 4:
        days = _days([(first, second, third)])
    elif len(third) in {2, 4} and len(first) <= 2:
        years = [third] if len(third) == 4 else [century + third for century in CENTURIES]
        orders = [(second, first)] if sign == "." else [(first, second), (second, first)]
        days = _days((year, month, day) for year in years for month, day in orders)
    else:
        days = ()
    return days and days + _number(match)


def _of_a_year(match: re.Match[str]) -> Term:
    """Read "3/21" and "21.3." as a day of any year."""
    first, sign, second = match.groups()
    orders = [(second, first)] if sign == "." else [(first, second), (second, first)]
    days = _days((LEAP_YEAR, month, day) for month, day in orders)
    return tuple((day.removeprefix(str(LEAP_YEAR)),) for (day,) in days)


def _number(match: re.Match[str]) -> Term:
    """Read figures as one telephone number, as parts of several, as a date, or as they stand."""
    words = match[0].split()
    number = digits(match[0])
    found = [tuple(words), tuple(digits(word) or word for word in words)]
    if len(number) >= WHOLE_NUMBER:
        found.append((number,))
        found += [(number[code:],) for code in COUNTRY_CODES if len(number[code:]) > WHOLE_NUMBER]
    if len(number) == 8 and len(words) == 1:
        found += _days(
            [
                (number[:4], number[4:6], number[6:]),
                (number[4:], number[:2], number[2:4]),
                (number[4:], number[2:4], number[:2]),
            ]
        )
    return tuple(dict.fromkeys(found))


def _days(readings: Iterable[tuple[str | int, str | int, str | int]]) -> tuple[Alternative, ...]:
    """Return the (year, month, day) that the calendar has, as ISO dates."""
    found = []
    for year, month, day in readings:
        try:
            found.append((date(int(year), int(month), int(day)).isoformat(),))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


READINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Term]], ...] = (
    (re.compile(rf"(?<!\S){MONTH}\s+{DAY},?\s+{YEAR}(?!\S)"), _said),
    (re.compile(rf"(?<!\S){DAY}\s+{MONTH},?\s+{YEAR}(?!\S)"), _said),
    (re.compile(r"(?<!\S)(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?!\S)"), _written),
    (re.compile(r"(?<!\S)(\d{1,2})([./])(\d{1,2})\.?(?!\S)"), _of_a_year),
    (re.compile(r"(?<!\S)[+(]*\d[\d\s().+/-]*(?!\S)"), _number),
)
"""Pattern → what it may mean, in this order."""
