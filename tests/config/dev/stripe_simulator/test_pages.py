"""The hosted pages as a browser receives them."""

import re

import pytest
import stripe

from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import Running


def test_the_page_says_what_is_paid_to_whom_and_that_it_is_a_simulator(
    client: stripe.StripeClient, simulator: Running
) -> None:
    account = client.v1.accounts.retrieve_current().id
    simulator.control(f"accounts/{account}", name="Harbor Lane <Billing>")

    page = simulator.fetch("GET", making.session(client, 123_450).url)

    assert "<h1>Pay Harbor Lane &lt;Billing&gt;</h1>" in page.text
    assert "Invoice INV-2026-0007" in page.text
    assert page.text.count("$1,234.50") == 3
    assert "No real card is charged here." in page.text
    assert 'href="http://127.0.0.1:9/back"' in page.text


def test_the_name_on_the_page_can_be_given_with_the_session(
    client: stripe.StripeClient, simulator: Running
) -> None:
    session = making.session(
        client,
        branding_settings={"display_name": "Summit Row"},
        custom_text={"submit": {"message": "Thank you."}},
    )

    page = simulator.fetch("GET", session.url).text

    assert "<h1>Pay Summit Row</h1>" in page
    assert '<p class="message">Thank you.</p>' in page


def test_the_policy_lets_the_form_lead_back_to_the_merchant_and_nothing_else_run(
    client: stripe.StripeClient, simulator: Running
) -> None:
    page = simulator.fetch("GET", making.session(client).url)

    assert page.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self' http://127.0.0.1:9; base-uri 'none'; frame-ancestors 'none'"
    )
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page.text)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": ""}, "Enter a card number."),
        ({"number": "4242 4242 4242 4241"}, "Check the card number"),
        ({"number": "4012 8888 8888 1881"}, "takes no real cards"),
        ({"expiry": "13 / 34"}, "Enter the expiry"),
        ({"expiry": "12 / 20"}, "in the past"),
        ({"expiry": "١٢ / ٣٤"}, "Enter the expiry"),
        ({"cvc": "12"}, "security code: 3 digits"),
        ({"number": "378282246310005", "cvc": "123"}, "security code: 4 digits"),
    ],
)
def test_a_wrong_field_is_named_beside_it_and_on_top(
    client: stripe.StripeClient, simulator: Running, fields: dict[str, str], words: str
) -> None:
    session = making.session(client)
    right = {"number": "4242424242424242", "expiry": "12/34", "cvc": "123"}

    page = simulator.submit(session.url, **(right | fields))

    assert page.text.count(words) == 2
    assert "<title>Error: Pay" in page.text
    assert page.text.count('aria-invalid="true"') == 1
    assert client.v1.charges.list().data == []


@pytest.mark.parametrize("expiry", ["12/34", "12 / 34", "1234", "12-2034"])
def test_an_expiry_is_read_as_people_type_it(
    client: stripe.StripeClient, simulator: Running, expiry: str
) -> None:
    session = making.session(client)

    simulator.submit(session.url, number="4242424242424242", expiry=expiry, cvc="123")

    details = client.v1.charges.list().data[0].payment_method_details
    assert details is not None
    assert details.card is not None
    assert (details.card.exp_month, details.card.exp_year) == (12, 2034)


@pytest.mark.parametrize(
    "path", ["/", "/c/pay/cs_test_nobody", "/c/confirm/pi_nobody", "/assets/../x", "/favicon.ico"]
)
def test_an_unknown_page_is_not_found(simulator: Running, path: str) -> None:
    page = simulator.fetch("GET", path)

    assert page.status == 404
    assert "<h1>Page not found</h1>" in page.text


def test_another_kind_of_object_has_no_page(
    client: stripe.StripeClient, simulator: Running
) -> None:
    charge = making.charge(client)

    assert simulator.fetch("GET", f"/c/pay/{charge}").status == 404
    assert simulator.fetch("GET", f"/c/confirm/{charge}").status == 404


@pytest.mark.parametrize(("name", "kind"), [("simulator.css", "text/css"), ("icon.svg", "image/")])
def test_what_a_page_needs_comes_from_its_own_origin(
    simulator: Running, name: str, kind: str
) -> None:
    asset = simulator.fetch("GET", f"/assets/{name}")

    assert asset.status == 200
    assert asset.headers["content-type"].startswith(kind)


def test_a_bank_that_waits_for_nobody_says_so(
    client: stripe.StripeClient, simulator: Running
) -> None:
    intent = making.payment(client)

    assert "Nothing to confirm" in simulator.fetch("GET", f"/c/confirm/{intent.id}").text


def test_saving_a_card_says_that_nothing_is_charged(
    client: stripe.StripeClient, simulator: Running
) -> None:
    session = making.setup_session(client, client.v1.customers.create().id)

    page = simulator.fetch("GET", session.url).text

    assert "Nothing is charged now." in page
    assert "$" not in page
    assert "has insufficient funds" in simulator.pay(session.url, "4000000000009995").text
    assert simulator.pay(session.url).status == 303
    assert "Card already saved" in simulator.fetch("GET", session.url).text
