"""The one way in which rows leave as a CSV file: no cell of it is a formula to a spreadsheet.

A spreadsheet evaluates a cell that begins with one of ``= + - @`` or a control character, some
also after spaces, quotes or invisible characters, and in their full-width forms (OWASP, CSV
injection; ASVS 5.0 1.2.10). Such a text gets an apostrophe in front, which shows it as text and
which ``unguarded`` takes off again: a text that went out comes back as it was. A number is given
as a number and stays one. Every cell is quoted.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

Cell = str | int | Decimal | date

CONTENT_TYPE = "text/csv; charset=utf-8"

APOSTROPHE = "'"
BEGINS_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
QUOTES = frozenset("'\"`\N{ACUTE ACCENT}‘’‚‛“”„‟«»‹›")  # noqa: RUF001  # those that look alike too
SKIPPED = frozenset({"Cf", "Zs", "Zl", "Zp"})
"""Kinds of characters before which a formula still begins: invisible ones and spaces."""

MARK = "Export"
"""The last column: each row names the export that it comes from, and the log names who made it."""

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""First in the file, so that a spreadsheet reads UTF-8."""


def guarded(text: str) -> str:
    """Return a text as a cell that no spreadsheet evaluates."""
    return APOSTROPHE + text if is_risky(text) else text


def unguarded(cell: str) -> str:
    """Return the text of a cell: what ``guarded`` was given, for each of its answers.

    An apostrophe that guards nothing belongs to the text, as in 't Hooft.
    """
    return cell[1:] if cell[:1] == APOSTROPHE and is_risky(cell[1:]) else cell


def is_risky(text: str) -> bool:
    """Say whether a spreadsheet could take a text for a formula."""
    for letter in text:
        kind = unicodedata.category(letter)
        if kind == "Cc":
            return True
        if kind not in SKIPPED and letter not in QUOTES:
            return bool(BEGINS_FORMULA & set(unicodedata.normalize("NFKC", letter)[:1]))
    return False


def written(*, columns: Sequence[str], rows: Iterable[Sequence[Cell]], export_id: UUID) -> bytes:
    """Return a CSV file (RFC 4180, UTF-8) whose rows each name the export."""
    text = io.StringIO(newline="")
    text.write(BYTE_ORDER_MARK)
    lines = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow([*map(guarded, columns), MARK])
    lines.writerows([*map(_cell, row), str(export_id)] for row in rows)
    return text.getvalue().encode()


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return guarded(value)
    return (
        value.isoformat()
        if isinstance(value, date)
        else format(value, "f" if isinstance(value, Decimal) else "d")
    )
