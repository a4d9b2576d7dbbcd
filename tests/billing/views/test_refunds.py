"""The page on which money goes back."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.tenancy import practice_scope
from billing.models import Payment, Refund
from billing.selectors.payments import credit_left
from ledger.money import Money
from tests.billing import desk as at
from tests.billing.conftest import Billed


@pytest.fixture
def paid(billed: Billed) -> Payment:
    """200.00 in cash: 150.00 pays the invoice, 50.00 is credit."""
    with practice_scope(billed.house.id):
        return at.cash(billed.own, billed.house.people["front-desk"], "200.00", keep_rest=True)


def typed(**changes: Any) -> dict[str, Any]:
    today = localdate(timezone=at.ZONE).isoformat()
    return {
        "key": str(uuid4()),
        "amount": "20.00",
        "method": "CASH",
        "reason": "OVERPAID",
        "refunded_on": today,
        **changes,
    }


def url_of(payment: Payment) -> str:
    return reverse("billing:payment_refund", args=[payment.pk])


def test_credit_goes_back_once_and_can_be_kept_after_all(
    at_desk: Browser, billed: Billed, paid: Payment
) -> None:
    page = at_desk.get(url_of(paid))
    for words in ('value="50.00"', "$50.00 of it is credit", "INV-2026-0001 with $150.00"):
        assert words in page.text
    form = typed()

    for _ in range(2):
        answer = at_desk.post(url_of(paid), form, follow=True)

    for words in ("RF-00001 is recorded", "Back in cash", "The client paid too much"):
        assert words in answer.text
    client = at_desk.get(reverse("billing:client", args=[billed.own.pk]))
    assert "20.00 was given back" in client.text
    with practice_scope(billed.house.id):
        assert credit_left(paid) == Money(30_00)
        back = reverse("billing:refund_take_back", args=[Refund.objects.get().pk])
    assert "2030 Refunds payable" in at_desk.get(back).text
    form = {"reason": "MISTAKE", "taken_back_on": typed()["refunded_on"]}
    answer = at_desk.post(back, form, follow=True)
    assert "$20.00 is credit again" in answer.text
    assert at_desk.post(back, form).status_code == 422


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "200.01"}, "$200.00 of R-00001 can go back"),
        ({"amount": "60.00"}, "Say whether the client owes that again"),
        ({"amount": ""}, "Enter how much goes back."),
        ({"method": "CHECK"}, "Enter the number on the check."),
        ({"method": "CARD"}, "Select a valid choice"),
        ({"reason": ""}, "Choose why."),
    ],
)
def test_what_is_wrong_comes_back(
    at_desk: Browser, paid: Payment, changes: dict[str, str], words: str
) -> None:
    answer = at_desk.post(url_of(paid), typed(**changes))

    assert answer.status_code == 422
    assert words in answer.text


def test_the_client_owes_again_where_that_is_said(at_desk: Browser, paid: Payment) -> None:
    answer = at_desk.post(url_of(paid), typed(amount="60.00", charge="OWED"), follow=True)

    for words in ("$60.00 goes back", "The money was refunded", "To <a"):
        assert words in answer.text


def test_above_the_limit_a_second_person_is_asked(at_desk: Browser, paid: Payment) -> None:
    answer = at_desk.post(url_of(paid), typed(amount="150.00", charge="OWED"), follow=True)

    assert "A second person was asked" in answer.text
    assert "RF-00001" not in answer.text


def test_the_accountant_refunds_by_codes_alone(as_accountant: Browser, paid: Payment) -> None:
    page = as_accountant.get(url_of(paid))

    assert "C-0001" in page.text
    assert "Okonkwo" not in page.text


def test_therapists_refund_nothing(as_therapist: Browser, paid: Payment) -> None:
    assert as_therapist.get(url_of(paid)).status_code == 403
    assert as_therapist.post(url_of(paid), typed()).status_code == 403
