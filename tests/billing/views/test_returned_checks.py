"""The page on which somebody says that the bank sent a check back."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.tenancy import practice_scope
from billing.models import Payment
from billing.selectors.invoices import balance_due
from ledger.money import Money
from tests.billing import checks, money
from tests.billing import desk as at
from tests.billing.conftest import Billed


@pytest.fixture
def check(billed: Billed) -> Payment:
    """A check over 50.00 pays a part of the invoice and lies at the bank."""
    with practice_scope(billed.house.id):
        return checks.at_bank(billed.own, billed.house.people["front-desk"])


def typed(**changes: Any) -> dict[str, Any]:
    today = localdate(timezone=at.ZONE).isoformat()
    return {
        "key": str(uuid4()),
        "reason": "FUNDS",
        "where": "BANK",
        "fee": "12.00",
        "returned_on": today,
        **changes,
    }


def url_of(payment: Payment) -> str:
    return reverse("billing:payment_returned", args=[payment.pk])


def test_a_check_is_sent_back_once_and_the_receipt_says_so(
    at_desk: Browser, billed: Billed, check: Payment
) -> None:
    receipt = reverse("billing:payment", args=[check.pk])
    assert url_of(check) in at_desk.get(receipt).text
    page = at_desk.get(url_of(check))
    for words in ("INV-2026-0001</a> is open again by", "$50.00", "a second person is asked"):
        assert words in page.text
    form = typed()

    for _ in range(2):
        answer = at_desk.post(url_of(check), form, follow=True)

    for words in (
        "R-00001 is sent back by the bank",
        "The bank sent it back.",
        "There was not enough money",
        "It left the bank again",
        "The bank took $12.00 for it",
        "Sent back by the bank</",
    ):
        assert words in answer.text
    assert url_of(check) not in answer.text
    assert at_desk.get(url_of(check)).status_code == 302
    with practice_scope(billed.house.id):
        assert balance_due(billed.own_invoice) == Money(150_00)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "Choose why."),
        ({"where": ""}, "Choose where it lay."),
        ({"where": "DRAWER"}, "only $0.00 in checks lie in the drawer"),
        ({"fee": "-1"}, "zero or more"),
        ({"returned_on": "2026-02-01"}, "Choose Mar 3, 2026 or later"),
        ({"returned_on": "2999-01-01"}, "Enter a day of"),
    ],
)
def test_what_is_wrong_comes_back(
    at_desk: Browser, check: Payment, changes: dict[str, str], words: str
) -> None:
    answer = at_desk.post(url_of(check), typed(**changes))

    assert answer.status_code == 422
    assert words in answer.text


def test_a_bank_line_is_offered_to_who_matches_them(
    as_accountant: Browser, billed: Billed, check: Payment
) -> None:
    with practice_scope(billed.house.id):
        line = checks.bank_line(billed.house.people["accountant"], check)

    page = as_accountant.get(url_of(check))
    assert "RETURNED ITEM" in page.text
    assert "Okonkwo" not in page.text
    answer = as_accountant.post(url_of(check), typed(line=str(line.pk)), follow=True)

    assert "and a bank line says so" in answer.text


def test_the_desk_is_offered_no_bank_line(at_desk: Browser, billed: Billed, check: Payment) -> None:
    with practice_scope(billed.house.id):
        checks.bank_line(billed.house.people["accountant"], check)

    assert "RETURNED ITEM" not in at_desk.get(url_of(check)).text


def test_above_the_limit_a_second_person_is_asked(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        check = checks.at_bank(billed.own, billed.house.people["front-desk"], "100.01")

    answer = at_desk.post(url_of(check), typed(), follow=True)

    assert "A second person was asked" in answer.text


def test_cash_never_comes_back_and_therapists_say_nothing(
    at_desk: Browser, as_therapist: Browser, billed: Billed, check: Payment
) -> None:
    with practice_scope(billed.house.id):
        cash = money.kept(billed.own, billed.house.people["front-desk"], "5.00")

    assert "No check came" in at_desk.get(url_of(cash)).text
    assert at_desk.post(url_of(cash), typed()).status_code == 422
    assert as_therapist.get(url_of(check)).status_code == 403
    assert as_therapist.post(url_of(check), typed()).status_code == 403
