"""The chain of the open scope as its database tells it, in the verifier's own terms."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from audit import terms
from audit.models import Archive, Checkpoint, Head

UNHEARD_OF = -(2**62)
"""Less than any number that a tampering hand may have given an event."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END_OF_TIME = 253_402_300_799_000_000
"""Microseconds since 1970 at the end of the year 9999."""

AT_ONCE = 10_000
"""Events read by one query: few enough to stay small in memory."""

# As text and whole numbers, because the database writes them faster than Python converts them.
EVENTS = """
    SELECT seq, (extract(epoch FROM at) * 1000000)::bigint, action, person_id::text,
        target_kind, target_id::text, label, facts::text,
        encode(commitment, 'hex'), encode(hash, 'hex')
    FROM audit_event
    WHERE (seq, at) > (%s, 'epoch'::timestamptz + %s * interval '1 microsecond') AND seq <= %s
    ORDER BY seq, at LIMIT %s
"""
HASH = "SELECT encode(hash, 'hex') FROM audit_event WHERE seq = %s"
TOUCHES = """
    SELECT seq, array_agg(client_id::text) FROM audit_touch WHERE seq BETWEEN %s AND %s GROUP BY seq
"""
VALUES = "SELECT seq FROM audit_value WHERE seq BETWEEN %s AND %s"
STRAYS = """
    SELECT DISTINCT seq FROM audit_touch AS touch
    WHERE NOT EXISTS (
        SELECT FROM audit_event AS event
        WHERE event.practice_id = touch.practice_id AND event.seq = touch.seq
    )
    ORDER BY seq LIMIT 10
"""


class NotProvable(Exception):
    """No checkpoint covers an event of this number."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"No checkpoint covers an event {seq}; one is written every minute.")


def verify(
    practice_id: UUID,
    *,
    outside: Path | None = None,
    every: bool = False,
    progress: Callable[[int], None] = lambda seq: None,
) -> terms.Finding | None:
    """Return the first thing wrong with the chain of the open scope, or None when it is whole.

    ``outside`` is a directory of checkpoints: ``every`` signature there is checked, or the newest.
    """

    def look() -> terms.Finding | None:
        kept = terms.read_outside(outside, practice_id) if outside else None
        return terms.verify(read(practice_id, progress=progress), kept, every=every)

    # A checkpoint that is written between the two readings looks lost: a second look tells.
    return look() and look()


def dump(practice_id: UUID) -> Iterator[str]:
    """Return the lines of the chain of the open scope that ``audit/verifier.py`` reads."""
    return lines(read(practice_id))


def lines(told: terms.Chain) -> Iterator[str]:
    """Return a chain as the lines of a dump."""
    yield json.dumps([told.practice, told.start, told.head, told.checkpoints, told.strays]) + "\n"
    for event in told.events:
        yield json.dumps([told.practice, *event]) + "\n"


def from_lines(told: Iterable[str]) -> terms.Chain:
    """Return the chain that the lines of a dump tell; its events are read while they are walked."""
    rows = map(json.loads, told)
    practice, start, head, marks, strays = next(rows)
    return terms.Chain(
        practice,
        terms.Head(*start) if start else None,
        terms.Head(*head) if head else None,
        [terms.Checkpoint(*mark) for mark in marks],
        strays,
        (terms.Event(*row[1:]) for row in rows),
    )


def proof(practice_id: UUID, seq: int) -> Iterator[str]:
    """Return the lines that prove one event of the open scope to ``audit/verifier.py --piece``.

    They hold the event and those after it up to a checkpoint, and no other.

    Raises:
        NotProvable
    """
    mark = Checkpoint.objects.filter(size__gte=seq).order_by("size").first()
    begun, before = begin(), _rows(HASH, seq - 1)
    start = terms.Head(seq - 1, before[0][0]) if before else begun
    if mark is None or seq < 1 or (start.seq if start else 0) != seq - 1:
        raise NotProvable(seq)
    return lines(piece(practice_id, start, terms.Head(mark.size, mark.hash.hex())))


def piece(practice_id: UUID, start: terms.Head | None, head: terms.Head) -> terms.Chain:
    """Return the events of the open scope after ``start``, or all, up to ``head``."""
    told = _events(start.seq if start else 0, head.seq, lambda seq: None)
    return terms.Chain(str(practice_id), start, head, (), (), told)


def read(practice_id: UUID, *, progress: Callable[[int], None] = lambda seq: None) -> terms.Chain:
    """Return the chain; its events come from the database while they are walked.

    ``progress`` is told the number of events read. What is appended meanwhile is left out.
    """
    marks = checkpoints()
    strays = [int(row[0]) for row in _rows(STRAYS)]
    newest = int(_rows("SELECT coalesce(max(seq), 0) FROM audit_event")[0][0])
    ends = head()
    until = max(newest, ends.seq if ends else 0)
    told = _events(UNHEARD_OF, until, progress)
    return terms.Chain(str(practice_id), begin(), ends, marks, strays, told)


def begin() -> terms.Head | None:
    """Return after which event the chain of the open scope begins; None where it is whole.

    What was before is older than six years, and was moved out into files.
    """
    row = Archive.objects.order_by("-size").first()
    return terms.Head(row.size, row.hash.hex()) if row else None


def head() -> terms.Head | None:
    """Return where the chain says that it ends; None when nothing was ever appended."""
    row = Head.objects.first()
    return terms.Head(row.seq, row.hash.hex()) if row else None


def checkpoints(*, after: int = 0) -> list[terms.Checkpoint]:
    """Return the database's copies of the checkpoints of more than ``after`` events, by size."""
    return [_told(mark) for mark in Checkpoint.objects.filter(size__gt=after).order_by("size")]


def newest_checkpoint() -> terms.Checkpoint | None:
    """Return the database's copy of the checkpoint of the most events."""
    mark = Checkpoint.objects.order_by("-size").first()
    return _told(mark) if mark else None


def microseconds(at: datetime) -> int:
    """Return a moment as the chain counts it: microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def _told(mark: Checkpoint) -> terms.Checkpoint:
    return terms.Checkpoint(
        str(mark.practice_id),
        mark.size,
        microseconds(mark.at),
        mark.hash.hex(),
        mark.previous.hex(),
        mark.key_id,
        mark.signature.hex(),
    )


def _events(after: int, until: int, progress: Callable[[int], None]) -> Iterator[terms.Event]:
    seq, at = after, END_OF_TIME
    while rows := _rows(EVENTS, seq, at, until, AT_ONCE):
        first, (seq, at, *_) = rows[0][0], rows[-1]
        touched = dict(_rows(TOUCHES, first, seq))
        sealed = {row[0] for row in _rows(VALUES, first, seq)}
        for *told, commitment, found in rows:
            clients, has_values = touched.get(told[0], ()), told[0] in sealed
            yield terms.Event._make((*told, clients, commitment, has_values, found))
        progress(seq)


def _rows(query: str, *parameters: int | str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
