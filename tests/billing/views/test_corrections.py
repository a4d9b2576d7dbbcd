"""The pages on which money is put right: correct, take off, apply by hand, and many at once."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.tenancy import practice_scope
from billing.models import Invoice, Payment, PaymentApplication
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from ledger.money import ZERO, Money
from tests import counting
from tests.billing import desk as at
from tests.billing import money, planning
from tests.billing.conftest import Billed

UNAPPLIED = "/payments/unapplied/"
APPLY_MANY = "/payments/unapplied/applications/"


@pytest.fixture
def paid(billed: Billed) -> Payment:
    """100.00 in cash of the first client, all of it applied."""
    with practice_scope(billed.house.id):
        return at.cash(billed.own, billed.house.people["front-desk"], "100.00")


@pytest.fixture
def kept(billed: Billed) -> Payment:
    """40.00 in cash of the first client, all of it credit, though an invoice is open."""
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        payment = at.cash(billed.own, by, "40.00")
        return money.unapplied(payment, by)


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "reason": "AMOUNT",
        "code": "C-0001",
        "amount": "10.00",
        "method": "CASH",
        "received_on": at.TODAY.isoformat(),
        **changes,
    }


def correct_url(payment: Payment) -> str:
    return reverse("billing:payment_correct", args=[payment.pk])


def receipts(billed: Billed) -> list[Payment]:
    with practice_scope(billed.house.id):
        return list(Payment.objects.order_by("receipt"))


def test_the_dialog_is_filled_and_shows_what_is_reversed(at_desk: Browser, paid: Payment) -> None:
    page = at_desk.get(correct_url(paid))

    for words in (
        'value="100.00"',
        'value="C-0001"',
        "Reverses: Receipt R-00001, cash, Mar 3, 2026",
        "Reverses: Receipt R-00001 applied to INV-2026-0001",
        "2000 Client credits",
        "It was another client&#x27;s",
    ):
        assert words in page.text


def test_a_payment_is_corrected_and_the_old_one_stays_in_sight(
    at_desk: Browser, billed: Billed, paid: Payment
) -> None:
    answer = at_desk.post(correct_url(paid), typed(), follow=True)

    assert "Receipt R-00002" in answer.text
    assert "which was wrong" in answer.text
    old = at_desk.get(reverse("billing:payment", args=[paid.pk]))
    for words in ("<s>Receipt R-00001</s>", "The amount was wrong", "R-00002", "Reversed"):
        assert words in old.text
    client = at_desk.get(reverse("billing:client", args=[billed.own.pk]))
    assert "is-void" in client.text
    assert at_desk.get(correct_url(paid)).status_code == 302


def test_a_correction_sent_twice_is_one(at_desk: Browser, billed: Billed, paid: Payment) -> None:
    form = typed()

    first, again = (at_desk.post(correct_url(paid), form) for _ in range(2))

    assert first["Location"] == again["Location"]
    assert len(receipts(billed)) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "100.00"}, "Nothing differs from what stands"),
        ({"amount": "12.345"}, "at most two digits"),
        ({"code": "C-9999"}, "There is no client with this code"),
        ({"method": "CHECK"}, "Enter the number on the check"),
        ({"reason": ""}, "Choose what was wrong"),
        ({"received_on": f"{localdate() + timedelta(days=2)}"}, "This day is not here yet"),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(
    at_desk: Browser, billed: Billed, paid: Payment, changes: dict[str, str], words: str
) -> None:
    answer = at_desk.post(correct_url(paid), typed(**changes))

    assert answer.status_code == 422
    assert words in answer.text
    for value in changes.values():
        assert value in answer.text
    assert len(receipts(billed)) == 1


def test_a_payment_that_never_came_needs_no_other(
    at_desk: Browser, billed: Billed, paid: Payment
) -> None:
    answer = at_desk.post(correct_url(paid), typed(reason="TWICE", amount=""), follow=True)

    assert "R-00001 is taken back." in answer.text
    assert "Nothing stands in its place" in answer.text
    assert len(receipts(billed)) == 1


def test_the_accountant_corrects_by_codes_alone(as_accountant: Browser, paid: Payment) -> None:
    page = as_accountant.get(correct_url(paid))

    assert "C-0001" in page.text
    assert "Okonkwo" not in page.text


def test_therapists_and_strangers_correct_nothing(
    as_therapist: Browser, as_auditor: Browser, paid: Payment
) -> None:
    for browser in (as_therapist, as_auditor):
        assert browser.get(correct_url(paid)).status_code == 403
        assert browser.post(correct_url(paid), typed()).status_code == 403


def test_money_is_taken_off_an_invoice(at_desk: Browser, billed: Billed, paid: Payment) -> None:
    with practice_scope(billed.house.id):
        url = reverse("billing:application_take_back", args=[paid.applications.get().pk])
    assert "1100 Client receivable" in at_desk.get(url).text
    form = {"reason": "AS_CREDIT", "taken_back_on": at.TODAY.isoformat()}

    answer = at_desk.post(url, form, follow=True)

    assert "$100.00 is taken off INV-2026-0001 and is credit again." in answer.text
    assert "The client wants it kept as credit" in answer.text
    assert "Apply credit" in answer.text
    again = at_desk.post(url, form)
    assert (again.status_code, "already" in again.text) == (422, True)


def test_credit_is_applied_by_hand(at_desk: Browser, billed: Billed, kept: Payment) -> None:
    url = reverse("billing:payment_apply", args=[kept.pk])
    own = f"to_{billed.own_invoice.pk}"
    form = {
        "key": str(uuid4()),
        "goes_to": "HAND",
        own: "15.00",
        "applied_on": at.TODAY.isoformat(),
    }
    assert "$40.00 of it is credit" in at_desk.get(url).text

    for _ in range(2):
        answer = at_desk.post(url, form, follow=True)

    assert "$15.00 of R-00001 is applied." in answer.text
    with practice_scope(billed.house.id):
        assert credit_left(kept) == Money(25_00)


@pytest.mark.parametrize("goes_to", ["OLDEST", "HAND"])
def test_a_second_click_is_the_same_answer_though_nothing_is_left(
    at_desk: Browser, billed: Billed, goes_to: str
) -> None:
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        kept = money.unapplied(at.cash(billed.own, by, "150.00"), by)
    url = reverse("billing:payment_apply", args=[kept.pk])
    form = {
        "key": str(uuid4()),
        "goes_to": goes_to,
        "applied_on": at.TODAY.isoformat(),
        f"to_{billed.own_invoice.pk}": "150.00",
    }

    for _ in range(2):
        answer = at_desk.post(url, form)
        assert (answer.status_code, answer["Location"]) == (302, f"/payments/{kept.pk}/")

    other = at_desk.post(url, form | {"goes_to": "HAND", f"to_{billed.own_invoice.pk}": "1.00"})
    assert (other.status_code, "There is nothing to apply" in other.text) == (422, True)
    with practice_scope(billed.house.id):
        assert PaymentApplication.objects.count() == 2


@pytest.mark.parametrize(
    ("amount", "words"),
    [("150.01", "has $150.00 open"), ("", "Type how much goes to which invoice")],
)
def test_an_amount_by_hand_that_cannot_be_is_marked(
    at_desk: Browser, billed: Billed, kept: Payment, amount: str, words: str
) -> None:
    url = reverse("billing:payment_apply", args=[kept.pk])
    own = f"to_{billed.own_invoice.pk}"
    form = {
        "key": str(uuid4()),
        "goes_to": "HAND",
        own: amount,
        "applied_on": at.TODAY.isoformat(),
    }

    answer = at_desk.post(url, form)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_new_payment_is_shared_out_by_hand_or_kept(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        second = at.invoice(billed.own, billed.house.people["front-desk"], dollars="90.00")
    form = typed(goes_to="HAND", amount="60.00", **{f"to_{second.pk}": "60.00"})
    at_desk.post("/payments/new/", form)
    at_desk.post("/payments/new/", typed(goes_to="CREDIT", amount="10.00"))

    by_hand, credit = receipts(billed)
    with practice_scope(billed.house.id):
        assert balance_due(Invoice.objects.get(pk=second.pk)) == Money(30_00)
        assert (credit_left(by_hand), credit_left(credit)) == (ZERO, Money(10_00))


def test_a_second_click_on_a_payment_by_hand_is_the_same_payment(
    at_desk: Browser, billed: Billed
) -> None:
    own = f"to_{billed.own_invoice.pk}"
    form = typed(goes_to="HAND", amount="150.00", **{own: "150.00"})

    first, again = (at_desk.post("/payments/new/", form) for _ in range(2))

    assert (first.status_code, again.status_code) == (302, 302)
    assert first["Location"] == again["Location"]
    assert len(receipts(billed)) == 1


def test_a_correction_with_the_key_of_a_payment_is_refused(at_desk: Browser, paid: Payment) -> None:
    answer = at_desk.post(correct_url(paid), typed(key=str(paid.key)))

    assert (answer.status_code, "was sent before" in answer.text) == (422, True)


def test_the_list_says_what_credit_could_pay(at_desk: Browser, kept: Payment) -> None:
    page = at_desk.get(UNAPPLIED)

    for words in ("$40.00 of clients", "R-00001", "INV-2026-0001", "Look before applying"):
        assert words in page.text


def sign_in(page: str) -> str:
    """Return what the look before applying says that it is of."""
    found = re.search(r'name="shown" value="([^"]+)"', page)
    assert found
    return found[1]


def looked_at(at_desk: Browser, kept: Payment) -> dict[str, str]:
    page = at_desk.get(APPLY_MANY, {"picked": str(kept.pk)}).text
    return {"key": str(uuid4()), "shown": sign_in(page), "picked": str(kept.pk)}


def test_many_are_applied_after_a_look(at_desk: Browser, billed: Billed, kept: Payment) -> None:
    preview = at_desk.get(APPLY_MANY, {"picked": str(kept.pk)})
    assert "owe $150.00 now, and $110.00 afterwards" in preview.text
    form = {"key": str(uuid4()), "shown": sign_in(preview.text), "picked": str(kept.pk)}

    for _ in range(2):
        answer = at_desk.post(APPLY_MANY, form, follow=True)

    assert "$40.00 is applied to 1 invoice." in answer.text
    assert "No credit waits" in answer.text
    with practice_scope(billed.house.id):
        assert credit_left(kept) == ZERO
        assert PaymentApplication.objects.count() == 2


def test_what_changed_since_the_look_is_looked_at_again(
    at_desk: Browser, billed: Billed, kept: Payment
) -> None:
    form = looked_at(at_desk, kept)
    with practice_scope(billed.house.id):
        at.cash(
            billed.own,
            billed.house.people["front-desk"],
            "140.00",
            on=localdate(),
            apply_to=billed.own_invoice,
        )

    answer = at_desk.post(APPLY_MANY, form)

    assert answer.status_code == 422
    assert "This is not what was shown" in answer.text
    assert "It would be $10.00, as below." in answer.text
    with practice_scope(billed.house.id):
        assert credit_left(kept) == Money(40_00)


def test_the_same_sum_to_other_invoices_is_looked_at_again(
    at_desk: Browser, billed: Billed, kept: Payment
) -> None:
    """A plan is agreed between look and yes: the credit would pay another invoice as much."""
    by, on = billed.house.people["front-desk"], localdate()
    with practice_scope(billed.house.id, person_id=by.person_id):
        weekly = at.invoice(billed.own, by, issued_on=on)
    form = looked_at(at_desk, kept)
    with practice_scope(billed.house.id, person_id=by.person_id):
        later = on + timedelta(days=90)
        planning.plan(billed.own, by, billed.own_invoice, today=on, starts_on=later, now=now())

    answer = at_desk.post(APPLY_MANY, form)

    assert (answer.status_code, "This is not what was shown" in answer.text) == (422, True)
    assert weekly.number in answer.text
    with practice_scope(billed.house.id):
        assert credit_left(kept) == Money(40_00)
    assert at_desk.post(APPLY_MANY, form | {"shown": sign_in(answer.text)}).status_code == 302


def test_the_key_of_what_was_applied_applies_no_other_sum(
    at_desk: Browser, billed: Billed, kept: Payment
) -> None:
    form = looked_at(at_desk, kept)
    at_desk.post(APPLY_MANY, form)

    answer = at_desk.post(APPLY_MANY, form | {"shown": "0" * 64})

    assert (answer.status_code, "was sent before" in answer.text) == (422, True)


def test_nothing_picked_is_told(at_desk: Browser, kept: Payment) -> None:
    assert "Pick at least one" in at_desk.get(APPLY_MANY, follow=True).text


def test_the_list_asks_no_more_for_more(at_desk: Browser, billed: Billed, kept: Payment) -> None:
    def asked() -> int:
        with counting.queries() as queries:
            assert at_desk.get(f"{UNAPPLIED}?state=all").status_code == 200
        return len(queries)

    few = asked()
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        for name in ("Haddad", "Nair", "Srisuk"):
            client = at.client(by, name)
            at.cash(client, by, "5.00", keep_rest=True)
            at.invoice(client, by)

    assert asked() == few <= 15
