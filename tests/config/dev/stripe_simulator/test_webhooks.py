"""Events: signed, in order, again until they are taken, and whatever the switches do to them."""

import json

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import (
    Receiver,
    Running,
    checked_client,
    eventually,
)


def test_a_payment_is_announced_in_order_and_signed(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    endpoint = making.listen(client, receiver.url)

    simulator.pay(making.session(client).url)

    eventually(lambda: len(receiver.arrived) == 5)
    assert receiver.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
        "checkout.session.completed",
    ]
    for body, signature in receiver.arrived:
        event = stripe.Webhook.construct_event(body, signature, endpoint.secret)  # type: ignore[no-untyped-call]
        assert event.api_version == stripe.api_version
        assert "account" not in json.loads(body)
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, signature, "whsec_other")  # type: ignore[no-untyped-call]


def test_an_endpoint_gets_what_it_asked_for(
    client: stripe.StripeClient, receiver: Receiver
) -> None:
    making.listen(client, receiver.url, "charge.succeeded", "refund.created")

    charge = making.charge(client)
    client.v1.refunds.create({"charge": charge})

    eventually(lambda: len(receiver.arrived) == 2)
    assert receiver.types() == ["charge.succeeded", "refund.created"]


def test_an_event_is_sent_again_until_it_is_taken(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    making.listen(client, receiver.url, "customer.created")
    receiver.answers[:] = [500, 400]

    customer = client.v1.customers.create()

    eventually(lambda: len(receiver.arrived) == 3)
    assert {event["data"]["object"]["id"] for event in receiver.events()} == {customer.id}
    eventually(lambda: simulator.look("deliveries")["pending"] == 0)
    (delivery,) = simulator.look("deliveries")["deliveries"]
    assert (delivery["state"], delivery["attempts"], delivery["outcome"]) == (
        "delivered",
        3,
        "200",
    )
    assert client.v1.events.list().data[0].pending_webhooks == 0


def test_an_event_that_is_not_taken_does_not_hold_up_the_next(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    making.listen(client, receiver.url, "customer.created")
    receiver.answers[:] = [503]
    simulator.control("webhook_faults", kind="withhold", times=2)
    first, second = client.v1.customers.create(), client.v1.customers.create()

    simulator.control("deliveries/release")

    eventually(lambda: len(receiver.arrived) == 3)
    ids = [event["data"]["object"]["id"] for event in receiver.events()]
    assert ids == [first.id, second.id, first.id]


def test_a_platform_hears_of_its_connected_accounts(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["customer.created"], "connect": True}
    )
    client.v1.customers.create()

    with checked_client(simulator.origin, account="acct_harborlane") as connected:
        connected.v1.customers.create()

    eventually(lambda: len(receiver.arrived) == 1)
    assert receiver.events()[0]["account"] == "acct_harborlane"


def test_an_account_hears_of_itself_without_its_name(
    simulator: Running, receiver: Receiver
) -> None:
    with checked_client(simulator.origin, account="acct_harborlane") as connected:
        making.listen(connected, receiver.url)

        connected.v1.customers.create()

    eventually(lambda: len(receiver.arrived) == 1)
    assert "account" not in receiver.events()[0]


def test_a_deleted_endpoint_gets_nothing_more(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    endpoint = making.listen(client, receiver.url)
    receiver.answers[:] = [500] * 50
    client.v1.customers.create()
    eventually(lambda: len(receiver.arrived) > 0)

    client.v1.webhook_endpoints.delete(endpoint.id)

    assert simulator.look("deliveries")["pending"] == 0
    assert client.v1.webhook_endpoints.list().data == []


def test_the_secret_is_told_once(client: stripe.StripeClient, receiver: Receiver) -> None:
    endpoint = making.listen(client, receiver.url)

    assert endpoint.secret.startswith("whsec_")
    assert "secret" not in client.v1.webhook_endpoints.retrieve(endpoint.id).to_dict()


@pytest.mark.parametrize(
    "url", ["https://billing.example.com/hook", "http://10.0.0.1/", "ftp://localhost/", "hook"]
)
def test_events_stay_on_this_machine(client: stripe.StripeClient, url: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"127\.0\.0\.1"):
        making.listen(client, url)


def test_a_dropped_event_never_arrives_and_is_listed(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    making.listen(client, receiver.url)
    simulator.control("webhook_faults", kind="drop", pattern="charge.*", times=None)

    making.charge(client)

    eventually(lambda: len(receiver.arrived) == 2)
    assert receiver.types() == ["payment_intent.created", "payment_intent.succeeded"]
    assert len(client.v1.events.list({"type": "charge.*"}).data) == 2


def test_a_duplicated_event_arrives_twice_with_one_id(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    making.listen(client, receiver.url)
    simulator.control("webhook_faults", kind="duplicate")

    client.v1.customers.create()

    eventually(lambda: len(receiver.arrived) == 2)
    first, second = receiver.events()
    assert first["id"] == second["id"]


def test_reordered_events_arrive_backwards(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    making.listen(client, receiver.url)
    simulator.control("webhook_faults", kind="reorder", times=3)

    made = [client.v1.customers.create().id for _ in range(3)]

    eventually(lambda: len(receiver.arrived) == 3)
    assert [event["data"]["object"]["id"] for event in receiver.events()] == made[::-1]


def test_withheld_events_arrive_when_they_are_released(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    making.listen(client, receiver.url)
    simulator.control("webhook_faults", kind="withhold", times=2)
    made = [client.v1.customers.create().id for _ in range(3)]
    eventually(lambda: len(receiver.arrived) == 1)

    assert simulator.control("deliveries/release") == {"released": 2}

    eventually(lambda: len(receiver.arrived) == 3)
    arrived = [event["data"]["object"]["id"] for event in receiver.events()]
    assert arrived == [made[2], made[0], made[1]]


def test_an_event_can_be_replayed(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    making.listen(client, receiver.url)
    client.v1.customers.create()
    eventually(lambda: len(receiver.arrived) == 1)

    simulator.control("deliveries/replay", event=receiver.events()[0]["id"])

    eventually(lambda: len(receiver.arrived) == 2)
    assert len({event["id"] for event in receiver.events()}) == 1


def test_an_endpoint_can_be_set_with_a_secret_of_ones_own(
    client: stripe.StripeClient, simulator: Running, receiver: Receiver
) -> None:
    account = client.v1.accounts.retrieve_current().id
    simulator.control("webhook_endpoints", account=account, url=receiver.url, secret="whsec_ours")

    client.v1.customers.create()

    eventually(lambda: len(receiver.arrived) == 1)
    body, signature = receiver.arrived[0]
    stripe.Webhook.construct_event(body, signature, "whsec_ours")  # type: ignore[no-untyped-call]
