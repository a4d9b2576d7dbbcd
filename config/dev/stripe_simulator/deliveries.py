"""Which event goes to which endpoint, and how often it was tried."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from config.dev.stripe_simulator.faults import WebhookFaults
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.store import Store

_FIRST_RETRY_SECONDS = 0.5
_RETRY_SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint."""

    seq: int
    event_id: str
    endpoint_id: str
    attempts: int


def queue(store: Store, faults: WebhookFaults, account: str, event: Object) -> int:
    """Queue an event for every endpoint that listens; gives how many."""
    endpoints = _listening(store, account, event["type"])
    for endpoint_id in endpoints:
        match faults.take(event["type"]):
            case "drop":
                _add(store, event["id"], endpoint_id, "dropped")
            case "duplicate":
                _add(store, event["id"], endpoint_id, "due")
                _add(store, event["id"], endpoint_id, "due")
            case "withhold":
                _add(store, event["id"], endpoint_id, "held")
            case "reorder":
                _add(store, event["id"], endpoint_id, "held")
                if faults.reordering_done():
                    release(store, backwards=True)
            case _:
                _add(store, event["id"], endpoint_id, "due")
    return len(endpoints)


def again(store: Store, event_id: str) -> int:
    """Send an event once more to every endpoint it was ever queued for."""
    endpoints = store.rows("SELECT DISTINCT endpoint FROM deliveries WHERE event = ?", event_id)
    for (endpoint_id,) in endpoints:
        _add(store, event_id, endpoint_id, "due")
    return len(endpoints)


def release(store: Store, *, backwards: bool = False) -> int:
    """Let go what was withheld, in its order or in the reverse of it."""
    held = [
        row[0]
        for row in store.rows("SELECT seq FROM deliveries WHERE state = 'held' ORDER BY place")
    ]
    for seq in reversed(held) if backwards else held:
        store.rows(
            "UPDATE deliveries SET state = 'due', place = ? WHERE seq = ?", _next_place(store), seq
        )
    return len(held)


def endpoints_due(store: Store, now: float) -> list[str]:
    found = store.rows(
        "SELECT DISTINCT endpoint FROM deliveries WHERE state = 'due' AND next_at <= ?", now
    )
    return [row[0] for row in found]


def next_of(store: Store, endpoint_id: str, now: float) -> Delivery | None:
    """The earliest event that this endpoint is to have now."""
    found = store.rows(
        "SELECT seq, event, endpoint, attempts FROM deliveries"
        " WHERE endpoint = ? AND state = 'due' AND next_at <= ? ORDER BY place LIMIT 1",
        endpoint_id,
        now,
    )
    return Delivery(*found[0]) if found else None


def delivered(store: Store, delivery: Delivery, outcome: str) -> None:
    store.rows(
        "UPDATE deliveries SET state = 'delivered', attempts = attempts + 1, outcome = ?"
        " WHERE seq = ?",
        outcome,
        delivery.seq,
    )
    event = store.get(delivery.event_id)
    if event:
        event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
        store.replace(event)


def failed(store: Store, delivery: Delivery, outcome: str, now: float) -> None:
    """Wait twice as long after each failure."""
    wait = min(_FIRST_RETRY_SECONDS * 2**delivery.attempts, _RETRY_SECONDS_MAX)
    store.rows(
        "UPDATE deliveries SET attempts = attempts + 1, next_at = ?, outcome = ? WHERE seq = ?",
        now + wait,
        outcome,
        delivery.seq,
    )


def drop(store: Store, endpoint_id: str) -> None:
    """The endpoint is gone, and so is what waited for it."""
    store.rows(
        "UPDATE deliveries SET state = 'dropped' WHERE endpoint = ? AND state IN ('due', 'held')",
        endpoint_id,
    )


def hurry(store: Store) -> None:
    """Forget the waits of an earlier run."""
    store.rows("UPDATE deliveries SET next_at = 0 WHERE state = 'due'")


def listing(store: Store) -> Object:
    """All deliveries, oldest first, and how many are still to be made."""
    names = ("seq", "event", "type", "endpoint", "state", "attempts", "outcome")
    found = store.rows(
        "SELECT d.seq, d.event, json_extract(o.body, '$.type'), d.endpoint, d.state, d.attempts,"
        " d.outcome FROM deliveries d LEFT JOIN objects o ON o.id = d.event ORDER BY d.place"
    )
    deliveries = [dict(zip(names, row, strict=True)) for row in found]
    return {
        "pending": sum(delivery["state"] == "due" for delivery in deliveries),
        "held": sum(delivery["state"] == "held" for delivery in deliveries),
        "deliveries": deliveries,
    }


def _listening(store: Store, account: str, event_type: str) -> list[str]:
    own = [(e["id"], e) for e in store.page(account, "webhook_endpoint", oldest_first=True)]
    platforms = store.rows("SELECT platform FROM connections WHERE account = ?", account)
    connected = [
        (endpoint["id"], endpoint)
        for (platform,) in platforms
        for endpoint in store.page(platform, "webhook_endpoint", oldest_first=True)
    ]
    return [
        endpoint_id
        for connect, endpoints in ((False, own), (True, connected))
        for endpoint_id, endpoint in endpoints
        if store.private(endpoint_id)["connect"] is connect
        and any(fnmatchcase(event_type, name) for name in endpoint["enabled_events"])
    ]


def _add(store: Store, event_id: str, endpoint_id: str, state: str) -> None:
    store.rows(
        "INSERT INTO deliveries (place, event, endpoint, state) VALUES (?, ?, ?, ?)",
        _next_place(store),
        event_id,
        endpoint_id,
        state,
    )


def _next_place(store: Store) -> int:
    return int(store.rows("SELECT coalesce(max(place), 0) + 1 FROM deliveries")[0][0])
