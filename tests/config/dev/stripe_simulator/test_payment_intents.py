"""Charging without a page: a saved payment method, at the desk or by autopay."""

from typing import Any

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import Running


def saved_card(client: stripe.StripeClient, card: str = "pm_card_visa") -> tuple[str, str]:
    """(customer, payment method)"""
    customer = client.v1.customers.create()
    method = client.v1.payment_methods.attach(card, {"customer": customer.id})
    return customer.id, method.id


def test_a_saved_card_is_charged_off_session(client: stripe.StripeClient) -> None:
    customer, method = saved_card(client)

    intent = making.payment(client, 9_000, method, customer=customer, off_session=True)

    assert (intent.status, intent.amount_received) == ("succeeded", 9_000)
    assert client.v1.charges.list({"customer": customer}).data[0].amount == 9_000


def test_a_decline_is_a_card_error_and_the_attempt_is_kept(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as declined:
        making.payment(client, card="pm_card_visa_chargeDeclinedInsufficientFunds")

    error = declined.value.error
    assert error is not None
    assert (declined.value.code, error.decline_code) == ("card_declined", "insufficient_funds")
    assert error.payment_intent is not None
    kept = client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert kept.status == "requires_payment_method"
    assert kept.last_payment_error is not None
    assert client.v1.charges.retrieve(str(kept.latest_charge)).status == "failed"
    assert client.v1.balance_transactions.list().data == []


def test_a_declined_intent_can_be_confirmed_with_another_card(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as declined:
        making.payment(client, card="pm_card_visa_chargeDeclined")
    error = declined.value.error
    assert error is not None
    assert error.payment_intent is not None

    paid = client.v1.payment_intents.confirm(
        error.payment_intent.id, {"payment_method": "pm_card_visa"}
    )

    assert paid.status == "succeeded"


def test_off_session_a_card_that_asks_is_declined(client: stripe.StripeClient) -> None:
    customer, method = saved_card(client, "pm_card_authenticationRequired")

    with pytest.raises(stripe.CardError) as declined:
        making.payment(client, card=method, customer=customer, off_session=True)

    assert declined.value.code == "authentication_required"


def test_on_session_a_card_that_asks_names_the_page_where_to_confirm(
    client: stripe.StripeClient, simulator: Running
) -> None:
    intent = making.payment(
        client, card="pm_card_authenticationRequired", return_url="http://127.0.0.1:9/back"
    )

    page = intent.next_action.redirect_to_url.url
    answer = simulator.submit(page, decision="approve")

    assert intent.status == "requires_action"
    assert answer.location == "http://127.0.0.1:9/back"
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_error_on_requires_action_declines_instead_of_asking(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as declined:
        making.payment(client, card="pm_card_authenticationRequired", error_on_requires_action=True)

    assert declined.value.code == "authentication_required"


def test_an_intent_waits_for_its_confirmation(client: stripe.StripeClient) -> None:
    intent = making.payment(client, confirm=False)

    paid = client.v1.payment_intents.confirm(intent.id)

    assert (intent.status, paid.status) == ("requires_confirmation", "succeeded")
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.payment_intents.confirm(intent.id)
    assert again.value.code == "payment_intent_unexpected_state"


def test_a_canceled_intent_takes_no_money(client: stripe.StripeClient) -> None:
    intent = making.payment(client, confirm=False)

    canceled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})

    assert canceled.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.confirm(intent.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(intent.id)


def test_redirecting_methods_need_a_return_address(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        client.v1.payment_intents.create(
            {"amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
        )


def test_a_card_used_once_without_a_customer_cannot_be_used_again(
    client: stripe.StripeClient,
) -> None:
    method = str(making.payment(client).payment_method)

    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        making.payment(client, card=method)


def test_a_saved_card_is_its_customers_alone(client: stripe.StripeClient) -> None:
    _, method = saved_card(client)
    other, _ = saved_card(client)

    with pytest.raises(stripe.InvalidRequestError, match="does not have a payment method"):
        making.payment(client, card=method, customer=other)


def test_a_detached_card_cannot_be_used_again(client: stripe.StripeClient) -> None:
    customer, method = saved_card(client)

    detached = client.v1.payment_methods.detach(method)

    assert detached.customer is None
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        making.payment(client, card=method, customer=customer)
    with pytest.raises(stripe.InvalidRequestError, match="not attached"):
        client.v1.payment_methods.detach(method)


def test_deleting_a_customer_takes_the_saved_cards_away(client: stripe.StripeClient) -> None:
    customer, method = saved_card(client)

    client.v1.customers.delete(customer)

    assert client.v1.customers.retrieve(customer).deleted
    assert client.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        making.payment(client, card=method, customer=customer)
    assert client.v1.payment_methods.retrieve(method).customer is None


def test_the_cards_of_a_customer_are_listed(client: stripe.StripeClient) -> None:
    customer, method = saved_card(client)
    saved_card(client)

    listed = client.v1.customers.payment_methods.list(customer)

    assert [found.id for found in listed.data] == [method]
    assert client.v1.payment_methods.list({"customer": customer}).data[0].id == method


def test_a_customer_keeps_what_was_changed(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"description": "C-0182", "metadata": {"a": "1"}})

    client.v1.customers.update(customer.id, {"metadata": {"b": "2"}})

    found = client.v1.customers.retrieve(customer.id)
    assert found.description == "C-0182"
    assert found.metadata is not None
    assert found.metadata.to_dict() == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 49}, "amount_too_small"),
        ({"currency": "eur"}, None),
        ({"payment_method": "pm_nobody"}, "resource_missing"),
        ({"customer": "cus_nobody"}, "resource_missing"),
        ({"payment_method_types": ["klarna"]}, None),
    ],
)
def test_what_stripe_refuses_is_refused(
    client: stripe.StripeClient, change: dict[str, Any], code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        making.payment(client, **change)

    assert refused.value.code == code
    assert client.v1.payment_intents.list().data == []
