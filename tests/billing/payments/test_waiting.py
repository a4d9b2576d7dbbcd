"""How long is waited for Stripe: a page's time in all, and the worker's for each call."""

from types import SimpleNamespace

import pytest
import stripe

from billing import gateway
from billing.gateway import talking
from tests.billing.test_card_payments import Shop, checkout_of, shop

__all__ = ["shop"]

pytestmark = pytest.mark.stripe

SPEAKER = gateway.Credentials("sk_test_of_nobody")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds, connecting included, that each call was given."""
    given: list[float] = []

    def told(*, timeout: tuple[float, float]) -> stripe.RequestsClient:
        given.append(sum(timeout))
        return stripe.RequestsClient(timeout=timeout)

    monkeypatch.setattr(talking, "RequestsClient", told)
    return given


def test_a_page_waits_for_all_its_calls_together_and_the_worker_for_each(
    shop: Shop, waits: list[float]
) -> None:
    shop.open_page()
    shop.open_page()
    [first, second] = waits
    assert first <= talking.PERSON_SECONDS
    assert second <= talking.PERSON_SECONDS

    waits.clear()
    shop.report("checkout.session.completed", checkout_of(shop))
    shop.work()

    assert waits == [talking.WORKER_SECONDS]


def test_calls_of_one_page_share_its_time(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(talking, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    with gateway.in_one_wait():
        talking.client_for(SPEAKER)
        clock[0] += 2.0
        talking.client_for(SPEAKER)
        clock[0] += 0.5
        with pytest.raises(gateway.Unclear):
            talking.client_for(SPEAKER)
    talking.client_for(SPEAKER)

    assert waits == [2.5, 0.5, 2.5]
