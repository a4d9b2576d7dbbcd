"""Which path of the API is answered by which function."""

import re

from config.dev.stripe_simulator.calls import Resource
from config.dev.stripe_simulator.resources import (
    accounts,
    balance,
    charges,
    checkout,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    webhook_endpoints,
)

# Paths are written as in Stripe's OpenAPI, so that a test can look them up there.
ROUTES: dict[tuple[str, str], Resource] = {
    ("GET", "/v1/account"): accounts.retrieve_own,
    ("GET", "/v1/accounts/{account}"): accounts.retrieve,
    ("GET", "/v1/balance"): balance.balance,
    ("GET", "/v1/balance_transactions"): balance.listing,
    ("GET", "/v1/balance_transactions/{id}"): balance.retrieve,
    ("GET", "/v1/charges"): charges.listing,
    ("GET", "/v1/charges/{charge}"): charges.retrieve,
    ("GET", "/v1/checkout/sessions"): checkout.listing,
    ("POST", "/v1/checkout/sessions"): checkout.create,
    ("GET", "/v1/checkout/sessions/{session}"): checkout.retrieve,
    ("POST", "/v1/checkout/sessions/{session}/expire"): checkout.expire,
    ("GET", "/v1/checkout/sessions/{session}/line_items"): checkout.items,
    ("GET", "/v1/customers"): customers.listing,
    ("POST", "/v1/customers"): customers.create,
    ("GET", "/v1/customers/{customer}"): customers.retrieve,
    ("POST", "/v1/customers/{customer}"): customers.update,
    ("DELETE", "/v1/customers/{customer}"): customers.delete,
    ("GET", "/v1/customers/{customer}/payment_methods"): payment_methods.listing_of_customer,
    (
        "GET",
        "/v1/customers/{customer}/payment_methods/{payment_method}",
    ): payment_methods.retrieve_of_customer,
    ("GET", "/v1/disputes"): disputes.listing,
    ("GET", "/v1/disputes/{dispute}"): disputes.retrieve,
    ("GET", "/v1/events"): events.listing,
    ("GET", "/v1/events/{id}"): events.retrieve,
    ("GET", "/v1/payment_intents"): payment_intents.listing,
    ("POST", "/v1/payment_intents"): payment_intents.create,
    ("GET", "/v1/payment_intents/{intent}"): payment_intents.retrieve,
    ("POST", "/v1/payment_intents/{intent}/cancel"): payment_intents.cancel,
    ("POST", "/v1/payment_intents/{intent}/confirm"): payment_intents.confirm,
    ("GET", "/v1/payment_methods"): payment_methods.listing,
    ("GET", "/v1/payment_methods/{payment_method}"): payment_methods.retrieve,
    ("POST", "/v1/payment_methods/{payment_method}/attach"): payment_methods.attach,
    ("POST", "/v1/payment_methods/{payment_method}/detach"): payment_methods.detach,
    ("GET", "/v1/payouts"): payouts.listing,
    ("GET", "/v1/payouts/{payout}"): payouts.retrieve,
    ("GET", "/v1/refunds"): refunds.listing,
    ("POST", "/v1/refunds"): refunds.create,
    ("GET", "/v1/refunds/{refund}"): refunds.retrieve,
    ("GET", "/v1/setup_intents"): setup_intents.listing,
    ("GET", "/v1/setup_intents/{intent}"): setup_intents.retrieve,
    ("GET", "/v1/webhook_endpoints"): webhook_endpoints.listing,
    ("POST", "/v1/webhook_endpoints"): webhook_endpoints.create,
    ("GET", "/v1/webhook_endpoints/{webhook_endpoint}"): webhook_endpoints.retrieve,
    ("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}"): webhook_endpoints.delete,
}

_PATTERNS = [
    (method, re.compile(re.sub(r"\{\w+\}", r"(\\w+)", path)), resource)
    for (method, path), resource in ROUTES.items()
]


def resolve(method: str, path: str) -> tuple[Resource, tuple[str, ...]] | None:
    """The function for a path, and the ids in it."""
    for known_method, pattern, resource in _PATTERNS:
        if known_method == method and (match := pattern.fullmatch(path)):
            return resource, match.groups()
    return None
