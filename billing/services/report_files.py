"""Reports as files: CSV, XLSX, PDF, and JSON in one canonical form whose SHA-256 proves a re-run.

The same question about the same books gives the same bytes. A client who restricts what is told
stands in no file by code; their amounts stay in the sums.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from accounts import csv_export
from billing.selectors.tables import (
    Asked,
    Cell,
    Column,
    ColumnKind,
    Level,
    Row,
    Table,
    masked,
)
from billing.services import typesetting, workbooks
from billing.services.contents import long_day
from billing.services.workbooks import Sheet
from clients.models import Client
from clients.selectors import restrictions
from ledger.money import Money

LONGEST_PDF = 5_000
"""Rows of one PDF; more are for a spreadsheet."""

TEXTS = (ColumnKind.TEXT, ColumnKind.CLIENT)
STYLES = {
    ColumnKind.TEXT: workbooks.PLAIN,
    ColumnKind.CLIENT: workbooks.PLAIN,
    ColumnKind.DATE: workbooks.DAY,
    ColumnKind.MONEY: workbooks.AMOUNT,
    ColumnKind.COUNT: workbooks.COUNT,
    ColumnKind.PERCENT: workbooks.PERCENT,
}


class TooLong(Exception):
    """A report has more rows than a kind of file takes; the message is fit to show."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a file says beside the rows: of which report, asked what, under which export."""

    slug: str
    version: int
    name: str
    practice: str
    asked: Asked
    export_id: UUID


def canonical(made: Made, table: Table) -> bytes:
    """Return a report in the one form whose hash counts: sorted keys, cents as whole numbers.

    It holds neither the export nor the moment of its making, so a re-run can equal it.
    """
    asked = made.asked
    told = {
        "report": made.slug,
        "version": made.version,
        "since": asked.since.isoformat() if asked.since else None,
        "as_of": asked.as_of.isoformat(),
        "known_at": _moment(asked.known_at),
        "choices": dict(asked.choices),
        "columns": [column.name for column in table.columns],
        "rows": [_row(row, table) for row in kept(table)],
        "totals": [_row(row, table) for row in table.totals],
        "ties": [
            {
                "label": tie.label,
                "report_cents": tie.report.cents,
                "ledger_cents": tie.ledger.cents,
                "ok": tie.ok,
            }
            for tie in table.ties
        ],
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def figures(table: Table) -> bytes:
    """Return the figures and days of a report alone, in any order of its rows."""
    rows = [*table.rows, *table.totals]
    told = sorted(
        json.dumps(
            {
                column.name: cell.cents if isinstance(cell, Money) else str(cell)
                for cell, column in cells(row, table)
                if cell is not None and not isinstance(cell, str)
            },
            sort_keys=True,
        )
        for row in rows
    )
    return "\n".join(told).encode()


def digest(content: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def as_json(made: Made, table: Table) -> bytes:
    """Return the canonical form inside an envelope that names its hash and the export."""
    report = canonical(made, table)
    head = f'{{"export":"{made.export_id}","sha256":"{digest(report)}","report":'
    return head.encode() + report + b"}\n"


def as_csv(made: Made, table: Table) -> bytes:
    """Return the rows and the totals as CSV."""
    rows = [*kept(table), *table.totals]
    return csv_export.written(
        columns=[column.label for column in table.columns],
        rows=([plain(cell, column) for cell, column in cells(row, table)] for row in rows),
        export_id=made.export_id,
    )


def as_xlsx(made: Made, table: Table) -> bytes:
    """Return a workbook with one sheet: amounts as numbers, texts as texts that nothing runs."""
    rows = [*kept(table), *table.totals]
    return workbooks.written(
        Sheet(
            name=made.name,
            above=(f"{made.practice}: {made.name}", *said(made.asked), f"Export {made.export_id}"),
            headings=[column.label for column in table.columns],
            styles=[STYLES[column.kind] for column in table.columns],
            rows=(
                (
                    [
                        None if cell is None else plain(cell, column)
                        for cell, column in cells(row, table)
                    ],
                    row.level is not Level.LINE,
                )
                for row in rows
            ),
            below=[tie.text for tie in table.ties],
        )
    )


def as_pdf(made: Made, table: Table) -> bytes:
    """Return a tagged PDF.

    Raises:
        TooLong: it would have more than ``LONGEST_PDF`` rows.
    """
    if len(table.rows) > LONGEST_PDF:
        raise TooLong(
            f"This report has {len(table.rows):,} rows, and a PDF holds {LONGEST_PDF:,}."
            " Choose fewer days, or take it as CSV or XLSX."
        )
    texts = [column.kind in TEXTS for column in table.columns]
    wide = max((place for place, is_text in enumerate(texts) if is_text), default=0)
    period, known = said(made.asked)
    data = {
        "practice": made.practice,
        "name": made.name,
        "period": period,
        "known": known,
        "export": str(made.export_id),
        "columns": [
            {"label": column.label, "number": column.is_number, "wide": place == wide}
            for place, column in enumerate(table.columns)
        ],
        "rows": [_set(row, table) for row in kept(table)],
        "totals": [_set(row, table) for row in table.totals],
        "ties": [
            {"mark": "Ties out." if tie.ok else "Does not tie out.", "text": tie.text}
            for tie in table.ties
        ],
        "notes": list(table.notes),
    }
    return typesetting.pdf_of_anything("report", data)


def said(asked: Asked) -> tuple[str, str]:
    """Return in words of which days a report is, and from what the books knew when."""
    period = f"At the end of {long_day(asked.as_of)}."
    if asked.since:
        period = f"From {long_day(asked.since)} to {long_day(asked.as_of)}."
    if asked.known_at is None:
        return period, "From what the books knew when the file was made."
    known = timezone.localtime(asked.known_at)
    return period, f"From what the books knew on {long_day(known.date())} at {known:%H:%M:%S.%f}."


def _set(row: Row, table: Table) -> dict[str, object]:
    return {
        "cells": [_printed(cell, column) for cell, column in cells(row, table)],
        "bold": row.level is not Level.LINE,
    }


def _printed(cell: Cell, column: Column) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return long_day(cell)
    if isinstance(cell, int):
        is_percent = column.kind is ColumnKind.PERCENT
        return f"{plain(cell, column)} %" if is_percent else f"{cell:,}"
    return str(cell)


def kept(table: Table) -> Iterator[Row]:
    """Yield every row, without the code of a client who is kept back."""
    if not any(column.kind is ColumnKind.CLIENT for column in table.columns):
        yield from table.rows
        return
    found = Client.objects.filter(restrictions.keeps_back(restrictions.Purpose.EXPORT, client=""))
    kept_back = frozenset(found.values_list("pk", flat=True))
    for row in table.rows:
        yield masked(row, table.columns, kept_back)


def cells(row: Row, table: Table) -> Iterator[tuple[Cell, Column]]:
    yield from zip(row.cells, table.columns, strict=True)


def plain(cell: Cell, column: Column) -> csv_export.Cell:
    """Return a cell as a file of text holds it: an amount as a number with two decimals."""
    if isinstance(cell, Money):
        return plain_amount(cell)
    if cell is None:
        return ""
    return Decimal(cell).scaleb(-1) if column.kind is ColumnKind.PERCENT else cell  # type: ignore[arg-type]  # a count


def plain_amount(amount: Money) -> Decimal:
    """Return an amount as a number with two decimals."""
    return Decimal(amount.cents).scaleb(-2)


def _row(row: Row, table: Table) -> dict[str, object]:
    told: dict[str, object] = {"level": row.level.value} if row.level is not Level.LINE else {}
    for cell, column in cells(row, table):
        if cell is None:
            continue
        if isinstance(cell, Money):
            told[f"{column.name}_cents"] = cell.cents
        else:
            told[column.name] = cell.isoformat() if isinstance(cell, date) else cell
    return told


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what it is called, and how it is made."""

    label: str
    content_type: str
    make: Callable[[Made, Table], bytes]


FORMATS: Mapping[str, Format] = {
    "csv": Format("CSV", "text/csv; charset=utf-8", as_csv),
    "xlsx": Format(
        "XLSX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_xlsx,
    ),
    "pdf": Format("PDF", "application/pdf", as_pdf),
    "json": Format("JSON", "application/json", as_json),
}
