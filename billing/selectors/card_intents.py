"""Reads of card intents and of the inbox of webhooks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from billing.gateway import Notice
from billing.models import CardIntent, PayLink, WebhookEvent
from billing.selectors import payers
from clients.models import Client
from clients.selectors import families
from ledger.money import Money

BATCH = 100
PENDING = [CardIntent.State.CREATED, CardIntent.State.OPEN, CardIntent.State.UNKNOWN]


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
    rows = CardIntent.objects.filter(state__in=PENDING, created_at__lt=before)
    return [Pending(row.pk, row.checkout_id) for row in rows.order_by("created_at", "id")[:BATCH]]


def of_payer(records: Collection[UUID], *, by_link: bool = False) -> list[Pending]:
    """Return the pages on which a person could still pay; ``by_link``: of pay links only."""
    whose = Q(client__in=records)
    if not by_link:
        whose |= Q(invoice__client__in=records)
    rows = CardIntent.objects.filter(whose, state__in=PENDING)
    return [Pending(row.pk, row.checkout_id) for row in rows.order_by("created_at", "id")]


def same(link: PayLink, amount: Money) -> UUID | None:
    """Return the intent of a link over this very amount that could still be paid, if there is.

    Of a person with several records it is one for the record that is paid next.
    """
    record = payers.owed_by(families.records_of(link.payer)).record_id
    found = CardIntent.objects.filter(
        pay_link=link, client=record, amount=amount, state__in=PENDING
    )
    return found.values_list("pk", flat=True).first()


def outgrown() -> list[Pending]:
    """Return the pages of pay links on which more could be paid than is owed by now for their own
    record: money was taken otherwise meanwhile.
    """
    rows = CardIntent.objects.filter(client__isnull=False, state__in=PENDING)
    return [
        Pending(row.pk, row.checkout_id)
        for row in rows.select_related("client__merged_into").order_by("created_at", "id")[:BATCH]
        if row.amount > _most(row.payer)
    ]


def _most(payer: Client) -> Money:
    records = families.records_of(payer.merged_into or payer)
    return payers.owed_by(records, record=payer.pk).most


def get(intent_id: UUID) -> CardIntent | None:
    """Return a card intent of the practice in scope."""
    return CardIntent.objects.filter(pk=intent_id).first()
