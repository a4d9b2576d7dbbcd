"""Dates: which number is the month is proved by the file, or asked."""

from datetime import date

import pytest

from clients.csv_import.dates import DateOrder, NoDate, order_of, parse

MDY, DMY = DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST
BORN = date(1990, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        "1990-03-04",
        "1990/3/4",
        "19900304",
        "4.3.1990",
        "Mar 4, 1990",
        "4 March 1990",
        "4-Mar-1990",
        "March 4th, 1990",
        "1990-03-04T00:00:00",
        "1990-03-04 00:00",
    ],
)
def test_what_can_be_read_one_way_is_read_so(text: str) -> None:
    assert parse(text, None) == BORN


def test_what_can_be_read_two_ways_needs_an_order() -> None:
    assert parse("3/4/1990", MDY) == BORN
    assert parse("4/3/1990", DMY) == BORN
    with pytest.raises(NoDate, match="comes first"):
        parse("3/4/1990", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3/4/90", "four digits"),
        ("1990-02-30", "calendar"),
        ("13/13/1990", "calendar"),
        ("0000-01-01", "calendar"),
        ("32940", "1990-03-21"),
        ("NaN", "1990-03-21"),
        ("1e308", "1990-03-21"),
        ("-0", "1990-03-21"),
        ("４/３/１９９０", "1990-03-21"),  # noqa: RUF001  # digits of another script
        ("4 Ma 1990", "1990-03-21"),
        ("1990-03-04T12:30", "1990-03-21"),
    ],
)
def test_what_is_no_date_says_what_to_write(text: str, words: str) -> None:
    with pytest.raises(NoDate, match=words):
        parse(text, MDY)


@pytest.mark.parametrize(
    ("texts", "order", "is_open"),
    [
        (["3/4/1990", "3/25/1990"], MDY, False),
        (["3/4/1990", "25/3/1990"], DMY, False),
        (["3/4/1990", "1990-03-21"], None, True),
        (["3/25/1990", "25/3/1990", "3/4/1990"], None, True),
        (["3/3/1990", "4.3.1990", ""], None, False),
    ],
)
def test_a_day_above_twelve_proves_the_order_of_the_rest(
    texts: list[str], order: DateOrder | None, is_open: bool
) -> None:
    ordered = order_of(texts)

    assert (ordered.order, ordered.is_open) == (order, is_open)
