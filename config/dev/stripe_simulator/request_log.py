"""Every request to the API, in the order in which it was answered."""

import json
import time

from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.store import Store

_NAMES = (
    "seq",
    "at",
    "account",
    "method",
    "path",
    "params",
    "idempotency_key",
    "status",
    "replayed",
    "fault",
)


def write(
    store: Store,
    *,
    account: str | None,
    method: str,
    path: str,
    params: object,
    idempotency_key: str | None,
    status: int | None,
    replayed: bool,
    fault: str,
) -> None:
    """`status` None: nobody was answered."""
    store.rows(
        "INSERT INTO requests (at, account, method, path, params, idempotency_key, status,"
        " replayed, fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        time.time(),
        account,
        method,
        path,
        json.dumps(params),
        idempotency_key,
        status,
        replayed,
        fault,
    )


def read(store: Store, *, since: int = 0, method: str = "", path: str = "") -> list[Object]:
    """Oldest first; `path` is how the path begins."""
    found = store.rows(
        "SELECT seq, at, account, method, path, params, idempotency_key, status, replayed, fault"
        " FROM requests WHERE seq > ? AND method LIKE ? AND substr(path, 1, ?) = ? ORDER BY seq",
        since,
        method or "%",
        len(path),
        path,
    )
    return [
        dict(zip(_NAMES, row, strict=True))
        | {"params": json.loads(row[5]), "replayed": bool(row[8])}
        for row in found
    ]


def clear(store: Store) -> None:
    store.rows("DELETE FROM requests")
