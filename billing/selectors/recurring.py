"""Bills that come again: on which days, and which are due."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.models import RecurringBill
from billing.selectors import vendors
from ledger.money import Money

NEXT_SHOWN = 3
LAST_YEAR = 2200


@dataclass(frozen=True, slots=True)
class Row:
    """A recurring bill as a list shows it; ``state`` is a word of the badges."""

    pk: UUID
    vendor: str
    category: str
    amount: Money
    day: int
    every_months: int
    next_days: list[date]
    state: str

    @property
    def rhythm(self) -> str:
        """When it comes, in words."""
        often = {1: "Every month", 12: "Every year"}.get(
            self.every_months, f"Every {self.every_months} months"
        )
        return f"{often}, {'last day' if self.day == 31 else f'day {self.day}'}"


def days_of(*, starts_on: date, day: int, every_months: int) -> Iterator[date]:
    """Yield the days on which a bill comes, from ``starts_on`` on.

    In a month without that day it comes on the last one: January 31 is followed by February 28
    or 29, and then by March 31 again.
    """
    first = starts_on.year * 12 + starts_on.month - 1
    for step in count():
        year, month = divmod(first + step * every_months, 12)
        if year > LAST_YEAR:
            return
        on = date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
        if on >= starts_on:
            yield on


def coming(bill: RecurringBill) -> Iterator[date]:
    """Yield the days of the bills that are not made yet."""
    for on in days_of(starts_on=bill.starts_on, day=bill.day, every_months=bill.every_months):
        if bill.ends_on is not None and on > bill.ends_on:
            return
        if bill.made_through is None or on > bill.made_through:
            yield on


def running() -> QuerySet[RecurringBill]:
    """Return what is neither paused nor ended, of vendors who are still used."""
    return RecurringBill.objects.filter(paused_at=None, ended_at=None, vendor__retired_at=None)


def due(*, today: date) -> list[UUID]:
    """Return the recurring bills of which one may be due, in the order of their making."""
    rows = running().filter(starts_on__lte=today)
    rows = rows.filter(Q(made_through=None) | Q(made_through__lt=today))
    return list(rows.order_by("id").values_list("pk", flat=True))


def shown() -> list[Row]:
    """Return every recurring bill, those that are over last."""
    rows = list(RecurringBill.objects.select_related("category", "vendor"))
    names = vendors.names_of({row.vendor_id for row in rows})
    made = [_row(row, names[row.vendor_id]) for row in rows]
    return sorted(made, key=lambda row: (row.state == "ended", row.vendor.casefold(), row.pk))


def _row(row: RecurringBill, vendor: str) -> Row:
    state = "active"
    if row.ended_at is not None:
        state = "ended"
    elif row.paused_at is not None or row.vendor.retired_at is not None:
        state = "resting"
    next_days = [] if state == "ended" else list(islice(coming(row), NEXT_SHOWN))
    if state == "active" and not next_days:
        state = "ended"
    return Row(
        row.pk,
        vendor,
        str(row.category),
        row.amount,
        row.day,
        row.every_months,
        next_days,
        state,
    )
