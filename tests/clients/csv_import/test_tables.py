"""From text to rows."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.csv_import import Unreadable, rows_of
from clients.csv_import.tables import delimiter_of

cells = st.lists(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6),
    min_size=2,
    max_size=3,
)


def read(text: str) -> list[list[str]]:
    return [row.cells for row in rows_of(text)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_headings_say_what_separates_cells(delimiter: str) -> None:
    text = (
        delimiter.join(["Family name", "Born", "Note"]) + "\n" + delimiter.join(["a,b;c", "2", "3"])
    )

    assert delimiter_of(text) == delimiter


def test_a_separator_inside_quotes_is_none() -> None:
    assert read('"Name; first, and; last";Born\nAnn;1\n') == [
        ["Name; first, and; last", "Born"],
        ["Ann", "1"],
    ]


def test_a_file_may_name_its_separator_as_excel_does() -> None:
    assert [(row.number, row.cells) for row in rows_of("sep=;\na,b;c\n1;2\n")] == [
        (2, ["a,b", "c"]),
        (3, ["1", "2"]),
    ]


def test_headings_that_leave_it_open_are_refused() -> None:
    with pytest.raises(Unreadable, match="as many semicolons as commas"):
        read("a,b;c\n1,2;3\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_ends_a_row_and_quotes_hold_lines_together(end: str) -> None:
    text = end.join(["a,b", f'"1{end}2",3', "", "4,5", ""])

    assert [(row.number, row.cells) for row in rows_of(text)] == [
        (1, ["a", "b"]),
        (2, [f"1{end}2", "3"]),
        (4, ["4", "5"]),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a,b\n"1"2,3\n', "row 2 a quotation mark"),
        ('a,b\n1,2\n"3,4\n', "opens in row 3 never closes"),
        ("a,b\n" + "," * 500 + "\n", "more than 200 cells"),
        ("a,b\n" + "," * 1_000_000 + "\n", "more than 200 cells"),
        ("," * 1_000_000, "more than 200 cells"),
        ("a,b\n1," + "x" * 200_000 + "\n", "Row 2 has a cell"),
        (",,,\n,,\n", "nothing between them"),
        ('""', "nothing between them"),
        ("a\n" + "1\n" * 50_001, "more than 50,000 rows"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(text)


@given(st.lists(cells, min_size=1, max_size=5))
def test_what_a_writer_wrote_is_read(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])

    assert read(text.getvalue())[1:] == [row for row in rows if any(map(str.strip, row))]
