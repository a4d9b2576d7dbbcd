"""Card payments, against the simulator: the intent, the hosted page, the webhook, the posting."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest
from django.conf import settings as product
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from billing import gateway, tasks
from billing.models import CardIntent, Payment, WebhookEvent
from billing.models.stripe import WEBHOOK_BODY_MAX_BYTES
from billing.selectors import integrity, invoices
from billing.services import card_accounts, payments
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import subledger
from tests.billing.conftest import Billed
from tests.config.dev.stripe_simulator import spec
from tests.config.dev.stripe_simulator.running import Running, running
from tests.houses import House

SECRET_KEY = "sk_test_harborlanebilling0001"
SIGNING_SECRET = "whsec_of_these_tests_only"
State = CardIntent.State

pytestmark = pytest.mark.stripe


@dataclass(frozen=True, slots=True)
class Shop:
    """Harbor Lane with a card account at a running simulator, and its front desk's browser."""

    simulator: Running
    billed: Billed
    endpoint_id: UUID
    desk: Browser
    member: Membership

    @property
    def start_url(self) -> str:
        return reverse("billing:checkout_start", kwargs={"pk": self.billed.own_invoice.pk})

    def open_page(self) -> str:
        """Start a card payment at the desk and return the hosted page's address."""
        answer = self.desk.post(self.start_url)
        assert answer.status_code == 303, answer.content
        return str(answer["Location"])

    def report(self, kind: str, about: dict[str, object], event_id: str = "") -> Any:
        """Send a signed webhook as Stripe would, and return the answer."""
        event = {
            "id": event_id or f"evt_{uuid4().hex}",
            "object": "event",
            "type": kind,
            "livemode": False,
            "data": {"object": about},
        }
        return self.send(json.dumps(event).encode())

    def send(self, body: bytes, secret: str = SIGNING_SECRET, at: int | None = None) -> Any:
        moment = int(time.time()) if at is None else at
        mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return Browser().post(
            reverse("billing:stripe_webhook", kwargs={"endpoint_id": self.endpoint_id}),
            data=body,
            content_type="application/json",
            headers={"Stripe-Signature": f"t={moment},v1={mac}"},
        )

    def work(self) -> list[str]:
        """Do what the worker would: process every waiting webhook."""
        with practice_scope(self.billed.house.id):
            waiting = list(
                WebhookEvent.objects.filter(processed_at=None).values_list("id", flat=True)
            )
        return [
            tasks.process_webhook(practice_id=str(self.billed.house.id), event_id=str(event_id))
            for event_id in waiting
        ]

    def intent(self) -> CardIntent:
        with practice_scope(self.billed.house.id):
            return CardIntent.objects.select_related("payment").get()

    def balance(self) -> Money:
        with practice_scope(self.billed.house.id):
            return invoices.balance_due(self.billed.own_invoice)


@pytest.fixture
def shop(
    tmp_path: Path,
    settings: Settings,
    billed: Billed,
    front_desk: Membership,
    signed_in: Callable[[Membership], Browser],
) -> Iterator[Shop]:
    endpoint_id = uuid7()
    with practice_scope(billed.house.id):
        now, by = timezone.now(), billed.house.automaton
        card_accounts.connect(secret_key=SECRET_KEY, is_live=False, now=now, by=by)
        card_accounts.listen(endpoint_id=endpoint_id, signing_secret=SIGNING_SECRET, now=now, by=by)
    with running(tmp_path / "simulator.sqlite3") as simulator:
        settings.STRIPE_API_BASE = settings.STRIPE_CHECKOUT_ORIGIN = simulator.origin
        yield Shop(simulator, billed, endpoint_id, signed_in(front_desk), front_desk)


def checkout_of(shop: Shop) -> dict[str, object]:
    return {"id": shop.intent().checkout_id, "object": "checkout.session"}


def test_a_card_payment_is_posted_by_the_webhook_and_not_by_the_return(shop: Shop) -> None:
    page = shop.open_page()
    back = shop.simulator.pay(page).location

    waiting = shop.desk.get(back.removeprefix(product.BASE_URL))
    assert "Waiting for the card company" in waiting.content.decode()
    assert shop.balance() == Money(15000)

    assert shop.report("checkout.session.completed", checkout_of(shop)).status_code == 200
    assert shop.work() == ["paid"]

    assert shop.balance() == Money(0)
    paid = shop.desk.get(back.removeprefix(product.BASE_URL))
    assert "$150.00 is paid" in paid.content.decode()


def test_a_paid_card_stands_in_clearing_less_its_fee(shop: Shop) -> None:
    shop.simulator.pay(shop.open_page())
    shop.report("checkout.session.completed", checkout_of(shop))
    shop.work()

    with practice_scope(shop.billed.house.id):
        assert subledger.balance(Role.STRIPE_CLEARING) == Money(15000 - 465)
        assert subledger.balance(Role.CARD_FEES) == Money(465)
        assert list(integrity.findings()) == []


def test_several_events_about_one_charge_post_once(shop: Shop) -> None:
    shop.simulator.pay(shop.open_page())
    metadata = {"metadata": {"intent": str(shop.intent().pk)}}
    shop.report("checkout.session.completed", checkout_of(shop))
    shop.report("payment_intent.succeeded", {"id": "pi_1", "object": "payment_intent", **metadata})
    shop.report("charge.succeeded", {"id": "ch_1", "object": "charge", **metadata})

    assert shop.work() == ["paid", "paid", "paid"]
    with practice_scope(shop.billed.house.id):
        assert Payment.objects.filter(method="CARD").count() == 1


def test_the_same_event_again_is_answered_and_changes_nothing(shop: Shop) -> None:
    shop.simulator.pay(shop.open_page())
    for _ in range(3):
        answer = shop.report("checkout.session.completed", checkout_of(shop), "evt_same")
        assert answer.status_code == 200
        shop.work()

    with practice_scope(shop.billed.house.id):
        assert WebhookEvent.objects.count() == 1
        assert Payment.objects.filter(method="CARD").count() == 1


def test_a_lost_webhook_is_found_by_asking(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "WAITS_FOR_STRIPE", -tasks.WAITS_FOR_STRIPE)
    shop.simulator.pay(shop.open_page())

    tasks.redrive_practice(practice_id=str(shop.billed.house.id))

    assert shop.intent().state == State.PAID
    assert shop.balance() == Money(0)


def test_a_double_click_opens_one_page(shop: Shop) -> None:
    first, second = shop.open_page(), shop.open_page()

    assert first == second
    assert shop.intent().state == State.OPEN


def test_cash_taken_meanwhile_leaves_the_card_money_as_credit(shop: Shop) -> None:
    page = shop.open_page()
    with practice_scope(shop.billed.house.id):
        payments.record(
            client=shop.billed.own,
            amount=Money(15000),
            method=payments.Method.CASH,
            received_on=timezone.now().date(),
            key=uuid7(),
            now=timezone.now(),
            by=shop.billed.house.people["front-desk"],
        )
    shop.simulator.pay(page)
    shop.report("checkout.session.completed", checkout_of(shop))
    shop.work()

    with practice_scope(shop.billed.house.id):
        credit = subledger.balance(Role.CLIENT_CREDITS, party=shop.billed.own.pk)
        assert credit == Money(15000)
        assert list(integrity.findings()) == []


def test_an_unclear_answer_is_asked_about_and_not_sent_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page was opened, but its answer was lost on the way back."""
    monkeypatch.setattr(tasks, "WAITS_FOR_STRIPE", -tasks.WAITS_FOR_STRIPE)
    shop.simulator.control("faults", kind="reset", moment="after", method="POST", path="/v1/")
    answer = shop.desk.post(shop.start_url)
    assert answer.status_code == 302
    assert shop.intent().state == State.UNKNOWN

    tasks.redrive_practice(practice_id=str(shop.billed.house.id))

    assert shop.intent().state == State.OPEN
    created = [
        request
        for request in shop.simulator.look("requests")["requests"]
        if request["method"] == "POST" and request["path"] == "/v1/checkout/sessions"
    ]
    assert len(created) == 1


def test_nothing_about_a_person_goes_to_stripe(shop: Shop) -> None:
    shop.open_page()

    sent = json.dumps(shop.simulator.look("requests"))
    with practice_scope(shop.billed.house.id):
        client = shop.billed.own
        for secret in (client.given_names, client.family_name, client.code):
            assert not secret or secret not in sent


def test_what_is_sent_fits_stripes_specification(shop: Shop) -> None:
    shop.open_page()

    for request in shop.simulator.look("requests")["requests"]:
        assert spec.request_problems(request["method"], request["path"], request["params"]) == []


def test_the_gateway_refuses_to_be_called_inside_a_transaction(shop: Shop) -> None:
    with (
        practice_scope(shop.billed.house.id),
        pytest.raises(gateway.InsideTransaction),
    ):
        gateway.fetch_checkout(gateway.Credentials(SECRET_KEY), "cs_test_1")


@pytest.mark.parametrize("age_seconds", [301, 86_400])
def test_a_stale_webhook_is_refused(shop: Shop, age_seconds: int) -> None:
    event = {"id": "evt_1", "type": "customer.created", "data": {"object": {"id": "cus_1"}}}
    body = json.dumps(event).encode()

    assert shop.send(body, at=int(time.time()) - age_seconds).status_code == 400
    assert shop.send(body).status_code == 200


def test_a_forged_webhook_is_refused_and_on_the_log(shop: Shop) -> None:
    assert shop.send(b'{"id": "evt_forged"}', secret="whsec_wrong").status_code == 400

    with practice_scope(shop.billed.house.id):
        assert not WebhookEvent.objects.exists()
        assert Event.objects.filter(action="billing.webhook.refused").count() == 1


def test_a_live_webhook_is_refused_by_a_practice_that_is_not(shop: Shop) -> None:
    event = {"id": "evt_1", "type": "charge.succeeded", "livemode": True, "data": {"object": {}}}

    assert shop.send(json.dumps(event).encode()).status_code == 400


@pytest.mark.parametrize(("size", "status"), [(2, 400), (WEBHOOK_BODY_MAX_BYTES + 1, 413)])
def test_an_unknown_endpoint_answers_like_one_that_refuses(
    shop: Shop, size: int, status: int
) -> None:
    told = set()
    for endpoint_id in (shop.endpoint_id, uuid4()):
        url = reverse("billing:stripe_webhook", kwargs={"endpoint_id": endpoint_id})
        answer = Browser().post(url, b"x" * size, content_type="application/json")
        told.add((answer.status_code, answer.content))

    assert told == {(status, b"")}


def test_another_practices_secret_does_not_open_this_ones_inbox(
    shop: Shop, other_practice: House
) -> None:
    other_endpoint = uuid7()
    with practice_scope(other_practice.id):
        card_accounts.connect(
            secret_key="sk_test_other",
            is_live=False,
            now=timezone.now(),
            by=other_practice.automaton,
        )
        card_accounts.listen(
            endpoint_id=other_endpoint,
            signing_secret="whsec_of_the_other",
            now=timezone.now(),
            by=other_practice.automaton,
        )

    assert shop.send(b'{"id": "evt_1"}', secret="whsec_of_the_other").status_code == 400


def test_an_event_about_something_else_is_parked(shop: Shop) -> None:
    shop.report("customer.created", {"id": "cus_1", "object": "customer"})

    assert shop.work() == ["parked"]


def test_the_page_that_starts_a_card_payment_lets_its_form_lead_to_the_host(shop: Shop) -> None:
    start = shop.desk.get(shop.start_url)
    elsewhere = shop.desk.get(reverse("billing:invoice_list"))

    assert form_action(start) == f"form-action 'self' {shop.simulator.origin}"
    assert form_action(elsewhere) == "form-action 'self'"


def form_action(answer: Any) -> str:
    policy = str(answer["Content-Security-Policy"])
    return next(part.strip() for part in policy.split(";") if "form-action" in part)


def test_the_database_refuses_a_paid_intent_without_its_payment(shop: Shop) -> None:
    shop.open_page()

    with (
        practice_scope(shop.billed.house.id),
        pytest.raises(Exception, match="billing_cardintent_paid_has_payment"),
        transaction.atomic(),
    ):
        CardIntent.objects.update(state=State.PAID)


def test_the_address_back_holds_nothing_but_an_opaque_id(shop: Shop) -> None:
    shop.open_page()
    (created,) = (
        request
        for request in shop.simulator.look("requests")["requests"]
        if request["method"] == "POST"
    )

    assert created["params"]["success_url"].endswith(f"/card-payments/{shop.intent().pk}/")
    assert parse_qs(created["params"]["success_url"]) == {}
