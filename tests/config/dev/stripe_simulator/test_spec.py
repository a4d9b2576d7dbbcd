"""The checks against Stripe's OpenAPI find what is wrong, and every route of ours is in it."""

from typing import Any

import pytest
import stripe

from config.dev.stripe_simulator.merchant import API_VERSION
from config.dev.stripe_simulator.parameters import Tree
from config.dev.stripe_simulator.routes import ROUTES
from tests.config.dev.stripe_simulator import making, spec
from tests.config.dev.stripe_simulator.running import CheckedTransport, Running, checked_client


def test_the_specification_is_of_the_version_that_the_library_speaks() -> None:
    assert spec.official()["info"]["version"] == API_VERSION
    assert stripe.api_version == API_VERSION


@pytest.mark.parametrize(("method", "path"), sorted(ROUTES))
def test_every_route_is_one_of_stripes(method: str, path: str) -> None:
    assert method.lower() in spec.official()["paths"][path]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"amount": "12.00"}, "is not of type 'integer'"),
        ({"status": "lost"}, "is not one of"),
        ({"livemode": None}, "is not of type 'boolean'"),
        ({"client_name": "x"}, "unexpected"),
        ({"payment_method_details": {"type": "card", "card": {}}}, "exp_month"),
    ],
)
def test_a_wrong_object_is_found(
    client: stripe.StripeClient, change: dict[str, object], problem: str
) -> None:
    charge = client.v1.charges.retrieve(making.charge(client)).to_dict()

    assert spec.object_problems(charge) == []
    assert problem in " ".join(spec.object_problems(charge | change))


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"amount": "x", "currency": "usd"}, "is not of type 'integer'"),
        ({"amount": "100"}, "'currency' is a required property"),
        ({"amount": "100", "currency": "usd", "name": "x"}, "unexpected"),
        ({"amount": "100", "currency": "usd", "confirm": "yes"}, "is not of type 'boolean'"),
        ({"amount": "100", "currency": "usd", "metadata": {"a": {"b": "c"}}}, "metadata"),
    ],
)
def test_wrong_parameters_are_found(params: Any, problem: str) -> None:
    problems = spec.request_problems("POST", "/v1/payment_intents", params)

    assert problem in " ".join(problems)


def test_right_parameters_are_not_found_wrong() -> None:
    intent: Tree = {
        "amount": "100",
        "currency": "usd",
        "confirm": "true",
        "expand": {"0": "customer"},
    }

    assert spec.request_problems("POST", "/v1/payment_intents", intent) == []
    assert spec.request_problems("GET", "/v1/charges", {"created": {"gte": "5"}}) == []
    assert spec.request_problems("GET", "/v1/charges", {"created": "5", "limit": "3"}) == []


def test_a_path_that_stripe_does_not_have_is_found() -> None:
    assert spec.request_problems("GET", "/v1/invoicing", {}) == [
        "GET /v1/invoicing is not in Stripe's specification"
    ]


def test_a_walk_through_a_payment_agrees_with_the_specification(
    simulator: Running,
) -> None:
    transport = CheckedTransport()
    with checked_client(simulator.origin, transport=transport) as client:
        customer = client.v1.customers.create({"description": "C-0182"})
        simulator.pay(making.session(client, customer=customer.id).url)
        simulator.control(f"charges/{making.charge(client)}/dispute")
        simulator.control("payouts", account=client.v1.accounts.retrieve_current().id)
        everything = client.v1.balance_transactions.list({"expand": ["data.source"]})
        known = client.v1.events.list({"limit": 100})

    assert {type(item.source).__name__ for item in everything.data} == {
        "Charge",
        "Dispute",
        "Payout",
    }
    assert {event.type for event in known.data} <= spec.event_types()
    assert transport.requests_checked == transport.answers_checked == 6
