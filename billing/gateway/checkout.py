"""Hosted payment pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from billing.gateway.talking import INTENT, Credentials, call, client_for, options_for, our_id
from ledger.money import ZERO, Money

LINE_WORDS = "Invoice"


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


def open_checkout(
    credentials: Credentials, request: Mapping[str, Any], *, idempotency_key: str
) -> Checkout:
    """Open a hosted payment page; the same key gives the same page.

    Raises:
        Refused: Stripe refused.
        Unclear: it did not answer clearly; ask before sending again.
    """
    options: Any = {**options_for(credentials), "idempotency_key": idempotency_key}
    sessions = client_for(credentials).v1.checkout.sessions
    return _checkout(call(lambda: sessions.create(dict(request), options)))  # type: ignore[arg-type]  # the typed dict of the library


def fetch_checkout(credentials: Credentials, checkout_id: str) -> Checkout:
    """Return the present state of a hosted payment page, with Stripe's fee when it is booked.

    Raises:
        Refused: there is no such page.
        Unclear: Stripe did not answer clearly.
    """
    sessions = client_for(credentials).v1.checkout.sessions
    expand: Any = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    return _checkout(call(lambda: sessions.retrieve(checkout_id, expand, options_for(credentials))))


def expire_checkout(credentials: Credentials, checkout_id: str) -> Checkout:
    """Let nobody pay on a hosted payment page any more, and return it.

    Raises:
        Refused: it is paid or over already.
        Unclear: Stripe did not answer clearly.
    """
    sessions = client_for(credentials).v1.checkout.sessions
    return _checkout(call(lambda: sessions.expire(checkout_id, {}, options_for(credentials))))


def find_checkout(
    credentials: Credentials, intent_id: UUID, *, recent: int = 100
) -> Checkout | None:
    """Return the newest page opened for an intent, after an answer that was not clear."""
    sessions = client_for(credentials).v1.checkout.sessions
    page = call(lambda: sessions.list({"limit": recent}, options_for(credentials)))
    mine = [found for found in page.data if found.client_reference_id == str(intent_id)]
    return fetch_checkout(credentials, mine[0].id) if mine else None


def _checkout(session: Any) -> Checkout:
    return Checkout(
        id=session.id,
        intent_id=our_id(session.client_reference_id),
        url=session.url or "",
        is_paid=session.payment_status == "paid",
        is_expired=session.status == "expired",
        amount=Money(session.amount_total or 0),
        fee=fee_of(session.payment_intent),
        card_end=card_end_of(session.payment_intent),
    )


def card_end_of(payment_intent: Any) -> str:
    """Return the last four digits of the card that was charged, "" before that."""
    charge = getattr(payment_intent, "latest_charge", None)
    card = getattr(getattr(charge, "payment_method_details", None), "card", None)
    return getattr(card, "last4", None) or ""


def fee_of(payment_intent: Any) -> Money | None:
    """Return Stripe's fee in cents, None until Stripe has booked it."""
    charge = getattr(payment_intent, "latest_charge", None)
    booked = getattr(charge, "balance_transaction", None)
    fee = getattr(booked, "fee", None)
    return None if fee is None else Money(fee) if fee else ZERO
