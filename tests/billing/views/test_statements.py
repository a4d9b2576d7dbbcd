"""The page of a client's account, and its documents."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event, Touch
from billing.models import AccountStatement, Document
from clients.services import merges
from tests import counting
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.billing.test_merged_clients import merge

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
    with practice_scope(billed.house.id):
        at.statement(billed.own, billed.house.people["front-desk"])
    with counting.queries() as few:
        at_desk.get(url(billed), MARCH)
    with practice_scope(billed.house.id):
        for _ in range(5):
            at.invoice(billed.own, billed.house.people["front-desk"])
            at.statement(billed.own, billed.house.people["front-desk"])
    with counting.queries() as many:
        at_desk.get(url(billed), MARCH)

    assert len(many) <= len(few)


@pytest.fixture
def of_both(billed: Billed, front_desk: Membership, accountant: Membership) -> AccountStatement:
    """A statement that was made while two clients were one person; by now they are two again."""
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        merged = merge(billed.own, billed.other, front_desk, accountant)
        made = at.statement(billed.own, front_desk)
        merges.undo(merge=merged, now=at.NOW, by=front_desk)
    return made


def test_a_statement_of_two_is_for_who_may_see_both(
    billed: Billed, of_both: AccountStatement, at_desk: Browser, as_therapist: Browser
) -> None:
    pdf = reverse("billing:statement_pdf", args=[of_both.pk])

    assert as_therapist.get(pdf).status_code == 404
    page = as_therapist.get(url(billed), MARCH).content.decode()
    assert "None yet." in page
    assert "300.00" not in page
    assert at_desk.get(pdf).status_code == 200
    assert "300.00" in at_desk.get(url(billed), MARCH).content.decode()


def test_who_reads_a_statement_of_two_has_looked_at_both(
    billed: Billed, of_both: AccountStatement, at_desk: Browser
) -> None:
    def touched(action: Action) -> set[UUID]:
        with practice_scope(billed.house.id):
            newest = Event.objects.filter(action=action).latest("seq")
            return set(Touch.objects.filter(seq=newest.seq).values_list("client_id", flat=True))

    at_desk.get(url(billed), MARCH)
    assert touched(Action.STATEMENT_VIEWED) == {billed.own.pk, billed.other.pk}
    at_desk.get(reverse("billing:statement_pdf", args=[of_both.pk]))
    for action in (Action.DOCUMENT_RENDERED, Action.DOCUMENT_DOWNLOADED):
        assert touched(action) == {billed.own.pk, billed.other.pk}


def test_while_two_are_one_their_therapist_reads_their_statement(
    billed: Billed,
    front_desk: Membership,
    accountant: Membership,
    as_therapist: Browser,
) -> None:
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        merge(billed.own, billed.other, front_desk, accountant)
        made = at.statement(billed.own, front_desk)

    pdf = reverse("billing:statement_pdf", args=[made.pk])
    assert as_therapist.get(pdf).status_code == 200
