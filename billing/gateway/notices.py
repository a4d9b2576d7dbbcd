"""What Stripe sends by itself: verified, and read no further than who is meant."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from billing.gateway.talking import INTENT, is_signed, our_id

SIGNATURE_SECONDS = 300
WORD = re.compile(r"[A-Za-z0-9_.]{1,100}")
"""What Stripe names events and accounts by, and the names of kinds of events."""

OBJECT = re.compile(r"[!-~]{1,255}")
"""What it names other objects by. Some are named by their owner, such as coupons."""


class BadSignature(Exception):
    """A webhook's signature does not match any secret, or is too old."""


class NotAnEvent(Exception):
    """What was signed is no event of Stripe."""


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
        BadSignature: none did.
        NotAnEvent: one did, but the body is no event of Stripe.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadSignature from None
    signed = (is_signed(text, signature, one, within_seconds=SIGNATURE_SECONDS) for one in secrets)
    if not any(signed):
        raise BadSignature
    try:
        return notice_of(json.loads(text))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NotAnEvent from None


def notice_of(event: Mapping[str, Any]) -> Notice:
    """Return what an event says. ``object_id`` is "" for a name that could be none of ours.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it has not the shape of one.
    """
    about = event["data"]["object"]
    return Notice(
        id=_word(event["id"]),
        kind=_word(event["type"]),
        object_id=_object(about.get("id") or ""),
        intent_id=our_id((about.get("metadata") or {}).get(INTENT)),
        is_live=bool(event.get("livemode")),
        account_id=_word(event["account"]) if event.get("account") else "",
    )


def _word(told: str) -> str:
    if WORD.fullmatch(told) is None:
        raise ValueError("An id of Stripe has other characters, or too many.")
    return told


def _object(told: str) -> str:
    return told if OBJECT.fullmatch(told) else ""
