"""Moving out of the log what is older than six years: files first, then the rows."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from audit import marks, terms
from audit.actions import Action
from audit.models import Checkpoint
from audit.selectors import archives, chain
from audit.selectors import marks as marked
from audit.services import events

AT_ONCE = 10_000

VALUES = """
    SELECT seq, key_version, encode(ciphertext, 'hex') FROM audit_value
    WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT %s
"""
MOVED = """
    INSERT INTO audit_archive (practice_id, size, after, hash, files_sha256, archived_at)
    VALUES (%s, %s, %s, %s, %s, now())
"""
GONE = (
    "DELETE FROM audit_touch WHERE practice_id = %s AND seq <= %s",
    "DELETE FROM audit_value WHERE practice_id = %s AND seq <= %s",
    "DELETE FROM audit_event WHERE practice_id = %s AND seq <= %s",
)


def write(
    directory: Path, practice_id: UUID, mark: Checkpoint, *, outside: Path | None = None
) -> archives.Files:
    """Write the events of the open scope up to a checkpoint into files, and prove what was written.

    A file that a crash left behind is written anew.

    Raises:
        archives.Lost: what was read back does not prove itself.
    """
    start = chain.begin()
    after = start.seq if start else 0
    held = archives.files(directory, practice_id, after, mark.size)
    told = chain.piece(practice_id, start, terms.Head(mark.size, bytes(mark.hash).hex()))
    _write(held.events, chain.lines(told))
    _write(held.values, _values(practice_id, after, mark.size))
    _sync(directory)
    archives.require_whole(held, practice_id, outside=outside)
    return held


def record(mark: Checkpoint, count: int) -> None:
    """Say on the log of the open scope that its first events are moved out.

    The newest mark of each sealed cell that stood beside one of them stands beside this event now:
    ``verify_phi`` goes on knowing it.
    """
    for where in (marks.PRACTICE, marks.INSTALLATION):
        events.mark_many(
            marks.Mark(where, *cell, known.mac)
            for cell, known in marked.newest(where).items()
            if known.at <= mark.at
        )
    events.record(Action.LOG_ARCHIVED, count=count)


def remove(cursor: Any, practice_id: UUID, mark: Checkpoint, after: int, digest: bytes) -> None:
    """Take the events that were written out of the log, as its owner; the database looks at it.

    Raises:
        IntegrityError: they are not six years old, or do not follow on the archive before.
    """
    cursor.execute(MOVED, [practice_id, mark.size, after, bytes(mark.hash), digest])
    for statement in GONE:
        cursor.execute(statement, [practice_id, mark.size])


def _values(practice_id: UUID, after: int, size: int) -> Iterator[str]:
    while rows := _rows(after, size):
        for after, version, ciphertext in rows:  # the last one goes on from here
            yield json.dumps([str(practice_id), after, version, ciphertext]) + "\n"


def _rows(after: int, size: int) -> list[tuple[int, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(VALUES, [after, size, AT_ONCE])
        return list(cursor.fetchall())


def _write(file: Path, lines: Iterable[str]) -> None:
    file.unlink(missing_ok=True)
    with open(file, "w", encoding="utf-8", opener=_private) as held:  # a Path takes no opener
        held.writelines(lines)
        held.flush()
        os.fsync(held.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(directory: Path) -> None:
    """Let the files' names outlive a loss of power, as their bytes do."""
    held = os.open(directory, os.O_RDONLY)
    os.fsync(held)
    os.close(held)
