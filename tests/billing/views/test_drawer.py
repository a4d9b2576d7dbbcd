"""The page of the drawer: what should be there, the count, and the bag."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.tenancy import practice_scope
from billing.models import Deposit, DrawerCount
from tests.billing import desk as at
from tests.billing import money
from tests.billing.conftest import Billed

DRAWER, NEW = "/drawer/", "/drawer/deposits/new/"


@pytest.fixture
def till(billed: Billed) -> Billed:
    """100.00 in cash lie in the drawer."""
    with practice_scope(billed.house.id):
        at.cash(billed.own, billed.house.people["front-desk"], "100.00")
    return billed


def counted(**changes: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "cash": "100.00", "checks": "0", "reason": "", **changes}


def bag(**changes: Any) -> dict[str, Any]:
    today = localdate(timezone=at.ZONE).isoformat()
    return {
        "key": str(uuid4()),
        "cash": "100.00",
        "checks": "0",
        "bag_number": "B-17",
        "deposited_on": today,
        **changes,
    }


def test_much_missing_cash_waits_for_a_second_person(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        money.kept(billed.own, billed.house.people["front-desk"], "100.01")

    answer = at_desk.post(DRAWER, counted(cash="0", reason="LOST"), follow=True)

    assert "A second person was asked, because more cash is missing" in answer.text
    assert "$100.01 should lie in it" in answer.text
    with practice_scope(billed.house.id):
        assert not DrawerCount.objects.exists()


def test_a_count_that_agrees_is_recorded_once(at_desk: Browser, till: Billed) -> None:
    assert "$100.00 should lie in it" in at_desk.get(DRAWER).text
    form = counted()

    for _ in range(2):
        answer = at_desk.post(DRAWER, form, follow=True)

    assert "everything is there" in answer.text
    with practice_scope(till.house.id):
        assert DrawerCount.objects.count() == 1


def test_a_difference_asks_why(at_desk: Browser, till: Billed) -> None:
    refused = at_desk.post(DRAWER, counted(cash="99.00"))
    answer = at_desk.post(DRAWER, counted(cash="99.00", reason="LOST"), follow=True)

    assert (refused.status_code, "$1.00 short. Say why." in refused.text) == (422, True)
    assert 'value="99.00"' in refused.text
    for words in ("cash is $1.00 short", "nobody knows why", "$99.00 should lie in it"):
        assert words in answer.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"checks": "5"}, "correct the payment that is wrong"), ({"cash": ""}, "Count the cash")],
)
def test_what_is_wrong_is_marked(
    at_desk: Browser, till: Billed, changes: dict[str, str], words: str
) -> None:
    answer = at_desk.post(DRAWER, counted(**changes))

    assert answer.status_code == 422
    assert words in answer.text


def test_a_bag_goes_to_the_bank_and_comes_back(at_desk: Browser, till: Billed) -> None:
    assert 'value="100.00"' in at_desk.get(NEW).text
    form = bag()

    for _ in range(2):
        answer = at_desk.post(NEW, form, follow=True)

    for words in ("D-00001 is recorded: $100.00 went to the bank", "B-17", "$0.00 should lie"):
        assert words in answer.text
    with practice_scope(till.house.id):
        back = reverse("billing:deposit_take_back", args=[Deposit.objects.get().pk])
    assert "1000 Operating bank" in at_desk.get(back).text
    gone = {"reason": "MISTAKE", "taken_back_on": form["deposited_on"]}
    assert "it lies in the drawer" in at_desk.post(back, gone, follow=True).text
    assert at_desk.post(back, gone).status_code == 422


def test_no_more_is_taken_than_lies_there(at_desk: Browser, till: Billed) -> None:
    answer = at_desk.post(NEW, bag(cash="100.01"))

    assert answer.status_code == 422
    assert "$100.00 in cash and $0.00 in checks lie in the drawer" in answer.text


def test_therapists_count_nothing(as_therapist: Browser) -> None:
    assert as_therapist.get(DRAWER).status_code == 403
    assert as_therapist.post(DRAWER, counted()).status_code == 403
