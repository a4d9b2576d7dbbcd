"""What goes wrong on the way: before or after the effect."""

from typing import Any

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import SECRET_KEY, Running


@pytest.fixture
def client(simulator: Running) -> stripe.StripeClient:
    """Unchecked, as broken answers agree with no specification."""
    return stripe.StripeClient(
        SECRET_KEY,
        base_addresses={"api": simulator.origin},
        http_client=stripe.RequestsClient(timeout=1.5),
        max_network_retries=0,
    )


@pytest.mark.parametrize("kind", ["reset", "cut", "stall"])
def test_before_the_effect_nothing_has_happened(
    client: stripe.StripeClient, simulator: Running, kind: str
) -> None:
    simulator.control("faults", kind=kind, moment="before", seconds=3, path="/v1/customers")

    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create()

    assert client.v1.customers.list().data == []


@pytest.mark.parametrize("kind", ["reset", "cut", "stall"])
def test_after_the_effect_a_retry_with_the_key_gets_the_answer(
    client: stripe.StripeClient, simulator: Running, kind: str
) -> None:
    simulator.control("faults", kind=kind, moment="after", seconds=3, path="/v1/payment_intents")
    told: Any = {"amount": 500, "currency": "usd", "payment_method": "pm_card_visa"}
    told |= {"confirm": True, "payment_method_types": ["card"]}

    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(told, {"idempotency_key": "k-1"})
    answer = client.v1.payment_intents.create(told, {"idempotency_key": "k-1"})

    assert answer.status == "succeeded"
    assert len(client.v1.charges.list().data) == 1


@pytest.mark.parametrize(
    ("kind", "error"), [("429", stripe.RateLimitError), ("500", stripe.APIError)]
)
@pytest.mark.parametrize(("moment", "made"), [("before", 0), ("after", 1)])
def test_a_refusal_says_nothing_of_the_effect(
    client: stripe.StripeClient,
    simulator: Running,
    kind: str,
    error: type[stripe.StripeError],
    moment: str,
    made: int,
) -> None:
    simulator.control("faults", kind=kind, moment=moment)

    with pytest.raises(error):
        client.v1.customers.create()

    assert len(client.v1.customers.list().data) == made


def test_a_fault_meets_so_many_calls_of_its_path_and_method(
    client: stripe.StripeClient, simulator: Running
) -> None:
    simulator.control("faults", kind="500", method="POST", path="/v1/customers", times=2)

    making.charge(client)
    client.v1.customers.list()
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.customers.create()

    assert client.v1.customers.create().id
    assert simulator.look("faults") == {"faults": [], "webhook_faults": []}


def test_a_fault_with_a_chance_is_repeatable(
    client: stripe.StripeClient, simulator: Running
) -> None:
    def met(seed: int) -> list[bool]:
        simulator.control("faults", kind="500", chance=0.3, times=None, seed=seed)
        answers = [
            simulator.fetch("GET", "/v1/balance", headers={"Authorization": f"Bearer {SECRET_KEY}"})
            for _ in range(40)
        ]
        simulator.fetch("DELETE", "/_sim/faults")
        return [answer.status == 500 for answer in answers]

    first = met(7)

    assert first == met(7) != met(8)
    assert 3 < sum(first) < 25


def test_the_log_tells_every_request_and_its_fault(
    client: stripe.StripeClient, simulator: Running
) -> None:
    simulator.control("faults", kind="reset", moment="after")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"metadata": {"ref": "r-1"}}, {"idempotency_key": "k-9"})
    client.v1.customers.create({"metadata": {"ref": "r-1"}}, {"idempotency_key": "k-9"})

    lost, replayed = simulator.look("requests?method=POST&path=/v1/customers")["requests"]

    assert (lost["path"], lost["params"]) == ("/v1/customers", {"metadata": {"ref": "r-1"}})
    assert (lost["idempotency_key"], lost["status"], lost["fault"]) == ("k-9", None, "reset after")
    assert (replayed["status"], replayed["replayed"], replayed["fault"]) == (200, True, "")
    assert replayed["account"] == client.v1.accounts.retrieve_current().id


@pytest.mark.parametrize(
    "told", ['{"kind": "flood"}', '{"kind": "reset", "moment": "never"}', "[]", "{", '{"no": 1}']
)
def test_a_switch_that_does_not_exist_is_refused(simulator: Running, told: str) -> None:
    answer = simulator.fetch("POST", "/_sim/faults", told, {"Content-Type": "application/json"})

    assert answer.status == 400
    assert simulator.look("faults")["faults"] == []
