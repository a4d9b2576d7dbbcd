"""The only module that speaks Stripe. It is never called inside a database transaction.

Only opaque ids and constant words leave the house: Stripe's agreement covers no PHI.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings
from django.db import connection
from stripe._http_client import RequestsClient

from ledger.money import ZERO, Money

CALL_SECONDS = 10
SIGNATURE_SECONDS = 300
LINE_WORDS = "Invoice"
INTENT = "intent"


class Unclear(Exception):
    """Stripe did not answer, or not in a way that tells whether it acted."""


class Refused(Exception):
    """Stripe refused the request; nothing happened there."""


class BadSignature(Exception):
    """A webhook's signature does not match any secret, or is too old."""


class InsideTransaction(Exception):
    """The gateway was called while a database transaction was open."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to speak for one practice."""

    secret_key: str = field(repr=False)
    connect_id: str = ""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A hosted payment page, as Stripe holds it now. ``fee`` is None until Stripe has booked it.

    ``card_end`` is the card's last four digits, "" until it was charged.
    """

    id: str
    intent_id: UUID | None
    url: str
    is_paid: bool
    is_expired: bool
    amount: Money
    fee: Money | None
    card_end: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a verified webhook says: which event, of which kind, about which object."""

    id: str
    kind: str
    object_id: str
    intent_id: UUID | None
    is_live: bool
    account_id: str


def checkout_request(
    *, intent_id: UUID, amount: Money, success_url: str, cancel_url: str
) -> dict[str, Any]:
    """Return everything that Stripe is told about one card payment."""
    return {
        "mode": "payment",
        "client_reference_id": str(intent_id),
        "success_url": success_url,
        "cancel_url": cancel_url,
        "metadata": {INTENT: str(intent_id)},
        "payment_intent_data": {"metadata": {INTENT: str(intent_id)}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": amount.cents,
                    "product_data": {"name": LINE_WORDS},
                },
            }
        ],
    }


def request_hash(request: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of a request, so that a key is never used for another one."""
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).digest()


def open_checkout(
    credentials: Credentials, request: Mapping[str, Any], *, idempotency_key: str
) -> Checkout:
    """Open a hosted payment page; the same key gives the same page.

    Raises:
        Refused: Stripe refused.
        Unclear: it did not answer clearly; ask before sending again.
    """
    options: Any = {**_options(credentials), "idempotency_key": idempotency_key}
    sessions = _client(credentials).v1.checkout.sessions
    return _checkout(_call(lambda: sessions.create(dict(request), options)))  # type: ignore[arg-type]  # the typed dict of the library


def fetch_checkout(credentials: Credentials, checkout_id: str) -> Checkout:
    """Return the present state of a hosted payment page, with Stripe's fee when it is booked.

    Raises:
        Refused: there is no such page.
        Unclear: Stripe did not answer clearly.
    """
    sessions = _client(credentials).v1.checkout.sessions
    expand: Any = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    return _checkout(_call(lambda: sessions.retrieve(checkout_id, expand, _options(credentials))))


def expire_checkout(credentials: Credentials, checkout_id: str) -> Checkout:
    """Let nobody pay on a hosted payment page any more, and return it.

    Raises:
        Refused: it is paid or over already.
        Unclear: Stripe did not answer clearly.
    """
    sessions = _client(credentials).v1.checkout.sessions
    return _checkout(_call(lambda: sessions.expire(checkout_id, {}, _options(credentials))))


def find_checkout(
    credentials: Credentials, intent_id: UUID, *, recent: int = 100
) -> Checkout | None:
    """Return the newest page opened for an intent, after an answer that was not clear."""
    sessions = _client(credentials).v1.checkout.sessions
    page = _call(lambda: sessions.list({"limit": recent}, _options(credentials)))
    mine = [found for found in page.data if found.client_reference_id == str(intent_id)]
    return fetch_checkout(credentials, mine[0].id) if mine else None


def read_webhook(body: bytes, signature: str, secrets: list[str]) -> Notice:
    """Return what a webhook says, if one of the secrets signed it in the last five minutes.

    Raises:
        BadSignature: none did, or the body is not an event.
    """
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(  # type: ignore[no-untyped-call]  # untyped in the library
                body.decode(), signature, secret, tolerance=SIGNATURE_SECONDS
            )
            return notice_of(json.loads(body))
        except (ValueError, LookupError, TypeError, stripe.SignatureVerificationError):
            continue
    raise BadSignature


def notice_of(event: Mapping[str, Any]) -> Notice:
    """Return what an event that was verified before says."""
    about = event["data"]["object"]
    return Notice(
        id=event["id"],
        kind=event["type"],
        object_id=about.get("id") or "",
        intent_id=_uuid((about.get("metadata") or {}).get(INTENT)),
        is_live=bool(event.get("livemode")),
        account_id=event.get("account") or "",
    )


def _client(credentials: Credentials) -> stripe.StripeClient:
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise InsideTransaction("Leave the scope before speaking to Stripe.")
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        credentials.secret_key,
        base_addresses={"api": settings.STRIPE_API_BASE},
        max_network_retries=0,
        http_client=RequestsClient(timeout=CALL_SECONDS),
    )


def _options(credentials: Credentials) -> Any:
    return {"stripe_account": credentials.connect_id} if credentials.connect_id else {}


def _call(request: Any) -> Any:
    try:
        return request()
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise Unclear(type(error).__name__) from None
    except stripe.StripeError as error:
        raise Refused(error.code or type(error).__name__) from None


def _checkout(session: Any) -> Checkout:
    return Checkout(
        id=session.id,
        intent_id=_uuid(session.client_reference_id),
        url=session.url or "",
        is_paid=session.payment_status == "paid",
        is_expired=session.status == "expired",
        amount=Money(session.amount_total or 0),
        fee=_fee(session.payment_intent),
        card_end=_card_end(session.payment_intent),
    )


def _card_end(payment_intent: Any) -> str:
    charge = getattr(payment_intent, "latest_charge", None)
    card = getattr(getattr(charge, "payment_method_details", None), "card", None)
    return getattr(card, "last4", None) or ""


def _fee(payment_intent: Any) -> Money | None:
    charge = getattr(payment_intent, "latest_charge", None)
    booked = getattr(charge, "balance_transaction", None)
    fee = getattr(booked, "fee", None)
    return None if fee is None else Money(fee) if fee else ZERO


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
