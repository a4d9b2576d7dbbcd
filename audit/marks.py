"""Marks: what the log knows of sealed values, in order to find an old one that was put back.

Every write of a sealed value leaves a mark: its cell, and a keyed hash of what was sealed, under a
key that does not rotate. The marks of a scope are one text in ``audit_value`` beside an event; the
event's ``commitment``, which its hash covers, is the SHA-256 of that text. The text is JSON:
where → table → row → column → the mark in hex. It holds ids and hashes, so it is not sealed.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

NOT_SEALED = 0
"""The key version of a text of marks; the values of an edit are sealed, under 1 or later."""

PRACTICE, INSTALLATION = "practice", "installation"
SIGNED_AS = b"quietledger marks 1\n"


class Mark(NamedTuple):
    """That a sealed value was written. ``where`` is PRACTICE, or INSTALLATION for one of none."""

    where: str
    table: str
    row_id: UUID
    column: str
    mac: bytes


def text(marks: Iterable[Mark]) -> bytes:
    """Return marks as they are stored; of several in one cell the last."""
    tree: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for where, table, row_id, column, mac in marks:
        rows = tree.setdefault(where, {}).setdefault(table, {})
        rows.setdefault(row_id.hex, {})[column] = mac.hex()
    return json.dumps(tree, separators=(",", ":")).encode()


def commitment(stored: bytes) -> bytes:
    """Return what the event holds of a text of marks."""
    return sha256(SIGNED_AS + stored).digest()


def read(stored: bytes) -> Iterator[Mark]:
    """Return the marks of a text.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is no such text.
    """
    for where, tables in json.loads(stored).items():
        for table, rows in tables.items():
            for row, columns in rows.items():
                for column, mac in columns.items():
                    yield Mark(where, table, UUID(hex=row), column, bytes.fromhex(mac))
