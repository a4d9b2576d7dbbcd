"""Federal holidays as OPM publishes them, and deadlines as the Federal Register explains them."""

from datetime import date

import pytest

from billing.selectors import business_days, estimate_deadlines

PUBLISHED = {
    2020: "1-1 1-20 2-17 5-25 7-3 9-7 10-12 11-11 11-26 12-25",
    2021: "1-1 1-18 2-15 5-31 6-18 7-5 9-6 10-11 11-11 11-25 12-24 12-31",
    2022: "1-17 2-21 5-30 6-20 7-4 9-5 10-10 11-11 11-24 12-26",
    2023: "1-2 1-16 2-20 5-29 6-19 7-4 9-4 10-9 11-10 11-23 12-25",
    2024: "1-1 1-15 2-19 5-27 6-19 7-4 9-2 10-14 11-11 11-28 12-25",
    2025: "1-1 1-20 2-17 5-26 6-19 7-4 9-1 10-13 11-11 11-27 12-25",
    2026: "1-1 1-19 2-16 5-25 6-19 7-3 9-7 10-12 11-11 11-26 12-25",
    2027: "1-1 1-18 2-15 5-31 6-18 7-5 9-6 10-11 11-11 11-25 12-24 12-31",
    2028: "1-17 2-21 5-29 6-19 7-4 9-4 10-9 11-10 11-23 12-25",
}
"""Year → the days on which federal offices are closed, observed days included."""


def days(year: int) -> set[date]:
    written = (each.split("-") for each in PUBLISHED[year].split())
    return {date(year, int(month), int(day)) for month, day in written}


@pytest.mark.parametrize("year", PUBLISHED)
def test_holidays_are_those_that_opm_publishes(year: int) -> None:
    assert business_days.holidays(year) == days(year)


def test_an_inauguration_closes_no_office_elsewhere() -> None:
    assert business_days.is_one(date(2021, 1, 20))


def test_juneteenth_counts_from_2021_on() -> None:
    assert business_days.is_one(date(2020, 6, 19))
    assert not business_days.is_one(date(2021, 6, 18))


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2026, 12, 1), 3, date(2026, 12, 4)),
        (date(2026, 11, 25), 1, date(2026, 11, 27)),
        (date(2026, 12, 23), 3, date(2026, 12, 29)),
        (date(2026, 7, 2), 1, date(2026, 7, 6)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2021, 12, 30), 1, date(2022, 1, 3)),
    ],
)
def test_business_days_after_a_day(day: date, count: int, found: date) -> None:
    assert business_days.after(day, count) == found


def test_before_and_after_meet_on_business_days() -> None:
    start = date(2026, 1, 2)
    for count in range(1, 300):
        assert business_days.before(business_days.after(start, count), count) == start


@pytest.mark.parametrize(
    ("booked", "served", "due"),
    [
        # The Register's own example: booked Monday for Thursday, given by Tuesday.
        (date(2022, 1, 3), date(2022, 1, 6), date(2022, 1, 4)),
        (date(2022, 1, 3), date(2022, 1, 5), None),
        (date(2022, 1, 3), date(2022, 1, 3), None),
        # Ten business days before Wednesday, Jan 19 (Monday the 17th is a holiday).
        (date(2022, 1, 4), date(2022, 1, 19), date(2022, 1, 7)),
        (date(2022, 1, 5), date(2022, 1, 19), date(2022, 1, 6)),
        # Round a weekend, and booked or served on one.
        (date(2026, 12, 4), date(2026, 12, 9), date(2026, 12, 7)),
        (date(2026, 12, 5), date(2026, 12, 10), date(2026, 12, 7)),
        (date(2026, 12, 9), date(2026, 12, 12), date(2026, 12, 10)),
        (date(2026, 12, 10), date(2026, 12, 12), None),
        # Thanksgiving is no business day.
        (date(2026, 11, 24), date(2026, 11, 30), date(2026, 11, 25)),
        (date(2026, 11, 25), date(2026, 11, 30), None),
    ],
)
def test_what_is_booked_is_due_by(booked: date, served: date, due: date | None) -> None:
    assert estimate_deadlines.of_booking(booked_on=booked, served_on=served) == due


def test_what_is_booked_is_never_due_after_it_is_served() -> None:
    served = date(2026, 12, 30)
    for ahead in range(120):
        booked = date.fromordinal(served.toordinal() - ahead)
        due = estimate_deadlines.of_booking(booked_on=booked, served_on=served)
        assert due is None or booked < due < served


def test_what_was_asked_for_is_due_three_business_days_later() -> None:
    assert estimate_deadlines.of_request(asked_on=date(2026, 11, 25)) == date(2026, 12, 1)


def test_a_change_is_due_a_business_day_before_the_service() -> None:
    of_change = estimate_deadlines.of_change

    assert of_change(changed_on=date(2026, 12, 1), served_on=date(2026, 12, 7)) == date(2026, 12, 4)
    assert of_change(changed_on=date(2026, 12, 4), served_on=date(2026, 12, 7)) == date(2026, 12, 4)
    assert of_change(changed_on=date(2026, 12, 6), served_on=date(2026, 12, 7)) == date(2026, 12, 6)
