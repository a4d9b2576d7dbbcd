"""Paying and saving a card on the hosted page."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import Running, checked_client


def test_a_new_session_is_open_and_has_no_payment_intent(client: stripe.StripeClient) -> None:
    session = making.session(client, 12_050)

    assert (session.status, session.payment_status, session.amount_total) == (
        "open",
        "unpaid",
        12_050,
    )
    assert session.payment_intent is None


def test_paying_completes_the_session_and_leads_back_with_its_id(
    client: stripe.StripeClient, simulator: Running
) -> None:
    session = making.session(client)

    answer = simulator.pay(session.url)

    assert answer.status == 303
    assert parse_qs(urlsplit(answer.location).query)["session"] == [session.id]
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    intent = paid.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.metadata["intent"], intent.description) == ("i-0007", "Payment")
    assert isinstance(intent.latest_charge, stripe.Charge)
    transaction = intent.latest_charge.balance_transaction
    assert isinstance(transaction, stripe.BalanceTransaction)
    assert (transaction.amount, transaction.fee, transaction.net) == (12_000, 378, 11_622)


def test_a_paid_session_cannot_be_paid_again(
    client: stripe.StripeClient, simulator: Running
) -> None:
    session = making.session(client)
    simulator.pay(session.url)

    again = simulator.pay(session.url)

    assert "Already paid" in again.text
    assert len(client.v1.charges.list().data) == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("4000 0000 0000 0002", "Your card was declined."),
        ("4000 0000 0000 9995", "Your card has insufficient funds."),
        ("4000 0000 0000 0069", "Your card has expired."),
    ],
)
def test_a_declined_card_is_told_and_the_session_stays_open(
    client: stripe.StripeClient, simulator: Running, number: str, words: str
) -> None:
    session = making.session(client)

    refused = simulator.pay(session.url, number)

    assert words in refused.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert simulator.pay(session.url).status == 303
    assert [charge.status for charge in client.v1.charges.list().data] == ["succeeded", "failed"]


def test_a_card_that_asks_leads_to_the_bank_and_then_to_the_merchant(
    client: stripe.StripeClient, simulator: Running
) -> None:
    session = making.session(client)

    asked = simulator.pay(session.url, "4000 0025 0000 3155")

    assert "/c/confirm/pi_" in asked.location
    assert "$120.00" in simulator.fetch("GET", asked.location).text
    approved = simulator.submit(asked.location, decision="approve")
    assert approved.location.startswith("http://127.0.0.1:9/paid")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_refusing_at_the_bank_leads_back_to_the_page_and_takes_nothing(
    client: stripe.StripeClient, simulator: Running
) -> None:
    session = making.session(client)
    asked = simulator.pay(session.url, "4000 0025 0000 3155")

    refused = simulator.submit(asked.location, decision="refuse")

    assert refused.location == session.url
    assert "unable to authenticate" in simulator.fetch("GET", session.url).text
    assert client.v1.charges.list().data == []


def test_an_expired_session_cannot_be_paid(client: stripe.StripeClient, simulator: Running) -> None:
    session = making.session(client)

    expired = client.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert "has expired" in simulator.pay(session.url).text
    assert client.v1.charges.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_session_expires_by_itself_when_its_time_has_come(
    client: stripe.StripeClient, simulator: Running
) -> None:
    session = making.session(client)

    simulator.control("clock", advance_seconds=25 * 3600)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert [event.type for event in client.v1.events.list().data] == ["checkout.session.expired"]


def test_saving_a_card_makes_a_payment_method_that_can_be_charged_later(
    client: stripe.StripeClient, simulator: Running
) -> None:
    customer = client.v1.customers.create({"metadata": {"ref": "r-1"}})
    session = making.setup_session(client, customer.id)

    asked = simulator.pay(session.url, "4000 0025 0000 3155")
    simulator.submit(asked.location, decision="approve")

    saved = client.v1.setup_intents.retrieve(session.setup_intent)
    assert saved.status == "succeeded"
    assert isinstance(saved.payment_method, str)
    later = making.payment(
        client, card=saved.payment_method, customer=customer.id, off_session=True
    )
    assert later.status == "succeeded"


def test_the_simulator_keeps_no_card_number(
    client: stripe.StripeClient, simulator: Running
) -> None:
    session = making.session(client)

    simulator.pay(session.url, "4242-4242-4242-4242")

    everything = str(simulator.look("requests")) + str(client.v1.events.list({"limit": 100}))
    assert "4242424242424242" not in everything
    assert "4242" in everything


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"success_url": "javascript:alert(1)"}, "Not a valid URL"),
        ({"success_url": "http://a.test/ ; script-src *"}, "Not a valid URL"),
        ({"line_items": []}, "line_items"),
        ({"mode": "subscription"}, "must be one of payment, setup"),
        ({"expires_at": 1_700_000_000}, "expires_at"),
        ({"customer": "cus_nobody"}, "No such customer"),
        ({"ui_mode": "embedded_page", "return_url": "http://a.test/"}, "hosted page only"),
    ],
)
def test_what_stripe_refuses_is_refused(
    client: stripe.StripeClient, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words):
        making.session(client, **change)


def test_an_amount_below_the_least_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        making.session(client, 49)

    assert refused.value.code == "amount_too_small"


def test_sessions_are_listed_by_payment_intent_and_status(
    client: stripe.StripeClient, simulator: Running
) -> None:
    paid, still_open = making.session(client), making.session(client)
    simulator.pay(paid.url)
    intent = client.v1.checkout.sessions.retrieve(paid.id).payment_intent

    of_intent = client.v1.checkout.sessions.list({"payment_intent": str(intent)})
    unpaid = client.v1.checkout.sessions.list({"status": "open"})

    assert [session.id for session in of_intent.data] == [paid.id]
    assert [session.id for session in unpaid.data] == [still_open.id]


def test_line_items_are_listed(client: stripe.StripeClient) -> None:
    session = making.session(client, 5000)

    items = client.v1.checkout.sessions.line_items.list(session.id)

    assert [(item.description, item.amount_total) for item in items.data] == [
        ("Invoice INV-2026-0007", 5000)
    ]


def test_accounts_do_not_see_each_other(client: stripe.StripeClient, simulator: Running) -> None:
    session = making.session(client)

    with checked_client(simulator.origin, account="acct_summitrow") as other:
        with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session"):
            other.v1.checkout.sessions.retrieve(session.id)

        assert other.v1.checkout.sessions.list().data == []
