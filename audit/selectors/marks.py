"""What the log knows of sealed values: the newest mark of each cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from audit import marks
from audit.marks import Mark

AT_ONCE = 500

WITH_MARKS = """
    SELECT event.seq, event.at, event.commitment, value.ciphertext
    FROM audit_value AS value
    JOIN audit_event AS event USING (practice_id, seq)
    WHERE value.key_version = %s AND seq > %s ORDER BY seq LIMIT %s
"""


class MarksChanged(Exception):
    """The marks beside an event are not those that it was recorded with."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"The marks of sealed values beside event {seq} of the log were changed.")


@dataclass(frozen=True, slots=True)
class Known:
    """A mark and when it was left."""

    at: datetime
    mac: bytes


Cell = tuple[str, UUID, str]
"""Table, row and column."""


def newest(where: str = marks.PRACTICE) -> dict[Cell, Known]:
    """Return the newest mark of every cell that the log of the open scope knows.

    Raises:
        MarksChanged: a text of marks is not the one that its event holds a hash of.
    """
    known: dict[Cell, Known] = {}
    for at, mark in _all():
        if mark.where == where:
            known[mark.table, mark.row_id, mark.column] = Known(at, mark.mac)
    return known


def _all() -> Iterator[tuple[datetime, Mark]]:
    seq = 0
    while rows := _rows(seq):
        for seq, at, commitment, stored in rows:  # the last one goes on from here
            if marks.commitment(bytes(stored)) != bytes(commitment):
                raise MarksChanged(seq)
            for mark in marks.read(bytes(stored)):
                yield at, mark


def _rows(after: int) -> list[tuple[int, datetime, bytes, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(WITH_MARKS, [marks.NOT_SEALED, after, AT_ONCE])
        return list(cursor.fetchall())
