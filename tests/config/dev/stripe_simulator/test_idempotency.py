"""One key, one effect: however often and however fast it is sent."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import SECRET_KEY, Page, Running


def post(simulator: Running, path: str, body: str, key: str) -> Page:
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Idempotency-Key": key}
    return simulator.fetch("POST", path, body, headers)


def test_the_same_request_gets_the_same_answer(
    client: stripe.StripeClient, simulator: Running
) -> None:
    key = str(uuid4())

    first = post(simulator, "/v1/customers", "metadata[a]=1", key)
    again = post(simulator, "/v1/customers", "metadata[a]=1", key)

    assert first.text == again.text
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]
    assert len(client.v1.customers.list().data) == 1
    assert len(client.v1.events.list().data) == 1


def test_other_parameters_under_the_same_key_are_refused(client: stripe.StripeClient) -> None:
    key = str(uuid4())
    client.v1.customers.create({"description": "C-0001"}, {"idempotency_key": key})

    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.v1.customers.create({"description": "C-0002"}, {"idempotency_key": key})

    assert [c.description for c in client.v1.customers.list().data] == ["C-0001"]


def test_the_same_key_on_another_path_is_refused(simulator: Running) -> None:
    key = str(uuid4())
    post(simulator, "/v1/customers", "", key)

    other = post(simulator, "/v1/payment_intents", "amount=500&currency=usd", key)

    assert (other.status, other.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_decline_is_replayed_too(client: stripe.StripeClient) -> None:
    key = str(uuid4())

    def attempt() -> stripe.CardError:
        with pytest.raises(stripe.CardError) as declined:
            client.v1.payment_intents.create(
                {
                    "amount": 500,
                    "currency": "usd",
                    "payment_method": "pm_card_visa_chargeDeclined",
                    "payment_method_types": ["card"],
                    "confirm": True,
                },
                {"idempotency_key": key},
            )
        return declined.value

    assert attempt().json_body == attempt().json_body
    assert len(client.v1.charges.list().data) == 1


def test_a_request_that_was_not_understood_keeps_no_answer(
    client: stripe.StripeClient, simulator: Running
) -> None:
    key = str(uuid4())

    refused = post(simulator, "/v1/payment_intents", "amount=5&currency=usd", key)
    mended = post(simulator, "/v1/payment_intents", "amount=500&currency=usd", key)

    assert (refused.status, mended.status) == (400, 200)


def test_a_refusal_after_execution_is_kept(client: stripe.StripeClient, simulator: Running) -> None:
    charge, key = making.charge(client), str(uuid4())
    body = f"charge={charge}"
    client.v1.refunds.create({"charge": charge})

    first, again = (post(simulator, "/v1/refunds", body, key) for _ in range(2))

    assert first.json()["error"]["code"] == "charge_already_refunded"
    assert again.headers["idempotent-replayed"] == "true"


def test_a_key_in_use_is_a_conflict(client: stripe.StripeClient, simulator: Running) -> None:
    key = str(uuid4())
    simulator.control("faults", kind="slow", seconds=1.5, path="/v1/customers")

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(post, simulator, "/v1/customers", "", key)
        time.sleep(0.3)
        meanwhile = post(simulator, "/v1/customers", "", key)

    assert slow.result().status == 200
    assert (meanwhile.status, meanwhile.json()["error"]["code"]) == (
        409,
        "idempotency_key_in_use",
    )
    assert post(simulator, "/v1/customers", "", key).text == slow.result().text
    assert len(client.v1.customers.list().data) == 1


def test_the_same_key_in_two_accounts_is_two_keys(simulator: Running) -> None:
    key = str(uuid4())

    def create(account: str) -> Page:
        headers = {
            "Authorization": f"Bearer {SECRET_KEY}",
            "Idempotency-Key": key,
            "Stripe-Account": account,
        }
        return simulator.fetch("POST", "/v1/customers", "", headers)

    assert create("acct_harborlane").json()["id"] != create("acct_summitrow").json()["id"]
