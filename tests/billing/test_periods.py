"""Periods by the practice's wall: months of every length, and days of 23 and 25 hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Rhythm
from billing.models.cycle import RUN
from billing.selectors import days, periods

ZONES = [
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Pacific/Apia",
    "UTC",
]
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
OVER = [rhythm for rhythm in RUN if rhythm != Rhythm.AFTER_SESSION]


@pytest.mark.parametrize(
    ("on", "last"),
    [
        (date(2026, 1, 31), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_month_ends_on_its_last_day(on: date, last: date) -> None:
    assert periods.end_of(Rhythm.MONTHLY, on) == last


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 3, 1), date(2026, 2, 28)),
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2028, 3, 1), date(2028, 2, 29)),
        (date(2026, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_month_that_was_over_last(today: date, last: date) -> None:
    assert periods.last_over(Rhythm.MONTHLY, today) == last


def test_a_week_ends_on_sunday() -> None:
    sunday = date(2026, 3, 1)

    assert periods.end_of(Rhythm.WEEKLY, sunday) == sunday
    assert periods.last_over(Rhythm.WEEKLY, sunday) == sunday - timedelta(days=7)
    assert periods.last_over(Rhythm.WEEKLY, sunday + timedelta(days=1)) == sunday


@given(st.sampled_from(OVER), DAYS)
def test_each_day_lies_in_one_period(rhythm: Rhythm, on: date) -> None:
    last = periods.end_of(rhythm, on)
    before = periods.last_over(rhythm, on)

    assert before < on <= last
    assert periods.is_end(rhythm, before)
    assert periods.is_end(rhythm, last)
    assert periods.end_of(rhythm, before + timedelta(days=1)) == last
    assert not any(
        periods.is_end(rhythm, before + timedelta(days=n)) for n in range(1, (last - before).days)
    )


@given(st.sampled_from(RUN), DAYS, st.integers(-40, 40))
def test_no_period_runs_before_it_is_over(rhythm: Rhythm, today: date, ahead: int) -> None:
    last = today + timedelta(days=ahead)

    may = periods.may_run(rhythm, last, today=today)

    assert may == (
        periods.is_end(rhythm, last) and (last < today or (last == today and rhythm in RUN[:2]))
    )


@given(st.sampled_from(ZONES), DAYS)
def test_the_last_minutes_of_a_day_lie_in_it(name: str, on: date) -> None:
    zone = ZoneInfo(name)
    begin, end = days.bounds(on, zone)

    late = datetime(on.year, on.month, on.day, 23, 30, tzinfo=zone).astimezone(UTC)

    if days.day_of(late, zone) == on:  # Apia had no December 30, 2011.
        assert begin <= late < end
    assert days.day_of(begin, zone) >= on
    assert days.day_of(end - timedelta(microseconds=1), zone) <= on


@given(st.sampled_from(ZONES), DAYS, st.times())
def test_a_moment_is_billed_with_its_own_day_and_no_other(
    name: str, day: date, clock: time
) -> None:
    """What a run finds, by the end of its last day, is what lies on that day or before."""
    zone, moment = ZoneInfo(name), datetime.combine(day, clock, UTC)
    on = days.day_of(moment, zone)

    assert moment < days.bounds(on, zone)[1]
    assert not moment < days.bounds(on - timedelta(days=1), zone)[1]
