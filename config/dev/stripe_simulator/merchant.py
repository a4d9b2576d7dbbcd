"""One Stripe account as a request sees it."""

import copy
from dataclasses import dataclass

from config.dev.stripe_simulator import deliveries
from config.dev.stripe_simulator.errors import no_such
from config.dev.stripe_simulator.faults import WebhookFaults
from config.dev.stripe_simulator.identifiers import new_id
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.store import Store

API_VERSION = "2026-05-27.dahlia"


@dataclass(frozen=True, slots=True)
class Merchant:
    """The objects of one Stripe account, inside a transaction; times are seconds of the epoch."""

    store: Store
    webhook_faults: WebhookFaults
    account: str
    now: int
    origin: str
    request_id: str | None = None
    idempotency_key: str | None = None

    def add(self, body: Object, *, due_at: int | None = None, **private: object) -> Object:
        self.store.insert(self.account, body, due_at, private)
        return body

    def find(self, kind: str, object_id: str, *, param: str | None = None) -> Object:
        """Raises: ApiError where this Stripe account has no such object."""
        found = self.store.get(object_id, account=self.account)
        if found is None or found["object"] != kind:
            raise no_such(kind, object_id, param=param)
        return found

    def save(self, body: Object) -> Object:
        self.store.replace(body)
        return body

    def announce(self, event_type: str, body: Object, previous: Object | None = None) -> Object:
        """Keep an event with the object as it is now, and queue it for the endpoints."""
        data: Object = {"object": copy.deepcopy(body)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Object = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": event_type,
        }
        if self.store.rows("SELECT 1 FROM connections WHERE account = ?", self.account):
            event["account"] = self.account
        event["pending_webhooks"] = deliveries.queue(
            self.store, self.webhook_faults, self.account, event
        )
        return self.add(event)
