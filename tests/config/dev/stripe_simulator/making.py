"""The objects that the tests begin with."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import stripe

CANCEL_URL = "http://127.0.0.1:9/back"
SUCCESS_URL = "http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}"


def session(client: stripe.StripeClient, cents: int = 12_000, **more: Any) -> Any:
    """An open Checkout session over one line."""
    told: Any = {
        "mode": "payment",
        "success_url": SUCCESS_URL,
        "cancel_url": CANCEL_URL,
        "line_items": [
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": cents,
                    "product_data": {"name": "Invoice INV-2026-0007"},
                },
                "quantity": 1,
            }
        ],
        "payment_intent_data": {"description": "Payment", "metadata": {"intent": "i-0007"}},
    }
    return client.v1.checkout.sessions.create(told | more)


def setup_session(client: stripe.StripeClient, customer: str) -> Any:
    return client.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "currency": "usd",
            "customer": customer,
            "success_url": SUCCESS_URL,
            "cancel_url": CANCEL_URL,
        }
    )


def payment(
    client: stripe.StripeClient, cents: int = 12_000, card: str = "pm_card_visa", **more: Any
) -> Any:
    """A payment intent, confirmed at once."""
    told: Any = {
        "amount": cents,
        "currency": "usd",
        "payment_method": card,
        "payment_method_types": ["card"],
        "confirm": True,
    }
    return client.v1.payment_intents.create(told | more)


def charge(client: stripe.StripeClient, cents: int = 12_000, card: str = "pm_card_visa") -> str:
    """The id of a charge that succeeded."""
    return str(payment(client, cents, card).latest_charge)


def listen(client: stripe.StripeClient, url: str, *types: str) -> Any:
    """A webhook endpoint, with its secret."""
    told: Any = {"url": url, "enabled_events": list(types or ("*",))}
    return client.v1.webhook_endpoints.create(told)


def kept(state: Path) -> list[dict[str, Any]]:
    """Every object in a state file whose simulator has ended."""
    with closing(sqlite3.connect(state)) as database:
        return [json.loads(row[0]) for row in database.execute("SELECT body FROM objects")]
