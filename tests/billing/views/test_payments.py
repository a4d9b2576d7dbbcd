from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import practice_scope
from billing.models import Payment
from ledger.money import Money
from tests.billing import desk as at
from tests.billing.conftest import Billed

NEW = "/payments/new/"
HTMX = {"HX-Request": "true"}


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "code": "C-0001",
        "key": str(uuid4()),
        "amount": "20.00",
        "method": "CASH",
        "received_on": timezone.localdate(timezone=at.ZONE).isoformat(),
        **changes,
    }


def payments(billed: Billed) -> list[Payment]:
    with practice_scope(billed.house.id):
        return list(Payment.objects.order_by("receipt"))


def test_the_form_of_an_invoice_offers_what_is_open(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.get(NEW, {"invoice": str(billed.own_invoice.pk)})

    assert page.status_code == 200
    assert 'value="150.00"' in page.text
    assert "Amara Okonkwo" in page.text
    assert "It pays INV-2026-0001 first" in page.text


def test_the_form_of_a_client_needs_no_code(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.get(NEW, {"client": str(billed.own.pk)})

    assert '<input type="hidden" name="code" value="C-0001"' in page.text


def test_twenty_in_cash_give_a_receipt(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(NEW, typed(invoice=billed.own_invoice.pk))

    [payment] = payments(billed)
    assert payment.amount == Money(20_00)
    assert answer["Location"] == reverse("billing:payment", args=[payment.pk])
    receipt = at_desk.get(answer["Location"])
    for words in ("Receipt R-00001", "$20.00 in cash", "INV-2026-0001", "130.00"):
        assert words in receipt.text


def test_the_receipt_says_how_much_change_to_give(at_desk: Browser, billed: Billed) -> None:
    short = at_desk.post(NEW, typed(amount="135.00", tendered="130.00"))
    answer = at_desk.post(NEW, typed(amount="135.00", tendered="150.00"), headers=HTMX)

    assert (short.status_code, "$130.00 is less than $135.00" in short.text) == (422, True)
    assert "Change $15.00" in answer.text


def test_htmx_gets_the_receipt_in_place(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(NEW, typed(), headers=HTMX)

    assert answer.status_code == 200
    assert "Receipt R-00001" in answer.text
    assert "<html" not in answer.text


def test_a_form_sent_twice_is_one_payment_with_the_same_receipt(
    at_desk: Browser, billed: Billed
) -> None:
    form = typed()

    first, again = at_desk.post(NEW, form), at_desk.post(NEW, form)

    assert first["Location"] == again["Location"]
    assert len(payments(billed)) == 1


def test_a_form_sent_again_with_another_amount_is_refused(at_desk: Browser, billed: Billed) -> None:
    form = typed()
    at_desk.post(NEW, form)

    answer = at_desk.post(NEW, form | {"amount": "30.00"})

    assert answer.status_code == 409
    assert [payment.amount for payment in payments(billed)] == [Money(20_00)]


def test_more_than_is_open_is_asked_about(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(NEW, typed(amount="200.00"), headers=HTMX)

    assert answer.status_code == 422
    assert "$50.00 stays as credit" in answer.text
    assert 'value="200.00"' in answer.text
    assert payments(billed) == []


def test_the_rest_is_kept_where_the_box_is_ticked(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(NEW, typed(amount="200.00", keep_rest="on"), headers=HTMX)

    assert "Kept as credit" in answer.text
    assert [payment.amount for payment in payments(billed)] == [Money(200_00)]


def test_what_is_wrong_comes_back_with_what_was_typed(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(NEW, typed(amount="12.345", method="CHECK"))

    assert answer.status_code == 422
    assert 'value="12.345"' in answer.text
    assert "at most two digits" in answer.text
    assert "Enter the number on the check." in answer.text
    assert "<html" in answer.text


def test_the_accountant_takes_money_by_code(as_accountant: Browser, billed: Billed) -> None:
    page = as_accountant.get(NEW, {"client": str(billed.own.pk)})
    answer = as_accountant.post(NEW, typed(), headers=HTMX)

    assert "C-0001" in answer.text
    assert "Amara" not in page.text + answer.text


@pytest.mark.parametrize("asked", ["client", "invoice"])
@pytest.mark.parametrize("value", ["nonsense", "018f0000-0000-7000-8000-000000000000"])
def test_an_unknown_id_is_not_there(at_desk: Browser, asked: str, value: str) -> None:
    assert at_desk.get(NEW, {asked: value}).status_code == 404


def test_a_therapist_takes_no_money(as_therapist: Browser) -> None:
    assert as_therapist.get(NEW).status_code == 403
    assert as_therapist.post(NEW, typed()).status_code == 403


def test_a_receipt_of_another_client_is_not_there(as_therapist: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        payment = at.cash(billed.other, billed.house.people["front-desk"], "150.00")

    assert as_therapist.get(reverse("billing:payment", args=[payment.pk])).status_code == 404


@pytest.mark.parametrize("url", [NEW, "/appointments/new/", "/sessions/new/"])
def test_a_code_that_no_text_can_be_is_unknown(at_desk: Browser, url: str) -> None:
    assert at_desk.post(url, typed(code="\x00")).status_code == 422
