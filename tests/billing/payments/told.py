"""All that Stripe may be told, and a way to read what it was told."""

from collections.abc import Iterator
from typing import Any

FIELDS = {
    "POST /v1/checkout/sessions": {
        "mode",
        "client_reference_id",
        "success_url",
        "cancel_url",
        "metadata.intent",
        "payment_intent_data.metadata.intent",
        "line_items.quantity",
        "line_items.price_data.currency",
        "line_items.price_data.unit_amount",
        "line_items.price_data.product_data.name",
    },
    "GET /v1/checkout/sessions": {"limit"},
    "GET /v1/checkout/sessions/…": {"expand"},
    "POST /v1/checkout/sessions/…/expire": set(),
}
"""All that Stripe is ever told, by the kind of request: amounts, ids of ours, constant words."""


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the name and value of every field of a request, without the numbers of lists."""
    if isinstance(value, dict):
        for key, inside in value.items():
            of_list = str(key).isdecimal()
            yield from flat(inside, name if of_list else f"{name}.{key}".strip("."))
    elif isinstance(value, list):
        for inside in value:
            yield from flat(inside, name)
    else:
        yield name, value
