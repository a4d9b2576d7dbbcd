"""Procedure codes as data: on which days they can be billed, and for how many minutes."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from billing.models import KnownCode

BORDER_MINUTES = 1
"""How near to another code's minutes a session is worth a second look at the clock."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What the minutes of a session say of its code. ``code`` is the one that they choose.

    ``warning`` is "" where there is nothing to look at again; else it is fit to show.
    """

    code: str
    warning: str


def on(day: date) -> QuerySet[KnownCode]:
    """Return the codes that can be billed on a day."""
    lasting = Q(valid_until=None) | Q(valid_until__gte=day)
    return KnownCode.objects.filter(lasting, valid_from__lte=day)


def refusal(code: str, day: date) -> str:
    """Say why a code cannot be used on a day, or "" where it can.

    A code that is not known is the practice's own, and never refused.
    """
    rows = list(KnownCode.objects.filter(code=code).order_by("valid_from"))
    if not rows or any(_covers(row, day) for row in rows):
        return ""
    said = f"{day:%b} {day.day}, {day.year}"
    until = max((row.valid_until for row in rows if row.valid_until), default=None)
    if until is not None and until < day:
        return f"{code} was deleted: it can be billed until {until:%b} {until.day}, {until.year}."
    return f"{code} cannot be billed on {said} yet."


def fit(code: str, minutes: int, day: date) -> Fit:
    """Return which code of its family the minutes choose, and what to look at again.

    A code without minutes, or of the practice's own, fits as it is.
    """
    known = {row.code: row for row in on(day)}
    own = known.get(code)
    if own is None or own.minutes_from is None:
        return Fit(code, "")
    family = [own]
    if own.family:
        family = [row for row in known.values() if row.family == own.family]
    family.sort(key=lambda row: row.minutes_from or 0)
    chosen = next((row for row in family if _holds(row, minutes)), None)
    if chosen is None and minutes < (family[0].minutes_from or 0):
        return Fit(code, f"{minutes} minutes are too few for {family[0].code}: {_span(family[0])}.")
    if chosen is None:
        last = family[-1]
        return Fit(
            code,
            f"{minutes} minutes are more than {last.code} alone: {_span(last)}. What goes beyond"
            " is an add-on, once the session is recorded.",
        )
    if chosen.code != code:
        return Fit(
            chosen.code,
            f"{minutes} minutes are {chosen.code}, not {code}: {_span(chosen)}.",
        )
    return Fit(code, _border(chosen, family, minutes))


def _border(chosen: KnownCode, family: list[KnownCode], minutes: int) -> str:
    """Name the neighbor that a minute more or less would have chosen."""
    for other in family:
        near = minutes + BORDER_MINUTES, minutes - BORDER_MINUTES
        if other != chosen and any(_holds(other, each) for each in near):
            return (
                f"{minutes} minutes are {chosen.code}, and one minute"
                f" {'more' if _holds(other, near[0]) else 'less'} would be {other.code}."
                " Look at the start and the stop again."
            )
    return ""


def _holds(row: KnownCode, minutes: int) -> bool:
    most = row.minutes_until
    return minutes >= (row.minutes_from or 0) and (most is None or minutes <= most)


def _span(row: KnownCode) -> str:
    if row.minutes_until is None:
        return f"{row.code} is from {row.minutes_from} minutes on"
    return f"{row.code} is {row.minutes_from} to {row.minutes_until} minutes"


def _covers(row: KnownCode, day: date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or row.valid_until >= day)
