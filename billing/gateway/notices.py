"""What Stripe sends by itself: verified, and read no further than who is meant."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from billing.gateway.talking import INTENT, is_signed, our_id

SIGNATURE_SECONDS = 300


class BadSignature(Exception):
    """A webhook's signature does not match any secret, or is too old."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a verified webhook says: which event, of which kind, about which object."""

    id: str
    kind: str
    object_id: str
    intent_id: UUID | None
    is_live: bool
    account_id: str


def read_webhook(body: bytes, signature: str, secrets: list[str]) -> Notice:
    """Return what a webhook says, if one of the secrets signed it in the last five minutes.

    Raises:
        BadSignature: none did, or the body is not an event.
    """
    for secret in secrets:
        try:
            if is_signed(body.decode(), signature, secret, within_seconds=SIGNATURE_SECONDS):
                return notice_of(json.loads(body))
        except (ValueError, LookupError, TypeError):
            continue
    raise BadSignature


def notice_of(event: Mapping[str, Any]) -> Notice:
    """Return what an event that was verified before says."""
    about = event["data"]["object"]
    return Notice(
        id=event["id"],
        kind=event["type"],
        object_id=about.get("id") or "",
        intent_id=our_id((about.get("metadata") or {}).get(INTENT)),
        is_live=bool(event.get("livemode")),
        account_id=event.get("account") or "",
    )
