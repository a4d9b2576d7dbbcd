"""Pages of the log."""

from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from audit.selectors import log
from audit.sentences import sentence
from audit.services import events
from tests.houses import House

READER = uuid4()


@pytest.fixture
def busy(practice: House) -> House:
    """A practice where one person took payments and the system did other things."""
    with practice_scope(practice.id, person_id=READER):
        for number in range(5):
            events.record(Action.PAYMENT_RECORDED, label=f"R-{number}", amount_cents=100)
    with practice_scope(practice.id):
        events.record(Action.CLIENT_LISTED, count=2)
    return practice


def test_the_newest_comes_first(busy: House) -> None:
    with practice_scope(busy.id):
        page = log.page(limit=3)

    assert [entry.action for entry in page] == [
        "clients.client.listed",
        "billing.payment.recorded",
        "billing.payment.recorded",
    ]
    assert sentence(page[1], "Rosalind") == "Rosalind recorded a payment of $1.00 on R-4."


def test_pages_follow_each_other_without_a_gap(busy: House) -> None:
    with practice_scope(busy.id):
        seen = log.page(limit=4)
        while page := log.page(limit=4, before_seq=seen[-1].seq):
            seen += page

        assert [entry.seq for entry in seen] == list(range(Event.objects.count(), 0, -1))


def test_a_page_may_be_of_one_person(busy: House) -> None:
    with practice_scope(busy.id):
        assert {entry.person_id for entry in log.page(person_id=READER)} == {READER}
        assert len(log.page(person_id=READER)) == 5


def test_a_page_may_be_of_one_kind(busy: House) -> None:
    with practice_scope(busy.id):
        assert len(log.page(action_prefix="billing.payment.")) == 5
        assert log.page(action_prefix="billing.refund.") == []
        assert log.page(action_prefix="billing%") == []


def test_a_page_is_one_query(
    busy: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with practice_scope(busy.id), django_assert_num_queries(1):
        log.page()


def test_a_page_shows_one_practice(busy: House, other_practice: House) -> None:
    with practice_scope(other_practice.id):
        assert log.page(person_id=READER) == []
