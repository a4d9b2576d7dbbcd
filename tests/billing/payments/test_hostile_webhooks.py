"""Deliveries that are no event for this practice: each is a 4xx on the log, and has no effect."""

import json

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import Payment, WebhookEvent
from tests.attacks.furnishing import signature
from tests.billing.test_card_payments import SIGNING_SECRET, Shop, shop

__all__ = ["shop"]

pytestmark = pytest.mark.stripe

ABOUT = {"data": {"object": {"id": "ch_1", "object": "charge"}}}
EVENT = {"id": "evt_1", "type": "charge.succeeded", "livemode": False, **ABOUT}


@pytest.mark.parametrize(
    "changed", [{"account": "acct_of_another"}, {"livemode": True}, {"account": 7}]
)
def test_an_event_of_another_account_or_mode_is_refused(
    shop: Shop, changed: dict[str, object]
) -> None:
    assert shop.send(json.dumps(EVENT | changed).encode()).status_code == 400
    require_no_effect(shop)


@pytest.mark.parametrize("told", [None, "4"])
def test_a_body_longer_than_it_says_is_not_read_on(shop: Shop, told: str | None) -> None:
    """As a body in chunks is, which names no length: it is not read at all."""
    body = json.dumps(EVENT).encode()

    answer = Browser().post(
        reverse("billing:stripe_webhook", kwargs={"endpoint_id": shop.endpoint_id}),
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature(body, SIGNING_SECRET)},
        CONTENT_LENGTH=told or "",
    )

    assert answer.status_code == 400
    require_no_effect(shop)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 50_000,
        b'"evt_1"',
        b'{"id": "evt_1", "type": "charge.succeeded"}',
        b'{"id": "", "type": "charge.succeeded", "data": {"object": {}}}',
        b'{"id": "evt_1", "type": "", "data": {"object": {}}}',
        b'{"id": 1, "type": "charge.succeeded", "data": {"object": {}}}',
        b'{"id": "evt_1", "type": 1, "data": {"object": {}}}',
        b'{"id": "evt_1", "type": "charge.succeeded", "data": {"object": "ch_1"}}',
        b'{"id": "evt_1", "type": "charge.succeeded", "data": {"object": {"id": 7}}}',
        b'{"id": "evt_1", "type": "charge.succeeded", "data": {"object": {"metadata": "x"}}}',
        b'{"id": "evt_\\u0000", "type": "charge.succeeded", "data": {"object": {}}}',
        b'{"id": "evt_' + b"1" * 300 + b'", "type": "charge.succeeded", "data": {"object": {}}}',
    ],
)
def test_what_is_signed_and_no_event_is_refused(shop: Shop, body: bytes) -> None:
    assert shop.send(body).status_code == 400
    require_no_effect(shop)


def test_a_length_that_is_no_number_is_refused(shop: Shop) -> None:
    url = reverse("billing:stripe_webhook", kwargs={"endpoint_id": shop.endpoint_id})

    assert Browser().post(url, b"{}", content_type="x/y", CONTENT_LENGTH="many").status_code == 400


@pytest.mark.parametrize("named", ["gold-plan:2", "10 % off", "\x00"])
def test_an_event_about_what_its_owner_named_is_parked(shop: Shop, named: str) -> None:
    shop.report("coupon.created", {"id": named, "object": "coupon"})

    assert shop.work() == ["parked"]


def require_no_effect(shop: Shop) -> None:
    with practice_scope(shop.billed.house.id):
        assert Event.objects.filter(action="billing.webhook.refused").count() == 1
        assert not WebhookEvent.objects.exists()
        assert not Payment.objects.filter(method="CARD").exists()
