"""The shape of every report: columns, rows, totals, and what they must equal in the ledger."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from ledger.money import ZERO, Money

Cell = str | int | Money | date | None

TOLD_EVERY = 1_000
"""Rows between two words about how far a file is."""

NO_CHOICES: Mapping[str, str] = MappingProxyType({})


class ColumnKind(StrEnum):
    """What the cells of a column are. A percentage is in tenths."""

    TEXT = "TEXT"
    CLIENT = "CLIENT"
    DATE = "DATE"
    MONEY = "MONEY"
    COUNT = "COUNT"
    PERCENT = "PERCENT"


class Level(StrEnum):
    """What a row is: a line, the title of a section, or a sum of the lines before it."""

    LINE = "LINE"
    TITLE = "TITLE"
    SUM = "SUM"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in files for programs, and its heading."""

    name: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT

    @property
    def is_number(self) -> bool:
        return self.kind in (ColumnKind.MONEY, ColumnKind.COUNT, ColumnKind.PERCENT)


@dataclass(frozen=True, slots=True)
class Row:
    """One row, a cell for each column. ``url`` leads to what it is the sum of."""

    cells: tuple[Cell, ...]
    level: Level = Level.LINE
    url: str = ""
    client: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """That an amount of the report must equal one that the ledger gives by another way."""

    label: str
    report: Money
    ledger: Money

    @property
    def ok(self) -> bool:
        return self.report == self.ledger

    @property
    def text(self) -> str:
        sign = "=" if self.ok else "\N{NOT EQUAL TO}"
        return f"{self.label}: {self.report} {sign} {self.ledger}"


class Bar(Protocol):
    """One bar of a chart."""

    @property
    def label(self) -> str: ...
    @property
    def amount(self) -> Money: ...


class Rows(Protocol):
    """Rows of which a page reads a few, and a file all."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: Any, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


class _Counted:
    """Rows that tell how far their reader is."""

    def __init__(self, found: Rows, tell: Callable[[int], None]) -> None:
        self.found, self.tell = found, tell

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, place: Any) -> Any:
        return self.found[place]

    def __iter__(self) -> Iterator[Row]:
        for number, row in enumerate(self.found, start=1):
            if number % TOLD_EVERY == 0:
                self.tell(number)
            yield row


class Mapped:
    """Rows made of something that is read from the database as it is asked for."""

    def __init__(self, found: Rows, row: Callable[[Any], Row]) -> None:
        self.found, self.row = found, row

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, self.found)

    def __getitem__(self, place: Any) -> list[Row]:
        return [self.row(each) for each in self.found[place]]


@dataclass(frozen=True, slots=True)
class Table:
    """The answer of a report. ``notes`` say what its figures do not.

    ``continued`` gives the title of the section that a page goes on with, by its first row's place.
    """

    columns: tuple[Column, ...]
    rows: Rows
    totals: tuple[Row, ...] = ()
    ties: tuple[Tie, ...] = ()
    notes: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    continued: Callable[[int], Row | None] | None = None

    def counted(self, tell: Callable[[int], None]) -> "Table":
        """Return the same table, which tells how many of its rows were read, by the thousand."""
        return replace(self, rows=_Counted(self.rows, tell))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked: of which days, as known at which moment, with which choices.

    Without ``known_at`` it is what the books know now.
    """

    as_of: date
    since: date | None = None
    known_at: datetime | None = None
    choices: Mapping[str, str] = field(default_factory=lambda: NO_CHOICES)

    @property
    def first(self) -> date:
        """The first day of a report over a time."""
        return self.since or self.as_of.replace(day=1)

    @property
    def known(self) -> dict[str, Any]:
        return {"as_of": self.as_of, "known_at": self.known_at}

    @property
    def span(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.as_of, "known_at": self.known_at}


def text(name: str, label: str) -> Column:
    return Column(name, label)


def client(label: str = "Client") -> Column:
    return Column("client", label, ColumnKind.CLIENT)


def money(name: str, label: str) -> Column:
    return Column(name, label, ColumnKind.MONEY)


def day(name: str, label: str) -> Column:
    return Column(name, label, ColumnKind.DATE)


def count(name: str, label: str) -> Column:
    return Column(name, label, ColumnKind.COUNT)


def percent(name: str, label: str) -> Column:
    return Column(name, label, ColumnKind.PERCENT)


def total(amounts: Iterable[Money]) -> Money:
    return sum(amounts, ZERO)


def title(words: str, columns: Sequence[Column]) -> Row:
    """Return the title of a section, in the first column."""
    return Row((words, *(None for _ in columns[1:])), Level.TITLE)


def masked(row: Row, columns: Sequence[Column], kept_back: frozenset[UUID]) -> Row:
    """Return a row as a file may carry it: a client who is kept back has no code there.

    Their amounts stay in their places, so that the sums stay what they are.
    """
    if row.client not in kept_back:
        return row
    cells = tuple(
        KEPT_BACK if column.kind is ColumnKind.CLIENT else cell
        for column, cell in zip(columns, row.cells, strict=True)
    )
    return Row(cells, row.level)


KEPT_BACK = "Kept back"
