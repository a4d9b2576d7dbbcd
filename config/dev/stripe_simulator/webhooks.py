"""The courier: signs events and carries them to their endpoints, in order, until each is taken."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

from config.dev.stripe_simulator import deliveries
from config.dev.stripe_simulator.deliveries import Delivery
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.store import Store

_TIMEOUT_SECONDS = 10
_TICK_SECONDS = 0.25


def signature(payload: bytes, secret: str, at: int) -> str:
    """The Stripe-Signature header."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Courier:
    """One watching thread, and one carrying thread for each endpoint that has something due."""

    def __init__(self, store: Store, tick: Callable[[], None]) -> None:
        self._store = store
        self._tick = tick
        self._carriers: dict[str, Thread] = {}
        self._lock = Lock()
        self._woken = Event()
        self._stopped = Event()
        self._watcher = Thread(target=self._watch, name="courier", daemon=True)

    def start(self) -> None:
        self._watcher.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopped.set()
        self._woken.set()
        self._watcher.join()
        for carrier in list(self._carriers.values()):
            carrier.join()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            self._tick()
            with self._store.transaction():
                due = deliveries.endpoints_due(self._store, time.time())
            for endpoint_id in due:
                self._carry(endpoint_id)
            self._woken.wait(_TICK_SECONDS)

    def _carry(self, endpoint_id: str) -> None:
        with self._lock:
            carrier = self._carriers.get(endpoint_id)
            if carrier is None or not carrier.is_alive():
                carrier = Thread(target=self._empty, args=(endpoint_id,), daemon=True)
                self._carriers[endpoint_id] = carrier
                carrier.start()

    def _empty(self, endpoint_id: str) -> None:
        while not self._stopped.is_set():
            with self._store.transaction():
                delivery = deliveries.next_of(self._store, endpoint_id, time.time())
                endpoint = self._store.get(endpoint_id)
                if delivery is None or endpoint is None:
                    return
                event = self._store.get(delivery.event_id)
                private = self._store.private(endpoint_id)
            self._deliver(delivery, endpoint["url"], event or {}, private)

    def _deliver(self, delivery: Delivery, url: str, event: Object, private: Object) -> None:
        if not private["connect"]:
            event.pop("account", None)
        payload = json.dumps(event, indent=2).encode()
        outcome, taken = _send(url, payload, private["secret"])
        with self._store.transaction():
            if taken:
                deliveries.delivered(self._store, delivery, outcome)
            else:
                deliveries.failed(self._store, delivery, outcome, time.time())


def _send(url: str, payload: bytes, secret: str) -> tuple[str, bool]:
    """What the endpoint answered, and whether it took the event."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(
        address.hostname or "", address.port or 80, timeout=_TIMEOUT_SECONDS
    )
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(payload, secret, int(time.time())),
        "User-Agent": "Stripe/1.0 (simulator)",
    }
    try:
        connection.request("POST", path, payload, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, False
    finally:
        connection.close()
    return str(status), 200 <= status < 300
