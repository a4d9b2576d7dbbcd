"""The simulator itself: state, clock, switches and courier, shared by all requests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from config.dev.stripe_simulator import deliveries
from config.dev.stripe_simulator.faults import Faults, WebhookFaults
from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.resources import accounts, balance, checkout
from config.dev.stripe_simulator.store import Store
from config.dev.stripe_simulator.webhooks import Courier


class Simulator:
    """One state file, served on one origin."""

    def __init__(self, state: Path, origin: str) -> None:
        self.origin = origin
        self.store = Store(state)
        self.faults = Faults()
        self.webhook_faults = WebhookFaults()
        self._in_flight: set[tuple[str, str]] = set()
        self._lock = Lock()
        self._courier = Courier(self.store, self.catch_up)
        with self.store.transaction():
            deliveries.hurry(self.store)

    def start(self) -> None:
        self._courier.start()

    def close(self) -> None:
        self._courier.stop()
        self.store.close()

    def now(self) -> int:
        """Seconds of the epoch, by the clock that the control surface can move."""
        return int(time.time()) + self.store.clock_ahead_seconds()

    @contextmanager
    def visit(
        self,
        account: str,
        *,
        request_id: str | None = None,
        idempotency_key: str | None = None,
        platform: str | None = None,
    ) -> Iterator[Merchant]:
        """A transaction in one Stripe account; what it announced is sent once it is committed."""
        with self.store.transaction():
            self._catch_up()
            merchant = self._merchant(account, request_id, idempotency_key)
            accounts.ensure(merchant)
            if platform is not None:
                accounts.connect(merchant, platform)
            yield merchant
        self._courier.wake()

    def wake(self) -> None:
        self._courier.wake()

    def begin(self, account: str, key: str) -> bool:
        """Whether no other request with this idempotency key is being answered."""
        with self._lock:
            free = (account, key) not in self._in_flight
            self._in_flight.add((account, key))
            return free

    def end(self, account: str, key: str) -> None:
        with self._lock:
            self._in_flight.discard((account, key))

    def catch_up(self) -> None:
        with self.store.transaction():
            self._catch_up()

    def _catch_up(self) -> None:
        """Do what the clock demands: sessions expire, money becomes available."""
        for account, body in self.store.due(self.now()):
            merchant = self._merchant(account)
            if body["object"] == "checkout.session":
                checkout.close(merchant, body)
            else:
                balance.make_available(merchant, body)

    def _merchant(
        self, account: str, request_id: str | None = None, key: str | None = None
    ) -> Merchant:
        return Merchant(
            store=self.store,
            webhook_faults=self.webhook_faults,
            account=account,
            now=self.now(),
            origin=self.origin,
            request_id=request_id,
            idempotency_key=key,
        )
