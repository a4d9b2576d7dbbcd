"""A table as a page shows it: cells with their kinds, empty ones at the start of a sum joined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page

from billing.selectors.tables import Cell, Column, ColumnKind, Level, Row, Table, Tie
from ledger.money import Money


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell, over ``span`` columns. The head names its row."""

    cell: Cell
    kind: str
    span: int = 1
    is_head: bool = False
    is_number: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    level: str
    cells: list[ShownCell]


@dataclass(frozen=True, slots=True)
class ShownTable:
    columns: Sequence[Column]
    rows: list[ShownRow]
    totals: list[ShownRow]
    ties: Sequence[Tie]
    notes: Sequence[str]
    bars: Sequence[Any]


def shown(table: Table, page: Page[Row], *, links_clients: bool) -> ShownTable:
    """Return a page's rows of a table; without ``links_clients`` a code is no link."""
    first = table.continued(page.start_index() - 1) if table.continued else None
    rows: Iterable[Row] = [first, *page] if first else page
    return ShownTable(
        table.columns,
        [_row(row, table.columns, links_clients) for row in rows],
        [_row(row, table.columns, links_clients) for row in table.totals],
        table.ties,
        table.notes,
        table.bars,
    )


def _row(row: Row, columns: Sequence[Column], links_clients: bool) -> ShownRow:
    if row.level is Level.LINE:
        return ShownRow(row.level, _line(row, columns, links_clients))
    span = 1
    while span < len(columns) and row.cells[span] is None:
        span += 1
    head = ShownCell(row.cells[0], ColumnKind.TEXT, span, is_head=True)
    rest = zip(row.cells[span:], columns[span:], strict=True)
    return ShownRow(row.level, [head, *(_cell(cell, column) for cell, column in rest)])


def _line(row: Row, columns: Sequence[Column], links_clients: bool) -> list[ShownCell]:
    """The head of a line is its client, or its second text where the first is a number."""
    texts = [place for place, column in enumerate(columns) if not column.is_number]
    texts = [place for place in texts if columns[place].kind is not ColumnKind.DATE] or texts
    by_kind = [place for place in texts if columns[place].kind is ColumnKind.CLIENT]
    named = [place for place in texts if columns[place].name != "code"]
    head = (by_kind or named or texts)[0]
    url = "" if by_kind and not links_clients else row.url
    return [
        _cell(cell, column, is_head=place == head, url=url if place == head else "")
        for place, (cell, column) in enumerate(zip(row.cells, columns, strict=True))
    ]


def _cell(cell: Cell, column: Column, *, is_head: bool = False, url: str = "") -> ShownCell:
    return ShownCell(
        None if isinstance(cell, Money) and not cell and column.name.startswith("age_") else cell,
        column.kind,
        is_head=is_head,
        is_number=column.is_number,
        url=url,
    )
