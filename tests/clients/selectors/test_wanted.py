"""What typed words may mean: every reading of a date and of a telephone number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.selectors import wanted


def readings(text: str) -> set[str]:
    """Return everything that one term may be, its parts joined."""
    (term,) = wanted.terms(text)
    return {" ".join(parts) for parts in term}


@pytest.mark.parametrize(
    "text",
    [
        "1990-03-21",
        "1990/3/21",
        "1990.3.21",
        "3/21/1990",
        "03/21/1990",
        "21/3/1990",
        "21.3.1990",
        "21.03.90",
        "3-21-1990",
        "3/21/90",
        "19900321",
        "03211990",
        "21031990",
        "March 21, 1990",
        "mar 21 1990",
        "MARCH 21ST, 1990",
        "21 March 1990",
        "21. Mar. 1990",
        "\N{ARABIC-INDIC DIGIT TWO}\N{ARABIC-INDIC DIGIT ONE}.3.1990",
    ],
)
def test_a_date_is_read_however_it_is_written(text: str) -> None:
    assert "1990-03-21" in readings(text)


def test_a_date_with_two_readings_is_both() -> None:
    assert {"1990-03-04", "1990-04-03"} <= readings("3/4/1990")
    assert "1990-03-04" not in readings("3.4.1990")


def test_a_day_without_a_year_is_that_of_any_year() -> None:
    assert readings("3/21") == readings("21.3.") == {"-03-21"}
    assert readings("2/29") == {"-02-29"}


@pytest.mark.parametrize("text", ["2/30/1990", "13.13.1990", "0000-00-00", "99/99"])
def test_what_no_calendar_has_is_no_date(text: str) -> None:
    assert not any(
        reading.count("-") == 2 and len(reading) == 10 for reading in readings(text)
    ) or (text in readings(text))


@pytest.mark.parametrize(
    "text", ["555-533-1316", "(555) 533-1316", "+1 (555) 533 1316", "1.555.533.1316", "5555331316"]
)
def test_a_telephone_number_is_read_however_it_is_spaced(text: str) -> None:
    assert "5555331316" in readings(text)


def test_a_country_code_may_have_been_left_out() -> None:
    assert "2079460018" in readings("+44 20 7946 0018")


def test_words_are_wanted_one_by_one_beside_a_number_and_a_date() -> None:
    terms = wanted.terms("  Razo 555-533-1316 3/21/1990 MARÍA ")

    assert (("razo",),) in terms
    assert (("maria",),) in terms
    assert len(terms) == 4


def test_a_code_stays_a_code() -> None:
    assert wanted.terms("C-0182") == [(("c-0182",),)]


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read(text: str) -> None:
    for term in wanted.terms(text):
        assert term
        assert all(part and not part.isspace() for parts in term for part in parts)
