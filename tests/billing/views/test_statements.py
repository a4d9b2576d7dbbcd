"""The page of a client's account, and its documents."""

from typing import Any
from uuid import uuid4

from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing.models import AccountStatement, Document
from tests import counting
from tests.billing import desk as at
from tests.billing.conftest import Billed

MARCH = {"since": "2026-03-01", "until": "2026-03-31"}


def url(billed: Billed) -> str:
    return reverse("billing:client_statements", args=[billed.own.pk])


def make(browser: Browser, billed: Billed, **typed: str) -> Any:
    days = {"since": "2026-02-01", "until": "2026-03-03", "key": str(uuid4())}
    return browser.post(url(billed), days | typed)


def statement_of(billed: Billed) -> AccountStatement:
    with practice_scope(billed.house.id):
        return AccountStatement.objects.get()


def test_the_account_is_shown_for_the_days_that_are_asked_for(
    at_desk: Browser, billed: Billed
) -> None:
    page = at_desk.get(url(billed), MARCH).content.decode()

    assert "Invoice INV-2026-0001 issued" in page
    assert "$150.00 owed on Mar 31, 2026" in page
    assert "None yet." in page


def test_an_account_of_other_days_carries_the_balance_over(
    at_desk: Browser, billed: Billed
) -> None:
    april = {"since": "2026-04-01", "until": "2026-04-30"}
    page = at_desk.get(url(billed), april).content.decode()

    assert "Nothing happened in these days." in page
    assert "$150.00 owed on Apr 30, 2026, $150.00 of it late." in page


def test_a_statement_is_made_once_and_printed(at_desk: Browser, billed: Billed) -> None:
    typed = {"key": str(uuid4())}
    first, again = make(at_desk, billed, **typed), make(at_desk, billed, **typed)

    assert (first.status_code, first["Location"]) == (302, url(billed))
    assert again.status_code == 302
    made = statement_of(billed)
    pdf = at_desk.get(reverse("billing:statement_pdf", args=[made.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"] == 'inline; filename="statement-2026-03-03.pdf"'
    assert "The statement is made, over $150.00." in at_desk.get(url(billed)).content.decode()
    with practice_scope(billed.house.id):
        assert Document.objects.get().kind == Document.Kind.STATEMENT
        told = set(Event.objects.values_list("action", flat=True))
    assert told >= {Action.STATEMENT_MADE, Action.STATEMENT_VIEWED, Action.DOCUMENT_DOWNLOADED}


def test_what_cannot_be_made_is_said_with_what_was_typed(at_desk: Browser, billed: Billed) -> None:
    for typed, said in (
        ({"until": "2199-01-01"}, "This day is not here yet."),
        ({"until": "2026-01-01"}, "The last day lies before the first."),
        ({"since": "soon"}, "Enter a date."),
    ):
        answer = make(at_desk, billed, **typed)

        assert answer.status_code == 422
        assert said in answer.content.decode()
    with practice_scope(billed.house.id):
        assert AccountStatement.objects.count() == 0


def test_a_therapist_sees_the_account_of_an_own_client_and_makes_no_statement(
    billed: Billed, therapist: Membership, signed_in: Any
) -> None:
    browser = signed_in(therapist)
    other = reverse("billing:client_statements", args=[billed.other.pk])

    assert browser.get(url(billed), MARCH).status_code == 200
    assert browser.get(other, MARCH).status_code == 404
    assert make(browser, billed).status_code == 403


def test_the_accountant_sees_the_account_by_code_and_no_document(
    at_desk: Browser, as_accountant: Browser, billed: Billed
) -> None:
    make(at_desk, billed)
    page = as_accountant.get(url(billed), MARCH).content.decode()
    pdf = reverse("billing:statement_pdf", args=[statement_of(billed).pk])

    assert billed.own.code in page
    assert "Okonkwo" not in page
    assert pdf not in page
    assert as_accountant.get(pdf).status_code == 403


def test_a_receipt_is_printed(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        paid = at.cash(billed.own, billed.house.people["front-desk"], "150.00")
    page = reverse("billing:payment", args=[paid.pk])
    pdf = reverse("billing:receipt_pdf", args=[paid.pk])

    assert pdf in at_desk.get(page).content.decode()
    assert at_desk.get(pdf)["Content-Disposition"] == 'inline; filename="receipt-00001.pdf"'


def test_more_lines_ask_no_more_questions(at_desk: Browser, billed: Billed) -> None:
    with counting.queries() as few:
        at_desk.get(url(billed), MARCH)
    with practice_scope(billed.house.id):
        for _ in range(5):
            at.invoice(billed.own, billed.house.people["front-desk"])
            at.statement(billed.own, billed.house.people["front-desk"])
    with counting.queries() as many:
        at_desk.get(url(billed), MARCH)

    assert len(many) <= len(few)
