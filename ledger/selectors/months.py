"""The months of the books and how each of them stands."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db.models import Min

from ledger.models import (
    CloseKind,
    Period,
    PeriodClose,
    PeriodReopen,
    PeriodSnapshot,
)
from ledger.models import ReopenReason as Reason
from ledger.selectors import journal

A_MONTH = timedelta(days=31)
MOST = 120
"""Months that one list holds."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to a month: ``verb`` tells what, ``reason`` why, where one is given.

    ``sha256`` is of what was frozen with it, or "".
    """

    verb: str
    at: datetime
    by: str
    reason: str
    close_id: UUID
    sha256: str


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month. ``state`` is a word of the badges; ``steps`` are the newest first."""

    first: date
    state: str
    is_over: bool
    steps: list[Step]

    @property
    def slug(self) -> str:
        """How addresses name it."""
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        return f"{self.first:%B %Y}"

    @property
    def latest(self) -> Step | None:
        return self.steps[0] if self.steps else None

    @property
    def may_close_softly(self) -> bool:
        return self.is_over and self.state == "open"

    @property
    def may_close(self) -> bool:
        return self.is_over and self.state != "closed"

    @property
    def may_reopen(self) -> bool:
        return self.state != "open"


def first_month() -> date | None:
    """Return the first day of the first month with an entry, which is the first that can be closed;
    None of empty books.
    """
    earliest = journal.first_day()
    return earliest.replace(day=1) if earliest else None


def begin() -> date | None:
    """Return the first day of the first month that there is: of an entry, or of a close."""
    first_close: date | None = Period.objects.aggregate(first=Min("month"))["first"]
    return min(filter(None, [first_month(), first_close]), default=None)


def months(*, today: date) -> list[Month]:
    """Return the months from the first one to the present one, the newest first.

    They are ``MOST`` at most; an older one is reached by its address.
    """
    return list(islice(_backwards(today, today), MOST))


def month(first: date, *, today: date) -> Month | None:
    """Return one month, or None of one that lies before the first or is not here yet."""
    begins = begin()
    if begins is None or not begins <= first <= today:
        return None
    return _month(first, today, *_history(first))


def open_before(first: date, *, today: date) -> list[Month]:
    """Return the earlier months that are not closed to everybody, the oldest first."""
    if first == date.min:
        return []
    earlier = _backwards(first - timedelta(days=1), today)
    return [each for each in earlier if each.state != "closed"][::-1]


def _backwards(last: date, today: date) -> Iterator[Month]:
    """Yield the months from that of ``last`` back to the first one."""
    begins = begin()
    if begins is None or last < begins:
        return
    history = _history()
    month = last.replace(day=1)
    yield _month(month, today, *history)
    while month > begins:
        month = (month - timedelta(days=1)).replace(day=1)
        yield _month(month, today, *history)


def _month(
    first: date, today: date, steps: dict[date, list[Step]], standing: dict[date, set[str]]
) -> Month:
    kinds = standing.get(first, set())
    state = "closed" if CloseKind.HARD in kinds else "soft" if kinds else "open"
    is_over = (first + A_MONTH).replace(day=1) <= today
    return Month(first, state, is_over, steps.get(first, []))


def _history(only: date | None = None) -> tuple[dict[date, list[Step]], dict[date, set[str]]]:
    """Return month → what was done to it, and month → the kinds of closes that stand."""
    closes = PeriodClose.objects.select_related("period", "closed_by")
    reopens = PeriodReopen.objects.select_related("reopened_by", "close__period")
    frozen = PeriodSnapshot.objects.all()
    if only is not None:
        closes = closes.filter(period__month=only)
        reopens = reopens.filter(close__period__month=only)
        frozen = frozen.filter(close__period__month=only)
    hashes = dict(frozen.values_list("close", "sha256"))
    steps: defaultdict[date, list[Step]] = defaultdict(list)
    standing: defaultdict[date, set[str]] = defaultdict(set)
    taken_back = set()
    for row in reopens:
        by, month = row.reopened_by.display_name, row.close.period.month
        reason = str(Reason(row.reason).label)
        steps[month].append(Step("Reopened", row.reopened_at, by, reason, row.close_id, ""))
        taken_back.add(row.close_id)
    for close in closes:
        month, by = close.period.month, close.closed_by.display_name
        verb = str(CloseKind(close.kind).label)
        sha256 = hashes.get(close.pk, "")
        steps[month].append(Step(verb, close.closed_at, by, "", close.pk, sha256))
        if close.pk not in taken_back:
            standing[month].add(close.kind)
    for each in steps.values():
        each.sort(key=lambda step: step.at, reverse=True)
    return steps, standing
