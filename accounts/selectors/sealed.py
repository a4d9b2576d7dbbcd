"""Every sealed column of every table, and what stands in it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connections, models, router

from accounts import crypto, edits, keys
from accounts.fields import EncryptedField
from accounts.ids import NIL
from accounts.selectors import doors
from accounts.tenancy import borrowed_scope, current_scope
from audit import marks as marked
from audit.selectors import marks, values

AT_ONCE = 1000


class Offence(NamedTuple):
    """The first value that is not as it should be; holds no word of anybody."""

    table: str
    column: str
    row_id: UUID | int
    wrong: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of row {self.row_id}: {self.wrong}"


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns, and the database alias that reads it."""

    model: type[models.Model]
    fields: tuple[EncryptedField, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        return str(self.model._meta.pk.column)

    @property
    def alias(self) -> str:
        return router.db_for_read(self.model)

    @property
    def columns(self) -> list[str]:
        return [str(field.column) for field in self.fields]

    def run(self, query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the table's own connection."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())


@cache
def tables(*, installation: bool) -> tuple[SealedTable, ...]:
    """Return the tables whose values a practice seals, or those that the installation seals."""
    found = []
    for model in apps.get_models():
        fields = tuple(
            field
            for field in model._meta.concrete_fields
            if isinstance(field, EncryptedField) and field.installation is installation
        )
        if fields:
            found.append(SealedTable(model, fields))
    return tuple(found)


def own_tables() -> tuple[SealedTable, ...]:
    """Return the tables whose values the open scope seals, practice or installation."""
    if current_scope().practice_id != NIL:
        return tables(installation=False)
    # Letters of the installation stand in a practice's table, under the nil practice.
    shared = [table for table in tables(installation=False) if table.name in SHARED]
    return (*tables(installation=True), *shared)


SHARED = frozenset({"accounts_outgoingmail"})
"""Tables of practices that the installation's scope writes too."""


def under_versions() -> Counter[int]:
    """Return how many sealed values of the open scope stand under each version of its key."""
    found: Counter[int] = Counter()
    for table in own_tables():
        for column in table.columns:
            counted = table.run(
                f'SELECT substring("{column}" FROM 3 FOR 4), count(*) FROM {table.name}'  # noqa: S608  # names of our own
                f' WHERE "{column}" IS NOT NULL GROUP BY 1',
                [],
            )
            for version, count in counted:
                found[int.from_bytes(bytes(version), "big")] += count
    found.update(values.counted())
    return found


def first_offence(progress: Callable[[int], None] = lambda seen: None) -> Offence | None:
    """Return the first sealed value of the open scope that is not as it should be.

    It has to open under a key that is there, in its own cell, and be the newest that the log
    knows. ``progress`` is told how many values were looked at.

    Raises:
        keys.KeyDestroyed: the practice's keys were destroyed, so nothing opens.
        marks.MarksChanged: the log's own notes of the values were changed.
    """
    look, seen = _Look(), 0
    for table in own_tables():
        for row in rows(table):
            offence = look.at(table, row)
            if offence is not None:
                return offence
            seen += len(table.fields)
            progress(seen)
    for value in _edits():
        try:
            edits.opened(commitment=value.commitment, ciphertext=value.ciphertext)
        except crypto.IntegrityFailure as failure:
            return Offence(edits.TABLE, edits.COLUMN, value.seq, _said(failure))
        seen += 1
    progress(seen)
    return None


class _Look:
    """A look at rows, against what the log knew when it began."""

    def __init__(self) -> None:
        keys.index_key()
        self._known = known_marks()

    def at(self, table: SealedTable, row: tuple[Any, ...]) -> Offence | None:
        offence = self._first(table, row)
        if offence is None:
            return None
        # What was written since then looks wrong: the row is read once more, and the log after it.
        row_now = table.run(_select(table, f"{table.key} = %s"), [row[0]])
        self._known = known_marks()
        return self._first(table, row_now[0]) if row_now else None

    def _first(self, table: SealedTable, row: tuple[Any, ...]) -> Offence | None:
        for field, sealed in zip(table.fields, row[1:], strict=True):
            wrong = self._wrong(field, row[0], sealed)
            if wrong:
                return Offence(table.name, str(field.column), row[0], wrong)
        return None

    def _wrong(self, field: EncryptedField, row_id: UUID, sealed: bytes | None) -> str:
        plain = None
        if sealed is not None:
            try:
                plain = field.open_bytes(row_id, bytes(sealed))
                field.from_bytes(plain)
            except crypto.IntegrityFailure as failure:
                return _said(failure)
            except ValueError:
                return "What it opens to is no value of this column."
        if field.passing:
            return ""
        known = self._known.get((field.model._meta.db_table, row_id, str(field.column)))
        if known is None:
            return "" if plain is None else "The log knows of no value that was written here."
        is_newest = known.mac == field.mark_of(row_id, plain)
        return "" if is_newest else "It is not the newest value that the log knows."


def known_marks() -> dict[marks.Cell, marks.Known]:
    """Return the newest mark of every cell of the open scope.

    Values of the installation are also written inside practices' scopes, so their marks stand in
    every log.
    """
    if current_scope().practice_id != NIL:
        return marks.newest()
    known = marks.newest() | marks.newest(marked.INSTALLATION)
    for practice_id in doors.practice_ids():
        with borrowed_scope(practice_id):
            for cell, mark in marks.newest(marked.INSTALLATION).items():
                if cell not in known or known[cell].at < mark.at:
                    known[cell] = mark
    return known


def rows(table: SealedTable) -> Iterator[tuple[Any, ...]]:
    """Return the id and the sealed values of every row that the open scope sees."""
    after = NIL
    while found := table.run(_select(table, f"{table.key} > %s"), [after]):
        yield from found
        after = found[-1][0]


def _select(table: SealedTable, condition: str) -> str:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    return (
        f"SELECT {table.key}, {columns} FROM {table.name}"  # noqa: S608  # names of our own
        f" WHERE {condition} ORDER BY {table.key} LIMIT {AT_ONCE}"
    )


def _edits() -> Iterator[values.SealedValue]:
    after = 0
    while found := values.sealed(after=after, limit=AT_ONCE):
        yield from found
        after = found[-1].seq


def _said(failure: crypto.IntegrityFailure) -> str:
    if isinstance(failure, keys.KeyDestroyed):
        return "The key that it was sealed with was destroyed."
    if "does not exist" in str(failure):
        return "It names a key that does not exist."
    return "It does not open here: it was changed, or belongs somewhere else."
