"""Signing how long a chain is and where it ends, and keeping that outside the database."""

import fcntl
import json
import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from django.db import connection, transaction

from audit import terms, verifier
from audit.models import Checkpoint, Head
from audit.selectors import chain

FEWEST_PLACES = 2
TAIL_BYTES = 4096
"""More than two lines of a file: enough to find the last whole one."""


class TooFewPlaces(Exception):
    """Checkpoints are kept in at least two places outside the database."""


class KeyIdReused(Exception):
    """A directory knows another public key by this id."""


class Signer(Protocol):
    """An Ed25519 key that is not in the database."""

    @property
    def key_id(self) -> str: ...
    @property
    def public_key(self) -> bytes: ...
    def sign(self, message: bytes) -> bytes: ...


@transaction.atomic
def write(
    *, signer: Signer, directories: Sequence[str | Path], now: datetime
) -> terms.Checkpoint | None:
    """Sign the chain of the open scope, and append the line to a file in each directory.

    The files are written once the row is committed, with any line that an interrupted run still
    owes them. Returns None when nothing was appended since the last checkpoint. Records no event:
    a checkpoint that made the chain longer would call for the next one.

    Raises:
        TooFewPlaces: fewer than two directories.
        KeyIdReused: on commit; a directory holds another key by this id.
    """
    if len(set(directories)) < FEWEST_PLACES:
        raise TooFewPlaces(f"Name at least {FEWEST_PLACES} directories for checkpoints.")
    head = _head_of_only_writer()
    if head is None:
        return None
    last, written = chain.newest_checkpoint(), None
    if last is None or head.seq > last.size:
        written = _signed(head, last, signer, now)
    files = [Path(directory) / f"{head.practice_id}.jsonl" for directory in directories]
    owed = chain.checkpoints(after=min(_size_kept(file) for file in files))
    transaction.on_commit(lambda: _keep_all(files, owed, signer))
    return written


def _head_of_only_writer() -> Head | None:
    """Return the head once no other checkpoint of this chain is being written: they never fork."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('audit checkpoint ' || practice_id, 0))"
            " FROM audit_head"
        )
    return Head.objects.first()


def _signed(
    head: Head, last: terms.Checkpoint | None, signer: Signer, now: datetime
) -> terms.Checkpoint:
    previous = sha256(verifier.message(last)).hexdigest() if last else verifier.ZEROS
    mark = terms.Checkpoint(
        str(head.practice_id),
        head.seq,
        chain.microseconds(now),
        head.hash.hex(),
        previous,
        signer.key_id,
        "",
    )
    signature = signer.sign(verifier.message(mark))
    Checkpoint.objects.create(
        practice_id=head.practice_id,
        size=head.seq,
        hash=head.hash,
        at=now,
        previous=bytes.fromhex(previous),
        key_id=signer.key_id,
        signature=signature,
    )
    return mark._replace(signature=signature.hex())


def _keep_all(files: Sequence[Path], marks: Sequence[terms.Checkpoint], signer: Signer) -> None:
    """Write to every place, and only then report the first that failed."""
    failures = []
    for file in files:
        try:
            _keep(file, marks, signer)
        except (OSError, KeyIdReused) as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


def _keep(file: Path, marks: Sequence[terms.Checkpoint], signer: Signer) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    place = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        _keep_key(file.with_name("keys.json"), signer)
        size = _size_kept(file)
        lines = [json.dumps(mark._asdict()) + "\n" for mark in marks if mark.size > size]
        with file.open("ab") as appended:
            # A line begun by a run that crashed is ended first, so that it tears no other.
            appended.write("".join(["\n" if _is_torn(file) else "", *lines]).encode())
            appended.flush()
            os.fsync(appended.fileno())
        os.fsync(place)
    finally:
        os.close(place)


def _keep_key(file: Path, signer: Signer) -> None:
    keys = json.loads(file.read_text()) if file.exists() else {}
    if keys.get(signer.key_id) == signer.public_key.hex():
        return
    if signer.key_id in keys:
        raise KeyIdReused(f"{file} knows another key by the id {signer.key_id}.")
    keys[signer.key_id] = signer.public_key.hex()
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(keys, indent=1, sort_keys=True) + "\n")
    draft.replace(file)


def _size_kept(file: Path) -> int:
    """Return how many events the last whole line of a file covers; 0 where there is none."""
    for line in reversed(_tail(file).split(b"\n")):
        try:
            return int(json.loads(line)["size"])
        except (KeyError, TypeError, ValueError):
            continue
    return 0


def _is_torn(file: Path) -> bool:
    tail = _tail(file)
    return bool(tail) and not tail.endswith(b"\n")


def _tail(file: Path) -> bytes:
    if not file.exists():
        return b""
    with file.open("rb") as kept:
        kept.seek(max(0, file.stat().st_size - TAIL_BYTES))
        return kept.read()
