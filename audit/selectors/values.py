"""The sealed values beside events, as whoever holds their keys needs them."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from audit.marks import NOT_SEALED


class SealedValue(NamedTuple):
    """What an event changed, sealed; ``commitment`` is what the event holds of it."""

    seq: int
    commitment: bytes
    ciphertext: bytes
    key_version: int


def sealed(*, after: int = 0, limit: int, but_version: int = NOT_SEALED) -> list[SealedValue]:
    """Return values of the open scope by number, without those under ``but_version``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, event.commitment, ciphertext, key_version FROM audit_value"
            " JOIN audit_event AS event USING (practice_id, seq)"
            " WHERE key_version <> ALL (%s) AND seq > %s ORDER BY seq LIMIT %s",
            [[NOT_SEALED, but_version], after, limit],
        )
        return [
            SealedValue(seq, bytes(commitment or b""), bytes(ciphertext), version)
            for seq, commitment, ciphertext, version in cursor.fetchall()
        ]


def counted() -> dict[int, int]:
    """Return how many sealed values of the open scope stand under each key version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key_version, count(*) FROM audit_value WHERE key_version <> %s GROUP BY 1",
            [NOT_SEALED],
        )
        return dict(cursor.fetchall())


def of_events(seqs: Collection[int]) -> dict[int, SealedValue]:
    """Return number → sealed values of those events that changed something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, event.commitment, ciphertext, key_version FROM audit_value"
            " JOIN audit_event AS event USING (practice_id, seq)"
            " WHERE seq = ANY (%s) AND key_version <> %s ORDER BY seq",
            [list(seqs), NOT_SEALED],
        )
        return {
            seq: SealedValue(seq, bytes(commitment or b""), bytes(ciphertext), version)
            for seq, commitment, ciphertext, version in cursor.fetchall()
        }
