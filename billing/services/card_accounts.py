"""The practice's Stripe account, and the address at which Stripe reports to it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import StripeAccount, WebhookEndpoint


@transaction.atomic
def connect(*, secret_key: str, is_live: bool, now: datetime, by: Membership) -> StripeAccount:
    """Let the practice take cards through its own Stripe account, by a restricted key."""
    account = StripeAccount.objects.create(
        secret_key=secret_key, is_live=is_live, connected_at=now, connected_by=by
    )
    events.record(Action.CARD_ACCOUNT_CONNECTED, target=account)
    return account


@transaction.atomic
def listen(
    *, endpoint_id: UUID, signing_secret: str, now: datetime, by: Membership
) -> WebhookEndpoint:
    """Accept webhooks at an endpoint that Stripe was told of."""
    endpoint = WebhookEndpoint.objects.create(
        id=endpoint_id, signing_secret=signing_secret, opened_at=now, opened_by=by
    )
    events.record(Action.WEBHOOK_ENDPOINT_CREATED, target=endpoint)
    return endpoint
