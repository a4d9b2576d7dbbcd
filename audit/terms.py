"""What a chain is made of, in the order in which ``audit/verifier.py`` reads it."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from audit import verifier

MALFORMED = (AttributeError, KeyError, TypeError, ValueError, struct.error)


class Event(NamedTuple):
    """An event of a chain as stored: microseconds since 1970, and bytes as hexadecimal digits."""

    seq: int
    at: int
    action: str
    person: str | None
    target_kind: str
    target_id: str | None
    label: str
    facts: str
    touched: Sequence[str]
    commitment: str | None
    has_values: bool
    hash: str


class Head(NamedTuple):
    """The number and hash of an event: with which a chain ends, or after which a piece begins."""

    seq: int
    hash: str


class Checkpoint(NamedTuple):
    """A signed statement that a practice's chain of ``size`` events ended in ``hash``."""

    practice: str
    size: int
    at: int
    hash: str
    previous: str
    key_id: str
    signature: str


class Chain(NamedTuple):
    """A practice's log as its database tells it. ``strays``: touches of events not there.

    A whole log has no ``start``; a piece begins after that event.
    """

    practice: str
    start: Head | None
    head: Head | None
    checkpoints: Sequence[Checkpoint]
    strays: Sequence[int]
    events: Iterable[Event] = ()


class Outside(NamedTuple):
    """What was kept outside the database: a practice's checkpoints, and the public keys by id."""

    checkpoints: Sequence[Checkpoint]
    keys: Mapping[str, str]


class Finding(NamedTuple):
    """The first thing wrong with a chain: the number of an event, and a plain sentence."""

    seq: int
    sentence: str


def verify(
    chain: Chain, outside: Outside | None = None, *, every: bool = False, piece: bool = False
) -> Finding | None:
    """Return the first thing wrong with a practice's chain, or None when it is whole.

    The newest signature is checked, or ``every`` one. Without ``outside``, a log that was rewritten
    together with the database's own copies of the checkpoints is not found out.
    """
    marks, keys = outside or (chain.checkpoints, None)
    in_order = sorted(marks, key=lambda mark: mark.size)
    try:
        seq, sentence = verifier.check(chain, in_order, keys, every, piece)
    except MALFORMED as error:
        return Finding(0, f"The log or a checkpoint of it cannot be read: {type(error).__name__}.")
    return None if seq is None else Finding(seq, sentence)


def read_outside(directory: Path, practice_id: UUID) -> Outside:
    """Read a practice's checkpoints and the public keys from a directory."""
    marks, keys = verifier.read_outside(directory, str(practice_id))
    return Outside([Checkpoint(*mark) for mark in marks], keys)
