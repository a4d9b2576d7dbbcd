"""From a row to a client, or to what is wrong with it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from clients.csv_import import Field, Person, Problem, Reader, Row, guess

HEADINGS = ["First Name", "Last Name", "DOB", "Email", "Phone", "Address", "Insurance", "Member ID"]
COLUMNS = guess(HEADINGS)
THERAPIST = UUID(int=3)


def reader(
    headings: Sequence[str] = HEADINGS, columns: Sequence[Field | None] | None = None
) -> Reader:
    return Reader(
        headings=headings,
        columns=COLUMNS if columns is None else columns,
        date_order=None,
        today=date(2026, 3, 2),
        therapists={"ingrid solheim": [THERAPIST], "ada ito": [UUID(int=4), UUID(int=5)]},
    )


def read(*cells: str) -> Person | list[Problem]:
    return reader().read(Row(2, [*cells, *[""] * (len(HEADINGS) - len(cells))]))


def wrong(*cells: str) -> list[tuple[str, str]]:
    found = read(*cells)
    assert isinstance(found, list)
    return [(problem.column, problem.text) for problem in found]


def of(field: Field, cell: str) -> Person | list[Problem]:
    """Read a row with a name, a birth date and one more field."""
    columns = [Field.FAMILY_NAME, Field.BIRTH_DATE, field]
    return reader(["Name", "Born", "More"], columns).read(Row(2, ["Razo", "1973-08-01", cell]))


def test_common_headings_are_known() -> None:
    assert COLUMNS == [
        Field.GIVEN_NAMES,
        Field.FAMILY_NAME,
        Field.BIRTH_DATE,
        Field.EMAIL,
        Field.PHONE,
        Field.ADDRESS,
        Field.PAYER,
        Field.MEMBER_ID,
    ]
    assert guess(["Client Name", "Date of Birth", "Notes", "client name"]) == [
        Field.NAME,
        Field.BIRTH_DATE,
        None,
        None,
    ]


def test_a_row_becomes_a_client_letter_by_letter() -> None:
    person = read(
        " Mária  Luísa ", "O'Neil-木村", "1973-08-01", "m@mail.example", "'+1 555", "1 St\r\nX"
    )

    assert isinstance(person, Person)
    assert (person.given_names, person.family_name) == ("Mária  Luísa", "O'Neil-木村")
    assert (person.phone, person.postal_address) == ("+1 555", "1 St\nX")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (["", "", "1973-08-01"], ("Last Name", "Enter a given name or a family name.")),
        (["Ann", "", ""], ("DOB", "Enter the birth date.")),
        (["Ann", "", "2999-01-01"], ("DOB", "The birth date lies in the future.")),
        (["Ann", "", "1723-01-01"], ("DOB", "Check the year.")),
        (["x" * 201, "", "1973-08-01"], ("First Name", "At most 200 characters.")),
        (["Ann", "", "1973-08-01", "ann"], ("Email", "This is not an e-mail address.")),
        (["Ann", "", "1973-08-01", "", "1" * 41], ("Phone", "At most 40 characters.")),
    ],
)
def test_what_is_wrong_names_the_column_and_what_to_do(
    cells: list[str], problem: tuple[str, str]
) -> None:
    assert wrong(*cells) == [problem]


@pytest.mark.parametrize("letter", ["\x07", "\x1b", "\x7f", "\x85", "\udc80", "\t", "\n"])
def test_a_character_that_cannot_be_seen_is_refused_and_not_taken_out(letter: str) -> None:
    ((column, text),) = wrong(f"An{letter}n", "", "1973-08-01")

    assert column == "First Name"
    assert "character" in text


def test_every_mistake_of_a_row_is_told_at_once() -> None:
    assert len(wrong("", "", "soon", "ann", "", "", "", "M1")) == 4


def test_a_row_of_another_length_is_not_guessed_at() -> None:
    short = reader().read(Row(7, ["Ann"]))
    long = reader().read(Row(7, [*["Ann"] * 8, "more"]))

    assert isinstance(short, list)
    assert isinstance(long, list)
    assert "It has 1 cells and the headings 8." in short[0].text
    assert "It has 9 cells" in long[0].text


def test_one_column_of_names_needs_its_comma() -> None:
    columns = [Field.NAME, Field.BIRTH_DATE]
    both = reader(["Name", "Born"], columns).read(Row(2, ["Ito, Ada", "1973-08-01"]))
    neither = reader(["Name", "Born"], columns).read(Row(2, ["Ada Ito", "1973-08-01"]))

    assert isinstance(both, Person)
    assert (both.given_names, both.family_name) == ("Ada", "Ito")
    assert isinstance(neither, list)


def test_parts_of_an_address_are_put_together() -> None:
    fields = [Field.ADDRESS, Field.ADDRESS_MORE, Field.CITY, Field.STATE, Field.POSTAL_CODE]
    headings = ["Name", "Born", *fields]
    row = Row(2, ["Razo", "1973-08-01", "1 Main St", "", "Salem", "MA", "01970"])

    person = reader(headings, [Field.FAMILY_NAME, Field.BIRTH_DATE, *fields]).read(row)

    assert isinstance(person, Person)
    assert person.postal_address == "1 Main St\nSalem, MA 01970"


@pytest.mark.parametrize(("cell", "wish"), [("", "ANY"), ("Discreet", "DISCREET"), ("any", "ANY")])
def test_a_wish_is_read_from_its_words(cell: str, wish: str) -> None:
    person = of(Field.CONTACT_WISH, cell)

    assert isinstance(person, Person)
    assert person.contact_wish == wish


@pytest.mark.parametrize("name", ["Nobody Known", "Ada Ito"])
def test_a_therapist_is_one_person_of_the_practice(name: str) -> None:
    known = of(Field.THERAPIST, "Ingrid SOLHEIM")

    assert isinstance(known, Person)
    assert known.therapist_id == THERAPIST
    assert isinstance(of(Field.THERAPIST, name), list)


def test_an_unknown_wish_is_a_problem() -> None:
    assert isinstance(of(Field.CONTACT_WISH, "by owl"), list)
