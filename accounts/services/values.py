"""What an edit changed, sealed for the log: the event holds a commitment, the value stands apart.

The commitment is keyed and salted, so that equal edits do not look alike, and the sealed value
belongs to its commitment: one put beside another event does not open.
"""

import json
import secrets
from collections.abc import Mapping
from uuid import UUID

from accounts import crypto, keys
from accounts.tenancy import current_scope
from audit.services.events import SealedValues

PURPOSE = "audit.value"


def sealed(*, before: Mapping[str, object], after: Mapping[str, object]) -> SealedValues:
    """Return the values of changed fields before and after, sealed under the practice's key."""
    told = {"salt": secrets.token_hex(16), "before": dict(before), "after": dict(after)}
    text = json.dumps(told, default=str, ensure_ascii=False, sort_keys=True)
    commitment = keys.fingerprint(text, purpose=PURPOSE)
    key = keys.active()
    ciphertext = crypto.seal(
        text.encode(), cell=cell_of(commitment), data_key=key.secret, version=key.version
    )
    return SealedValues(ciphertext, key.version, commitment)


def opened(*, commitment: bytes, ciphertext: bytes) -> dict[str, dict[str, object]]:
    """Return {"before": …, "after": …} of an event's sealed value.

    Raises:
        crypto.IntegrityFailure: it was altered, or is not what the event committed to.
    """
    key = keys.version(crypto.version_of(ciphertext))
    text = crypto.unseal(ciphertext, cell=cell_of(commitment), data_key=key.secret).decode()
    if not secrets.compare_digest(keys.fingerprint(text, purpose=PURPOSE), commitment):
        raise crypto.IntegrityFailure("The value is not the one that its event committed to.")
    told = json.loads(text)
    return {"before": told["before"], "after": told["after"]}


def cell_of(commitment: bytes) -> crypto.Cell:
    """Return the cell of an event's value, which is known by the event's commitment."""
    practice_id = current_scope().practice_id
    return crypto.Cell(practice_id, "audit_value", "ciphertext", UUID(bytes=commitment[:16]))
