"""Reads of card intents and of the inbox of webhooks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.gateway import Notice
from billing.models import CardIntent, WebhookEvent

BATCH = 100


@dataclass(frozen=True, slots=True)
class Pending:
    """An intent whose end is not known yet."""

    id: UUID
    checkout_id: str


def waiting_event(event_id: UUID) -> WebhookEvent | None:
    """Return an event that nobody has dealt with yet."""
    return WebhookEvent.objects.filter(pk=event_id, processed_at=None).first()


def waiting_events(*, before: datetime) -> list[UUID]:
    """Return the ids of events that wait since before a moment, oldest first."""
    waiting = WebhookEvent.objects.filter(processed_at=None, received_at__lt=before)
    return list(waiting.order_by("received_at", "id").values_list("id", flat=True)[:BATCH])


def checkout_of(notice: Notice) -> str:
    """Return the id of the hosted page that an event is about, or "" if it is none of ours."""
    if notice.kind.startswith("checkout.session."):
        return notice.object_id
    intent = CardIntent.objects.filter(pk=notice.intent_id).first() if notice.intent_id else None
    return intent.checkout_id if intent else ""


def pending(*, before: datetime) -> list[Pending]:
    """Return the intents that wait for Stripe since before a moment, oldest first."""
    states = [CardIntent.State.CREATED, CardIntent.State.OPEN, CardIntent.State.UNKNOWN]
    rows = CardIntent.objects.filter(state__in=states, created_at__lt=before)
    return [Pending(row.pk, row.checkout_id) for row in rows.order_by("created_at", "id")[:BATCH]]


def get(intent_id: UUID) -> CardIntent | None:
    """Return a card intent of the practice in scope."""
    return CardIntent.objects.filter(pk=intent_id).first()
