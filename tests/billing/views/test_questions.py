"""A client says what is not right of an invoice, the practice answers, and the client reads it."""

from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import InvoiceLine, InvoiceQuestion
from tests import counting
from tests.billing import asking, paying
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.billing.paying import Payer
from tests.billing.views.test_work import piles

LIST = reverse("billing:questions")


@pytest.fixture
def payer(billed: Billed, front_desk: Membership) -> Payer:
    """C-0001, who owes 150.00, inside."""
    with practice_scope(billed.house.id):
        paying.take_cards(billed.house.automaton)
    payer = Payer.of(billed.house, billed.own, front_desk)
    payer.enter()
    return payer


def paid_url(billed: Billed) -> str:
    return reverse("billing:pay_paid_already", args=[billed.own_invoice.pk])


def line_url(billed: Billed) -> str:
    return reverse("billing:pay_line_question", args=[billed.own_invoice.pk])


def say(payer: Payer, billed: Billed, **changes: str) -> str:
    """Say that the invoice was paid by check, and return the page that follows."""
    said = {"key": str(uuid4()), "how": "CHECK", "paid_on": "2026-03-02", **changes}
    return payer.browser.post(paid_url(billed), said, follow=True).content.decode()


def question(billed: Billed) -> InvoiceQuestion:
    with practice_scope(billed.house.id):
        return InvoiceQuestion.objects.get()


def answer_url(billed: Billed) -> str:
    return reverse("billing:question_answer", args=[question(billed).pk])


def test_a_client_says_that_it_was_paid_and_sees_that_it_waits(
    payer: Payer, billed: Billed
) -> None:
    account = payer.account().content.decode()
    assert paid_url(billed) in account
    assert "What helps" not in account

    page = say(payer, billed, own_words="Check 1042")

    assert "You told us on" in page
    assert "check, Mar 2, 2026" in page
    assert "The practice looks into it." in page
    assert paid_url(billed) not in page


def test_a_mistake_is_told_at_its_field_and_what_was_typed_stays(
    payer: Payer, billed: Billed
) -> None:
    page = say(payer, billed, paid_on="2026-03-02", how="", amount="12.34")

    assert "Choose how you paid." in page
    assert 'value="12.34"' in page
    with practice_scope(billed.house.id):
        assert not InvoiceQuestion.objects.exists()


def test_a_client_asks_about_a_line(payer: Payer, billed: Billed) -> None:
    form = payer.browser.get(line_url(billed)).content.decode()
    with practice_scope(billed.house.id):
        line = InvoiceLine.objects.get(invoice=billed.own_invoice)
    assert str(line.pk) in form

    said = {"key": str(uuid4()), "line": str(line.pk), "doubt": "ABSENT"}
    page = payer.browser.post(line_url(billed), said, follow=True).content.decode()

    assert "I was not there" in page
    assert question(billed).line_id == line.pk


def test_a_form_that_is_sent_twice_asks_once(payer: Payer, billed: Billed) -> None:
    key = str(uuid4())
    for _ in range(2):
        say(payer, billed, key=key)

    assert question(billed).how == "CHECK"


def test_anothers_invoice_and_no_visit_open_nothing(payer: Payer, billed: Billed) -> None:
    other = reverse("billing:pay_paid_already", args=[billed.other_invoice.pk])
    line = reverse("billing:pay_line_question", args=[billed.other_invoice.pk])

    for url in (other, line):
        assert payer.browser.get(url).status_code == 404
        assert payer.browser.post(url, {"key": str(uuid4())}).status_code == 404
        assert Browser().get(url).status_code == 404
    payer.browser.post(reverse("billing:pay_leave"))
    assert payer.browser.get(paid_url(billed)).status_code in {302, 404}


def test_the_pile_counts_its_list_and_the_answer_is_read_behind_the_link(
    payer: Payer, billed: Billed, as_accountant: Browser
) -> None:
    say(payer, billed, own_words="Check 1042")
    pile = piles(as_accountant)["Questions of clients"]
    listed = as_accountant.get(pile[0]).content.decode()
    assert pile[:2] == (LIST, "1")
    assert listed.count(billed.own_invoice.number) == 1
    assert "1042" not in listed
    shown = as_accountant.get(answer_url(billed)).content.decode()
    assert "Check 1042" in shown

    told = {"outcome": "NOT_FOUND", "own_words": "Please send us a copy of it."}
    done = as_accountant.post(answer_url(billed), told, follow=True).content.decode()

    assert "Answered. The client reads it" in done
    assert "Nothing waits" in done
    assert "Questions of clients" not in piles(as_accountant)
    assert billed.own_invoice.number in as_accountant.get(f"{LIST}?state=answered").text
    account = payer.account().content.decode()
    assert "the practice did not find it" in account
    assert "Please send us a copy of it." in account
    assert paid_url(billed) in account


def test_found_names_a_payment_of_the_invoice(
    payer: Payer, billed: Billed, at_desk: Browser, front_desk: Membership
) -> None:
    say(payer, billed)
    refused = at_desk.post(answer_url(billed), {"outcome": "FOUND", "payment": ""})
    assert refused.status_code == 422
    assert "Record it, or apply it to the invoice, first." in refused.content.decode()
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        payment = at.cash(billed.own, front_desk, "150.00", apply_to=billed.own_invoice)

    told = {"outcome": "FOUND", "payment": str(payment.pk)}
    assert at_desk.post(answer_url(billed), told).status_code == 302

    page = payer.account().content.decode()
    assert f"it pays this invoice, receipt {payment.receipt}" in page


def test_two_who_answer_make_one_answer(payer: Payer, billed: Billed, at_desk: Browser) -> None:
    say(payer, billed)
    url = answer_url(billed)
    assert at_desk.post(url, {"outcome": "NOT_FOUND"}).status_code == 302

    again = at_desk.post(url, {"outcome": "NOT_FOUND"})

    assert again.status_code == 409
    assert "Not found" in at_desk.get(url).content.decode()


def test_the_desk_begins_its_day_with_the_number(
    payer: Payer, billed: Billed, at_desk: Browser
) -> None:
    home = reverse("billing:today")
    assert LIST not in at_desk.get(home).content.decode()
    say(payer, billed)

    assert "1 question of a client" in at_desk.get(home).content.decode()


def test_the_log_says_who_asked_and_who_answered(
    payer: Payer, billed: Billed, at_desk: Browser
) -> None:
    say(payer, billed, own_words="Check 1042")
    at_desk.post(answer_url(billed), {"outcome": "NOT_FOUND", "own_words": "We look again"})

    with practice_scope(billed.house.id):
        told = {each.action: each for each in Event.objects.filter(action__contains="question")}
        asked, answered = (
            told[f"billing.invoice_question.{what}"] for what in ("asked", "answered")
        )
    assert asked.facts["pay_link"] == str(payer.link().pk)
    assert (asked.label, answered.label) == (billed.own_invoice.number,) * 2
    words = str([each.facts for each in told.values()])
    assert "1042" not in words
    assert "again" not in words


def test_many_questions_take_as_many_queries_as_one(
    payer: Payer, billed: Billed, at_desk: Browser, front_desk: Membership
) -> None:
    say(payer, billed)
    with counting.queries() as few:
        at_desk.get(LIST)
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        for _ in range(3):
            asking.paid(at.invoice(billed.other, front_desk), front_desk)
    with counting.queries() as many:
        at_desk.get(LIST)

    assert len(many) <= len(few) + 1
