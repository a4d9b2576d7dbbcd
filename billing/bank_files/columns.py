"""CSV files of bank lines: every bank has its own columns, so a person says which is which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from billing.bank_files.lines import (
    BYTES_MAX,
    LINES_MAX,
    YEARS,
    Line,
    NoAmount,
    Problem,
    Read,
    Unreadable,
    cents_of,
    numbered,
    tidy,
)
from clients import csv_import
from clients.csv_import import dates, decoding, tables
from clients.csv_import.dates import DateOrder

EXAMPLES = 3
PROBLEMS_MAX = 100
GUESSES = {
    "day": ("posting date", "posted date", "transaction date", "date", "booking date", "posted"),
    "amount": ("amount", "transaction amount", "amount (usd)"),
    "money_out": ("debit", "withdrawal", "withdrawals", "debit amount", "paid out", "money out"),
    "money_in": ("credit", "deposit", "deposits", "credit amount", "paid in", "money in"),
    "words": ("description", "payee", "details", "name", "memo", "transaction"),
    "more_words": ("memo", "extended description", "details", "check number", "reference"),
    "mark": ("transaction id", "reference number", "fitid", "id"),
}
_NO_WORD = re.compile(r"[^a-z() ]+")


@dataclass(frozen=True, slots=True)
class Head:
    """The headings of a file, and a few rows below them."""

    names: list[str]
    examples: list[list[str]]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column holds what, counted from 0; None for what the file does not have.

    Either ``amount``, or ``money_out`` and ``money_in``. ``is_turned`` is for banks, and cards
    above all, that write money that left without a minus sign.
    """

    day: int
    words: int
    amount: int | None = None
    money_out: int | None = None
    money_in: int | None = None
    more_words: int | None = None
    mark: int | None = None
    order: DateOrder | None = None
    is_turned: bool = False


def head_of(content: bytes) -> Head:
    """Return the headings of a file and the first rows.

    Raises:
        Unreadable: it is no CSV file.
    """
    rows = _rows(content)
    names = [name.strip() or f"Column {place}" for place, name in enumerate(rows[0].cells, 1)]
    return Head(names, [row.cells for row in rows[1 : EXAMPLES + 1]])


def guess(names: Sequence[str]) -> dict[str, int]:
    """Return which column likely holds what, by its heading; each column is used once."""
    plain = [_NO_WORD.sub(" ", name.lower()).strip() for name in names]
    found: dict[str, int] = {}
    for what, words in GUESSES.items():
        free = [word for word in words if word in plain and plain.index(word) not in found.values()]
        if free:
            found[what] = plain.index(free[0])
    if "amount" in found:
        found.pop("money_out", None)
        found.pop("money_in", None)
    return found


def read(content: bytes, mapping: Mapping) -> Read:
    """Return the lines of a file, and what is wrong with each row that has none.

    Raises:
        Unreadable: it is no CSV file, or the order of its dates cannot be told.
    """
    rows = _rows(content)[1:]
    order = mapping.order or _order(rows, mapping)
    lines: list[Line] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            line = _line(row.cells, mapping, order)
        except (NoAmount, dates.NoDate) as error:
            if len(problems) < PROBLEMS_MAX:
                problems.append(Problem(row.number, str(error)))
            continue
        if line.cents:
            lines.append(line)
    return Read(numbered(_trusted(lines)), problems)


def _trusted(lines: list[Line]) -> list[Line]:
    """Return lines without their numbers where one stands twice: the column holds something else.

    Two lines that are alike in everything would be taken for one.
    """
    marks = [line.mark for line in lines if line.mark]
    if len(set(marks)) == len(marks):
        return lines
    return [replace(line, mark="") for line in lines]


def _rows(content: bytes) -> list[tables.Row]:
    if len(content) > BYTES_MAX:
        raise Unreadable("The file is larger than 5 MB. Ask the bank for a shorter time.")
    try:
        rows = list(tables.rows_of(decoding.decode(content).text))
    except csv_import.Unreadable as error:
        raise Unreadable(str(error)) from None
    if len(rows) > LINES_MAX + 1:
        raise Unreadable(f"The file has more than {LINES_MAX:,} lines.")
    return rows


def _order(rows: Sequence[tables.Row], mapping: Mapping) -> DateOrder | None:
    ordered = dates.order_of(_cell(row.cells, mapping.day) for row in rows)
    if ordered.is_open:
        raise Unreadable(
            f"Say which of {ordered.example} is the month: the file's dates could be read two ways."
        )
    return ordered.order


def _line(cells: Sequence[str], mapping: Mapping, order: DateOrder | None) -> Line:
    day = _day(_cell(cells, mapping.day), order)
    words = [_cell(cells, mapping.words), _cell(cells, mapping.more_words)]
    return Line(
        booked_on=day,
        cents=_cents(cells, mapping),
        words=tidy(" ".join(filter(None, words))) or "No words",
        mark=tidy(_cell(cells, mapping.mark)),
    )


def _day(text: str, order: DateOrder | None) -> date:
    found = dates.parse(text, order)
    if found.year not in YEARS:
        raise dates.NoDate("This year is not one of a bank's statement.")
    return found


def _cents(cells: Sequence[str], mapping: Mapping) -> int:
    if mapping.amount is not None:
        cents = cents_of(_cell(cells, mapping.amount))
        return -cents if mapping.is_turned else cents
    out, into = _cell(cells, mapping.money_out), _cell(cells, mapping.money_in)
    if not out and not into:
        raise NoAmount("Neither money that left nor money that came stands here.")
    # Some banks write what left with a minus sign, in its own column too.
    return (cents_of(into) if into else 0) - (abs(cents_of(out)) if out else 0)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""
