"""What the worker does for card payments. A task opens short scopes round its one call."""

import json
import logging
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from billing import gateway
from billing.selectors import card_intents, days
from billing.services import checkout, webhooks

log = logging.getLogger(__name__)

WAITS_FOR_WORKER = timedelta(seconds=15)
WAITS_FOR_STRIPE = timedelta(seconds=60)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def process_webhook(*, practice_id: str, event_id: str, **_: object) -> str:
    """Read the present state of what a webhook is about, post it, and close the event."""
    practice = UUID(practice_id)
    with practice_scope(practice):
        event = card_intents.waiting_event(UUID(event_id))
        if event is None:
            return "done before"
        notice = gateway.notice_of(json.loads(event.body))
        checkout_id = card_intents.checkout_of(notice)
        speaker = checkout.credentials()
    outcome = "parked"
    if checkout_id:
        outcome = _settle(practice, gateway.fetch_checkout(speaker, checkout_id))
    with practice_scope(practice):
        webhooks.close(event_id=UUID(event_id), outcome=outcome, now=timezone.now())
    return outcome


def _settle(practice: UUID, found: gateway.Checkout) -> str:
    with practice_scope(practice):
        now = timezone.now()
        state = checkout.settle(
            checkout=found,
            received_on=days.day_of(now, days.zone()),
            now=now,
            by=members.automaton(),
        )
    return "not ours" if state is None else state.value.lower()


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def redrive(**_: object) -> None:
    """Wake what was left: a lost broker or a lost webhook loses nothing."""
    for practice_id in doors.practice_ids():
        redrive_practice.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def redrive_practice(*, practice_id: str, **_: object) -> None:
    """Process the waiting webhooks of one practice, and ask Stripe about its pending intents."""
    practice = UUID(practice_id)
    now = timezone.now()
    with practice_scope(practice):
        waiting = card_intents.waiting_events(before=now - WAITS_FOR_WORKER)
        pending = card_intents.pending(before=now - WAITS_FOR_STRIPE)
        speaker = checkout.credentials() if pending else None
    for event_id in waiting:
        process_webhook.delay(practice_id=practice_id, event_id=str(event_id))
    if speaker is not None:
        for intent in pending:
            try:
                _ask(practice, speaker, intent)
            except (gateway.Refused, gateway.Unclear, checkout.AmountDiffers) as failure:
                # The others are asked about all the same, and this one again next time.
                log.warning("Card intent %s stays open: %s", intent.id, type(failure).__name__)


def _ask(practice: UUID, speaker: gateway.Credentials, intent: card_intents.Pending) -> None:
    """Ask what became of an intent. What was answered unclearly is asked, never sent again."""
    if intent.checkout_id:
        _settle(practice, gateway.fetch_checkout(speaker, intent.checkout_id))
        return
    found = gateway.find_checkout(speaker, intent.id)
    with practice_scope(practice):
        state = checkout.State.OPEN if found else checkout.State.EXPIRED
        checkout.note(intent_id=intent.id, state=state, checkout_id=found.id if found else "")
