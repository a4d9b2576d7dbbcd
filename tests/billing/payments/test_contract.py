"""What goes to Stripe and what comes from it, held against its official specification."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from accounts.tenancy import practice_scope
from billing.card_events import DEALERS, NOT_FOUND, NOT_OURS, PARKED
from billing.models import WebhookEvent
from tests.billing.payments.told import FIELDS, flat
from tests.billing.test_card_payments import SECRET_KEY, Shop, checkout_of, shop
from tests.config.dev.stripe_simulator import spec
from tests.figures import Tell

__all__ = ["shop"]

pytestmark = pytest.mark.stripe

KNOWN = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "stripe" / "events"


def through_everything(shop: Shop) -> None:
    """Let a card be paid, an answer be lost, and a page be given up."""
    shop.simulator.control("faults", kind="reset", moment="after", method="POST", path="/v1/")
    shop.desk.post(shop.start_url)
    shop.simulator.pay(shop.open_page())
    shop.report("checkout.session.completed", checkout_of(shop))
    shop.work()


def test_requests_and_objects_fit_the_specification(shop: Shop, tell: Tell) -> None:
    through_everything(shop)

    requests = shop.simulator.look("requests")["requests"]
    key = {"Authorization": f"Bearer {SECRET_KEY}"}
    events = shop.simulator.fetch("GET", "/v1/events?limit=100", headers=key).json()["data"]
    problems = [
        problem
        for each in requests
        for problem in spec.request_problems(each["method"], each["path"], each["params"])
    ]
    problems += [problem for event in events for problem in spec.object_problems(event)]
    tell(f"{len(requests)} requests and {len(events)} events fit Stripe's specification")
    assert requests
    assert events
    assert problems == []


def test_stripe_is_told_nothing_but_what_is_on_the_list(shop: Shop) -> None:
    through_everything(shop)

    for each in shop.simulator.look("requests")["requests"]:
        kind = f"{each['method']} {without_ids(each['path'])}"
        assert {name for name, _ in flat(each["params"])} <= FIELDS[kind], kind


def without_ids(path: str) -> str:
    return "/".join("…" if part.startswith("cs_") else part for part in path.split("/"))


@pytest.mark.skipif(not KNOWN.is_dir(), reason="Real events of Stripe are not at hand.")
def test_every_real_event_is_dealt_with_or_parked(shop: Shop, tell: Tell) -> None:
    became = {}
    for file in sorted(KNOWN.glob("*.json")):
        event = json.loads(file.read_text("utf-8")) | {"id": f"evt_{uuid4().hex}"}
        assert shop.send(json.dumps(event).encode()).status_code == 200, file.name
        [became[event["type"]]] = shop.work()

    for kind, outcome in became.items():
        tell(f"{kind}: {outcome}")
    assert set(became.values()) <= {PARKED, NOT_OURS, NOT_FOUND}
    assert {kind for kind in became if kind.startswith(tuple(DEALERS))}
    with practice_scope(shop.billed.house.id):
        assert not WebhookEvent.objects.filter(outcome="").exists()
