"""The pages on which credit goes to another client and comes back."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.tenancy import practice_scope
from billing.models import CreditTransfer, Payment
from tests.billing import desk as at
from tests.billing import money
from tests.billing.conftest import Billed


@pytest.fixture
def over(billed: Billed) -> Payment:
    """50.00 in cash, all of it credit of the first client."""
    with practice_scope(billed.house.id):
        return money.kept(billed.own, billed.house.people["front-desk"], "50.00")


def typed(**changes: Any) -> dict[str, Any]:
    today = localdate(timezone=at.ZONE).isoformat()
    return {
        "key": str(uuid4()),
        "code": "C-0002",
        "amount": "20.00",
        "reason": "FAMILY",
        "agreed": "WRITTEN",
        "agreed_on": today,
        "moved_on": today,
        **changes,
    }


def url_of(payment: Payment) -> str:
    return reverse("billing:credit_transfer", args=[payment.pk])


def test_credit_goes_once_and_both_accounts_show_it(
    at_desk: Browser, billed: Billed, over: Payment
) -> None:
    receipt = reverse("billing:payment", args=[over.pk])
    assert url_of(over) in at_desk.get(receipt).text
    assert 'value="50.00"' in at_desk.get(url_of(over)).text
    form = typed()

    for _ in range(2):
        answer = at_desk.post(url_of(over), form, follow=True)

    for words in ("$20.00 went to the other account, as R-00002", "They are one family"):
        assert words in answer.text
    assert "Whitfield" not in answer.text
    with practice_scope(billed.house.id):
        moved = CreditTransfer.objects.get()
    arrived = at_desk.get(reverse("billing:payment", args=[moved.arrived_id]))
    assert "$20.00 from another account" in arrived.text
    assert "Okonkwo" not in arrived.text
    own = at_desk.get(reverse("billing:client", args=[billed.own.pk]))
    assert "20.00 went to another account" in own.text
    other = at_desk.get(reverse("billing:client", args=[billed.other.pk]))
    assert "from another account" in other.text
    assert "Okonkwo" not in other.text

    back = reverse("billing:credit_transfer_take_back", args=[moved.pk])
    assert back in at_desk.get(receipt).text
    assert "2000 Client credits" in at_desk.get(back).text
    day = {"taken_back_on": typed()["moved_on"]}
    answer = at_desk.post(back, day, follow=True)
    assert "$20.00 is credit of R-00001 again" in answer.text
    assert "It came back" in answer.text
    assert at_desk.post(back, day).status_code == 422


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "50.01"}, "$50.00 of R-00001 is credit"),
        ({"amount": ""}, "Enter how much goes."),
        ({"code": "C-0001"}, "This is the client whose credit it is"),
        ({"code": "C-9999"}, "There is no client with this code"),
        ({"reason": ""}, "Choose why."),
        ({"agreed": ""}, "Choose how they agreed."),
        ({"moved_on": "2026-01-02"}, "or later, when it was there"),
    ],
)
def test_what_is_wrong_comes_back(
    at_desk: Browser, over: Payment, changes: dict[str, str], words: str
) -> None:
    answer = at_desk.post(url_of(over), typed(**changes))

    assert answer.status_code == 422
    assert words in answer.text


def test_above_the_limit_a_second_person_is_asked(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        over = money.kept(billed.own, billed.house.people["front-desk"], "100.01")

    answer = at_desk.post(url_of(over), typed(amount="100.01"), follow=True)

    assert "A second person was asked" in answer.text


def test_the_accountant_moves_by_codes_alone(as_accountant: Browser, over: Payment) -> None:
    page = as_accountant.get(url_of(over))

    assert "C-0001" in page.text
    assert "Okonkwo" not in page.text


def test_therapists_move_nothing(as_therapist: Browser, over: Payment) -> None:
    assert as_therapist.get(url_of(over)).status_code == 403
    assert as_therapist.post(url_of(over), typed()).status_code == 403
