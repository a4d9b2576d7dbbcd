"""Idempotency keys: the first answer is kept in the transaction of its effect, and given again."""

import hashlib
import json
from dataclasses import dataclass

from config.dev.stripe_simulator.errors import key_reused
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.store import Store


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer given before, and the id of the request that it was given to."""

    request_id: str
    status: int
    body: Object


def fingerprint(method: str, path: str, params: object) -> str:
    told = json.dumps([method, path, params], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def recall(store: Store, account: str, key: str, print_: str) -> Kept | None:
    """Raises: ApiError where the key was used with other parameters."""
    found = store.rows(
        "SELECT fingerprint, request, status, body FROM answers WHERE account = ? AND key = ?",
        account,
        key,
    )
    if not found:
        return None
    known, request_id, status, body = found[0]
    if known != print_:
        raise key_reused(key)
    return Kept(request_id, status, json.loads(body))


def keep(store: Store, account: str, key: str, print_: str, kept: Kept) -> None:
    store.rows(
        "INSERT INTO answers (account, key, fingerprint, request, status, body)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        account,
        key,
        print_,
        kept.request_id,
        kept.status,
        json.dumps(kept.body),
    )
