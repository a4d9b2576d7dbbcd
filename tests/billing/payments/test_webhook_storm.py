"""Webhooks that come twice, late, in any order and all at once have one effect each."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest
from pytest_django import Settings

from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import Invoice, Payment, WebhookEvent
from billing.selectors import integrity
from ledger.selectors import integrity as books
from tests.attacks.till import Till, till_of
from tests.attacks.weather import at_once, through
from tests.billing import desk as at
from tests.figures import Tell
from tests.houses import House

pytestmark = [pytest.mark.commits, pytest.mark.stripe]


@pytest.fixture
def till(practice: House, tmp_path: Path, settings: Settings) -> Iterator[Till]:
    with till_of(practice, tmp_path, ["Okonkwo", "Whitfield", "Lindholm"]) as till:
        settings.STRIPE_API_BASE = till.simulator.origin
        yield till


def paid_pages(till: Till, count: int) -> list[str]:
    """Let so many invoices be paid on their pages; return the pages' ids. Nobody heard yet."""
    ids = []
    for number in range(count):
        with practice_scope(till.house.id):
            invoice = at.invoice(till.clients[number % 3], till.by)
        page = till.open_page(invoice.pk)
        assert page is not None
        ids.append(till.pay(page).id)
    return ids


def storm(till: Till, count: int, copies: int, seed: int) -> None:
    """Deliver events in a random order from eight sides, while two workers work them off."""
    pages = paid_pages(till, count)
    deliveries = [(page, f"evt_{number}") for number, page in enumerate(pages)] * copies
    Random(seed).shuffle(deliveries)

    def side(number: int) -> None:
        for page, event_id in deliveries[number::8]:
            through(partial(till.report, page, event_id))
            if number < 2:
                till.work()

    assert at_once(side, 8) == []
    till.work()


def check(till: Till, count: int) -> None:
    with practice_scope(till.house.id):
        assert WebhookEvent.objects.count() == count
        assert not WebhookEvent.objects.exclude(outcome="paid").exists()
        assert Payment.objects.count() == Invoice.objects.count() == count
        acts = Event.objects.filter(action="billing.card_payment.posted")
        assert acts.count() == count
        assert list(books.findings()) == list(integrity.findings()) == []


def test_deliveries_beyond_counting_post_each_payment_once(till: Till, tell: Tell) -> None:
    storm(till, 12, copies=10, seed=1)

    check(till, 12)
    tell("120 deliveries of 12 events: 12 effects")


@pytest.mark.storm
def test_a_thousand_deliveries_of_a_hundred_events_have_a_hundred_effects(
    till: Till, tell: Tell
) -> None:
    storm(till, 100, copies=10, seed=2)

    check(till, 100)
    tell("1,000 deliveries of 100 events: 100 effects")
