"""The values before and after an edit, as they go beside its event: sealed, with a commitment.

The commitment stands in the event and is the row's id in the associated data: values that were
moved to another event do not open. It is keyed and does not change when the data key rotates.
"""

import json
import secrets
from collections.abc import Mapping
from uuid import UUID

from accounts import crypto, keys
from audit.services.events import SealedValues

TABLE, COLUMN = "audit_value", "ciphertext"


def sealed(*, before: Mapping[str, object], after: Mapping[str, object]) -> SealedValues:
    """Return the values of changed fields under the open scope's newest key, for ``events.record``.

    They are salted: equal edits do not look alike.
    """
    told = {"salt": secrets.token_hex(16), "before": dict(before), "after": dict(after)}
    plain = json.dumps(told, default=str, ensure_ascii=False, sort_keys=True)
    commitment = _commitment(plain)
    key = keys.active()
    ciphertext = key.cipher(TABLE, COLUMN).seal(plain.encode(), row_id(commitment))
    return SealedValues(ciphertext, key.version, commitment)


def opened(*, commitment: bytes, ciphertext: bytes) -> dict[str, dict[str, object]]:
    """Return {"before": …, "after": …} of an event's sealed values.

    Raises:
        crypto.IntegrityFailure: they were altered, or are not those of the event.
    """
    plain = _open(ciphertext, commitment).decode()
    if not secrets.compare_digest(_commitment(plain), commitment):
        raise crypto.IntegrityFailure("The values are not those that the event tells of.")
    told = json.loads(plain)
    return {"before": told["before"], "after": told["after"]}


def resealed(ciphertext: bytes, commitment: bytes) -> tuple[bytes, int]:
    """Return the same values under the open scope's newest key, and its version.

    Raises:
        crypto.IntegrityFailure: as ``opened``.
    """
    plain, key = _open(ciphertext, commitment), keys.active()
    return key.cipher(TABLE, COLUMN).seal(plain, row_id(commitment)), key.version


def row_id(commitment: bytes) -> UUID:
    """Return what stands for a row's id, before the event has its number."""
    return UUID(bytes=commitment[:16])


def _commitment(plain: str) -> bytes:
    return keys.fingerprint(plain, purpose="audit.values")


def _open(ciphertext: bytes, commitment: bytes) -> bytes:
    cipher = keys.version(crypto.version_of(ciphertext)).cipher(TABLE, COLUMN)
    return cipher.open(ciphertext, row_id(commitment))
