"""Pages of the log."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Checkpoint, Event
from audit.selectors import log
from audit.selectors.log import Entry, Wanted
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
        page = log.page(Wanted(person_id=READER))
        assert [entry.person_id for entry in page] == [READER] * 5


def test_a_page_may_be_of_some_kinds(busy: House) -> None:
    with practice_scope(busy.id):
        assert len(log.page(Wanted(areas={"billing.payment", "billing.refund"}))) == 5
        assert log.page(Wanted(areas={"billing.refund"})) == []
        assert log.page(Wanted(areas={"billing"})) == []
        assert len(log.page(Wanted(action="billing.payment.recorded"))) == 5
        assert log.page(Wanted(action="billing.payment.recorded", areas={"clients.client"})) == []


def test_a_page_may_be_of_what_was_refused(busy: House) -> None:
    with practice_scope(busy.id):
        before = len(log.page(Wanted(only_refusals=True)))
        for action in (Action.MFA_FAILED, Action.NETWORK_REFUSED, Action.SIGNED_IN):
            events.record(action)
    with practice_scope(busy.id):
        told = [entry.action for entry in log.page(Wanted(only_refusals=True))]

    assert told[:2] == ["accounts.network.refused", "accounts.mfa.failed"]
    assert len(told) == before + 2


@pytest.mark.parametrize("action", Action)
def test_what_is_named_a_refusal_or_a_failure_is_found_as_one(
    practice: House, action: Action
) -> None:
    told = action.rpartition(".")[2]
    with practice_scope(practice.id):
        events.record(action)
    with practice_scope(practice.id):
        event = Event.objects.latest("seq")

    assert event.action == action
    assert event.is_refusal == ("refused" in told or "failed" in told)
    assert event.area == action.rpartition(".")[0]


def test_a_page_may_be_of_one_address(busy: House) -> None:
    for address in ("203.0.113.7", "203.0.113.70"):
        with (
            events.coming_from({"at_address": address, "by_request": "4f2a"}),
            practice_scope(busy.id),
        ):
            events.record(Action.CLIENT_LISTED, count=9)
    with practice_scope(busy.id):
        (found,) = log.page(Wanted(address="203.0.113.7"))

    assert found.facts == {"count": 9, "at_address": "203.0.113.7", "by_request": "4f2a"}


def test_a_page_may_be_of_one_number_however_it_is_typed(busy: House) -> None:
    exported = str(uuid4())
    with practice_scope(busy.id, person_id=READER):
        events.record(Action.CLIENT_EXPORTED, count=2, export=exported)
        events.record(Action.CLIENT_EXPORTED, count=2, export=str(uuid4()))
    with practice_scope(busy.id):
        (of_file,) = log.page(Wanted(export=exported))
        (of_paper,) = log.page(Wanted(label="r-3"))

        assert of_file.facts["export"] == exported
        assert of_paper.label == "R-3"
        assert log.page(Wanted(label="R")) == log.page(Wanted(export="R-3")) == []


def test_what_is_asked_holds_together(busy: House) -> None:
    with practice_scope(busy.id):
        both = Wanted(person_id=READER, areas={"clients.client"})
        assert log.page(both) == []


def note_length(house: House, entry: Entry, *, at: datetime) -> None:
    Checkpoint.objects.create(
        practice_id=house.id,
        size=entry.seq,
        hash=bytes(32),
        at=at,
        previous=bytes(32),
        key_id="of a test",
        signature=bytes(64),
    )


def test_a_page_may_be_of_some_time(busy: House) -> None:
    with practice_scope(busy.id):
        whole = log.page(limit=1000)
        first, last = whole[-4].at, whole[2].at
        page = log.page(Wanted(since=first, until=last), limit=1000)

    assert page == [entry for entry in whole if first <= entry.at < last]
    assert page


@pytest.mark.parametrize(("minutes", "is_seen"), [(0, True), (9, True), (11, False)])
def test_a_signed_length_bounds_the_search_as_far_as_clocks_may_differ(
    busy: House, minutes: int, is_seen: bool
) -> None:
    """Of a checkpoint that lies: an honest one says of its moment what was there before it."""
    with practice_scope(busy.id):
        newest = log.page(limit=1)[0]
        note_length(busy, newest, at=newest.at - timedelta(minutes=minutes))
        assert (newest in log.page(Wanted(since=newest.at))) is is_seen

    with practice_scope(busy.id):
        oldest = log.page(limit=1000)[-1]
        until = newest.at + timedelta(hours=1)
        note_length(busy, oldest, at=until + timedelta(minutes=minutes))
        assert (newest in log.page(Wanted(until=until))) is is_seen


def test_a_page_is_one_query(
    busy: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with practice_scope(busy.id), django_assert_num_queries(1):
        log.page()


def test_a_page_shows_one_practice(busy: House, other_practice: House) -> None:
    with practice_scope(other_practice.id):
        assert log.page(Wanted(person_id=READER)) == []
