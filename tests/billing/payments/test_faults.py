"""What goes wrong on the way to Stripe and back: nobody pays twice, and nothing stays open."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from accounts.tenancy import practice_scope
from billing import gateway, tasks
from billing.models import CardIntent, Payment
from billing.selectors import integrity
from ledger.money import Money
from tests.billing.test_card_payments import SECRET_KEY, Shop, checkout_of, shop

__all__ = ["shop"]

pytestmark = pytest.mark.stripe


def test_an_event_about_what_is_not_there_is_closed(shop: Shop) -> None:
    shop.report("checkout.session.completed", {"id": "cs_test_none", "object": "checkout.session"})

    assert shop.work() == ["not found"]


def test_a_page_does_not_wait_as_long_as_the_worker(shop: Shop) -> None:
    """The page goes back to the invoice before Stripe's answer comes; the worker hears it."""
    shop.simulator.pay(shop.open_page())
    shop.report("checkout.session.completed", checkout_of(shop))
    shop.simulator.control("faults", kind="slow", path="/v1/checkout/", seconds=4, times=2)

    answer = shop.desk.post(shop.start_url, follow=True)

    assert "The card company did not answer. Nothing was charged." in answer.content.decode()
    assert shop.work() == ["paid"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "cut", "500", "429"])
def test_whatever_goes_wrong_the_client_is_charged_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str, moment: str
) -> None:
    monkeypatch.setattr(tasks, "WAITS_FOR_STRIPE", -tasks.WAITS_FOR_STRIPE)
    shop.simulator.control("faults", kind=kind, moment=moment, method="POST", path="/v1/")
    told = shop.desk.post(shop.start_url, follow=True)
    assert "The card company did not answer. Nothing was charged." in told.content.decode()

    tasks.redrive_practice(practice_id=str(shop.billed.house.id))
    shop.simulator.pay(shop.open_page())
    tasks.redrive_practice(practice_id=str(shop.billed.house.id))

    assert shop.balance() == Money(0)
    with practice_scope(shop.billed.house.id):
        assert Payment.objects.filter(method="CARD").count() == 1
        assert set(CardIntent.objects.values_list("state", flat=True)) <= {"PAID", "EXPIRED"}
        assert list(integrity.findings()) == []


def test_a_request_that_is_at_work_already_is_unclear_and_not_refused(shop: Shop) -> None:
    """Taken for a refusal, it would give up a page on which somebody may pay."""
    speaker = gateway.Credentials(SECRET_KEY)
    request = gateway.checkout_request(
        intent_id=uuid4(), amount=Money(1_00), success_url="http://x/", cancel_url="http://x/"
    )
    shop.simulator.control("faults", kind="slow", method="POST", path="/v1/", seconds=0.8)
    with ThreadPoolExecutor(2) as pool:
        opening = [
            pool.submit(gateway.open_checkout, speaker, request, idempotency_key="one")
            for _ in range(2)
        ]

    told = [each.exception() for each in opening]
    assert sorted(type(each).__name__ for each in told) == ["NoneType", "Unclear"]
