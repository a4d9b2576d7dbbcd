"""From text to rows: commas, semicolons or tabs, with quotes as RFC 4180 has them."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from clients.csv_import.decoding import Unreadable

DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
ROWS_MAX = 50_000
COLUMNS_MAX = 200
HEAD_CHARACTERS = 65_536
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
NAMED = re.compile(r"sep=([,;\t])", re.IGNORECASE)
"""A first line by which a file says to Excel what separates its cells."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file; ``number`` counts from 1, as a spreadsheet does."""

    number: int
    cells: list[str] = field(repr=False)


def rows_of(text: str) -> Iterator[Row]:
    """Yield the rows that are not blank, the headings first, one at a time.

    Raises:
        Unreadable: quotes are out of place, or there are too many rows or columns.
    """
    start, delimiter = _start(text)
    records = csv.reader(_lines(text, start, delimiter), delimiter=delimiter, strict=True)
    count = 0
    number = 1 if start else 0
    while True:
        number += 1
        try:
            cells = next(records)
        except StopIteration:
            break
        except csv.Error as error:
            raise Unreadable(_told(number, str(error))) from None
        if len(cells) > COLUMNS_MAX:
            raise Unreadable(f"Row {number} has more than {COLUMNS_MAX} cells.")
        if not any(map(str.strip, cells)):
            continue
        count += 1
        if count > ROWS_MAX + 1:
            raise Unreadable(f"The file has more than {ROWS_MAX:,} rows. Split it into several.")
        yield Row(number, cells)
    if not count:
        raise Unreadable("The file holds separators and nothing between them.")


def delimiter_of(text: str) -> str:
    """Return what separates the cells, as the first row says."""
    return _start(text)[1]


def _start(text: str) -> tuple[int, str]:
    """Return where the table begins, and its delimiter: the one that most of the headings have.

    Raises:
        Unreadable: two are equally frequent, so that nobody could tell.
    """
    first = LINE.match(text)
    named = NAMED.fullmatch(first[0].rstrip("\r\n")) if first else None
    if first and named:
        return first.end(), named[1]
    counts = dict.fromkeys(DELIMITERS, 0)
    is_quoted = False
    for letter in islice(text, HEAD_CHARACTERS):
        if letter == '"':
            is_quoted = not is_quoted
        elif not is_quoted and letter in counts:
            counts[letter] += 1
        elif not is_quoted and letter in "\r\n" and any(counts.values()):
            break
    best = max(counts, key=lambda each: counts[each])
    rivals = [words for each, words in DELIMITERS.items() if counts[each] == counts[best]]
    if counts[best] and len(rivals) > 1:
        raise Unreadable(
            f"The headings hold as many {rivals[0]} as {rivals[1]}."
            " Save the file again with one of them between cells."
        )
    return 0, best if counts[best] else ","


def _lines(text: str, start: int, delimiter: str) -> Iterator[str]:
    """Yield the lines with their ends, whatever ends them."""
    for line in LINE.finditer(text, start):
        # Before they become a list of cells in memory.
        if line.end() - line.start() > COLUMNS_MAX and line[0].count(delimiter) > 100 * COLUMNS_MAX:
            raise Unreadable(f"A row has more than {COLUMNS_MAX} cells.")
        if line[0]:
            yield line[0]


def _told(number: int, error: str) -> str:
    if "field larger" in error:
        return f"Row {number} has a cell of more than 100,000 characters."
    if "unexpected end" in error:
        return f"A quotation mark that opens in row {number} never closes."
    return f"In row {number} a quotation mark stands where none can: inside a cell it is doubled."
