"""The inbox of Stripe's webhooks: verified, kept sealed, processed later by the worker."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.actions import Action
from audit.services import events
from billing import gateway
from billing.models import StripeAccount, WebhookEndpoint, WebhookEvent


class WrongAccount(Exception):
    """The event is of another Stripe account, or live where this practice is not."""


@transaction.atomic
def receive(*, endpoint_id: UUID, body: bytes, signature: str, now: datetime) -> UUID | None:
    """Keep a webhook in the inbox and return its row's id, or None if it is there already.

    Raises:
        gateway.BadSignature: no secret of the endpoint signed it.
        gateway.NotAnEvent: one did, but it is no event.
        WrongAccount: it is about another account or mode.
    """
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    secrets = [endpoint.signing_secret, endpoint.previous_secret]
    notice = gateway.read_webhook(body, signature, [secret for secret in secrets if secret])
    account = StripeAccount.objects.get()
    if notice.is_live != account.is_live or notice.account_id not in {"", account.connect_id}:
        raise WrongAccount("The event is not of this practice's account.")
    event, is_new = WebhookEvent.objects.get_or_create(
        stripe_id=notice.id,
        defaults={
            "endpoint": endpoint,
            "kind": notice.kind,
            "object_id": notice.object_id,
            "body": body.decode(),
            "received_at": now,
        },
    )
    if not is_new:
        return None
    events.record(Action.WEBHOOK_RECEIVED, target=event, kind=event.kind)
    return event.pk


@transaction.atomic
def close(*, event_id: UUID, outcome: str, now: datetime) -> None:
    """Take an event out of the inbox, saying in a word what became of it."""
    changed = WebhookEvent.objects.filter(pk=event_id, processed_at=None).update(
        processed_at=now, outcome=outcome
    )
    if changed:
        event = WebhookEvent.objects.get(pk=event_id)
        events.record(Action.WEBHOOK_PROCESSED, target=event, kind=event.kind, outcome=outcome)
