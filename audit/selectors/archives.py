"""What was moved out of the log, and what is old enough to be."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from audit import terms
from audit.models import Archive, Checkpoint
from audit.selectors import chain

YEARS = 6
"""How long the log is kept: 45 CFR 164.316(b)(2)(i), and 164.528(a)(3) for what was disclosed."""


class Files(NamedTuple):
    """Where the events of an archive are, and the sealed values beside them."""

    events: Path
    values: Path


class Lost(Exception):
    """A file of an archive is not there, is another one, or does not prove itself."""


def due(now: datetime) -> Checkpoint | None:
    """Return up to which checkpoint the log of the open scope may be moved out now.

    Whole months are moved: those that ended six years ago, as UTC counts them. None where nothing
    is left of them.
    """
    begun = chain.begin()
    before = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = before.replace(year=before.year - YEARS) - timedelta(microseconds=1)
    found = Checkpoint.objects.filter(at__lte=before, size__gt=begun.seq if begun else 0)
    return found.order_by("-size").first()


def files(directory: Path, practice_id: UUID, after: int, size: int) -> Files:
    """Return the files of the events after one number up to another. They are named by ids."""
    name = f"{practice_id}-{after + 1}-{size}"
    return Files(directory / f"{name}.jsonl", directory / f"{name}.values.jsonl")


def digest(held: Files) -> bytes:
    """Return the SHA-256 of the two files' SHA-256, one after the other."""
    return sha256(_digest(held.events) + _digest(held.values)).digest()


def _digest(file: Path) -> bytes:
    with file.open("rb") as held:
        hashed = sha256()
        while block := held.read(1 << 20):
            hashed.update(block)
    return hashed.digest()


def prove(directory: Path, practice_id: UUID, *, outside: Path | None = None) -> int:
    """Prove each archive of the open scope by its file; return how many events they hold.

    Raises:
        Lost
    """
    rows = list(Archive.objects.order_by("size"))
    for row in rows:
        held = files(directory, practice_id, row.after, row.size)
        for file in held:
            if not file.is_file():
                raise Lost(f"The file {file.name} is not there.")
        if digest(held) != bytes(row.files_sha256):
            raise Lost(f"The file {held.events.name}, or that of its values, was changed.")
        require_whole(held, practice_id, outside=outside)
    return rows[-1].size if rows else 0


def require_whole(held: Files, practice_id: UUID, *, outside: Path | None = None) -> None:
    """Prove the events of a file against the checkpoints ``outside``, or the database's own; each
    that has sealed values must have them in the other file.

    Raises:
        Lost
    """
    kept = terms.read_outside(outside, practice_id) if outside else None
    with held.events.open(encoding="utf-8") as lines:
        found = terms.verify(
            chain.from_lines(lines)._replace(checkpoints=chain.checkpoints()), kept, piece=True
        )
    if found is not None:
        raise Lost(f"The file {held.events.name} proves nothing: {found.sentence}")
    with held.events.open(encoding="utf-8") as lines, held.values.open(encoding="utf-8") as values:
        wanted = [event.seq for event in chain.from_lines(lines).events if event.has_values]
        if wanted != [json.loads(line)[1] for line in values]:
            raise Lost(f"The file {held.values.name} has not the values of each event.")
