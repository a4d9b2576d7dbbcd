"""A practice that takes cash and cards, with a card company of its own in a thread."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing import gateway, tasks
from billing.models import Invoice, WebhookEvent
from billing.services import card_accounts, checkout, webhooks
from clients.models import Client
from tests.attacks.furnishing import signature
from tests.billing import desk as at
from tests.config.dev.stripe_simulator.running import Running, running
from tests.houses import House

SIGNING_SECRET = "whsec_of_these_tests_only"
State = checkout.State


@dataclass(frozen=True, slots=True)
class Till:
    """Where money is taken: the practice, its clients, its endpoint, and the card company."""

    house: House
    clients: list[Client]
    endpoint_id: UUID
    simulator: Running

    @property
    def by(self) -> Membership:
        return self.house.people["front-desk"]

    def open_page(self, invoice_id: UUID) -> gateway.Checkout | None:
        """Do what the page that starts a card payment does; return the hosted page, or None
        if the card company refused or did not answer clearly.
        """
        with practice_scope(self.house.id):
            invoice = Invoice.objects.get(pk=invoice_id)
            opening = checkout.intend(invoice=invoice, now=at.NOW, by=self.by)
            request = gateway.checkout_request(
                intent_id=opening.intent_id,
                amount=opening.amount,
                success_url="https://practice.example/back/",
                cancel_url="https://practice.example/",
            )
            asked = gateway.request_hash(request)
            checkout.note(intent_id=opening.intent_id, state=State.CREATED, request_hash=asked)
        if opening.checkout_id:
            return gateway.fetch_checkout(opening.credentials, opening.checkout_id)
        try:
            made = gateway.open_checkout(
                opening.credentials, request, idempotency_key=str(opening.intent_id)
            )
        except (gateway.Unclear, gateway.Refused) as failure:
            is_refused = isinstance(failure, gateway.Refused)
            self.note(opening, State.REFUSED if is_refused else State.UNKNOWN)
            return None
        self.note(opening, State.OPEN, made.id)
        return made

    def note(self, opening: checkout.Opening, state: State, page: str = "") -> None:
        with practice_scope(self.house.id):
            checkout.note(intent_id=opening.intent_id, state=state, checkout_id=page)

    def pay(self, page: gateway.Checkout) -> gateway.Checkout:
        """Pay on the hosted page; return what the card company says of it afterwards."""
        self.simulator.pay(page.url)
        with practice_scope(self.house.id):
            speaker = checkout.credentials()
        return gateway.fetch_checkout(speaker, page.id)

    def report(self, checkout_id: str, event_id: str = "") -> None:
        """Tell the inbox that a page was paid, as Stripe would."""
        event = {
            "id": event_id or f"evt_{uuid4().hex}",
            "type": "checkout.session.completed",
            "livemode": False,
            "data": {"object": {"id": checkout_id, "object": "checkout.session"}},
        }
        body = json.dumps(event).encode()
        with practice_scope(self.house.id):
            webhooks.receive(
                endpoint_id=self.endpoint_id,
                body=body,
                signature=signature(body, SIGNING_SECRET),
                now=timezone.now(),
            )

    def work(self) -> None:
        """Do what the worker would: process every waiting webhook."""
        with practice_scope(self.house.id):
            waiting = list(
                WebhookEvent.objects.filter(processed_at=None).values_list("id", flat=True)
            )
        for event_id in waiting:
            tasks.process_webhook(practice_id=str(self.house.id), event_id=str(event_id))


@contextmanager
def till_of(house: House, folder: Path, names: list[str]) -> Iterator[Till]:
    """Open the books and the card account of a founded practice with these clients."""
    endpoint, by = uuid7(), house.people["front-desk"]
    with practice_scope(house.id):
        at.open_books(by)
        clients = [at.client(by, name) for name in names]
        secret_key = f"sk_test_{uuid4().hex}"
        card_accounts.connect(secret_key=secret_key, is_live=False, now=at.NOW, by=by)
        card_accounts.listen(endpoint_id=endpoint, signing_secret=SIGNING_SECRET, now=at.NOW, by=by)
    with running(folder / "simulator.sqlite3") as simulator:
        yield Till(house, clients, endpoint, simulator)
