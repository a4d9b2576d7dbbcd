from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing.models import Invoice, InvoiceLine, Session
from tests.billing import desk as at
from tests.billing.conftest import Billed


def url(name: str, billed: Billed) -> str:
    return reverse(f"billing:{name}", args=[billed.own_invoice.pk])


def waiting(billed: Billed) -> list[Session]:
    """Record two sessions of one client and one of the other, unbilled."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        return [at.session(client, by) for client in (billed.own, billed.own, billed.other)]


def issue(browser: Browser, sessions: list[Session]) -> Any:
    ids = [str(session.pk) for session in sessions]
    return browser.post(reverse("billing:invoice_issue"), {"sessions": ids})


def test_the_list_shows_who_owes_what(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.get(reverse("billing:invoice_list"))

    assert page.status_code == 200
    for words in ("INV-2026-0001", "INV-2026-0002", "Amara Whitfield", "$300.00"):
        assert words in page.text


def test_the_accountant_sees_codes_and_no_names(as_accountant: Browser, billed: Billed) -> None:
    for page in (
        as_accountant.get(reverse("billing:invoice_list")),
        as_accountant.get(url("invoice", billed)),
        as_accountant.get(reverse("billing:client", args=[billed.own.pk])),
    ):
        assert page.status_code == 200
        assert "C-0001" in page.text
        assert "Amara" not in page.text
        assert "Okonkwo" not in page.text


def test_a_therapist_sees_the_invoices_of_their_own_clients(
    as_therapist: Browser, billed: Billed
) -> None:
    page = as_therapist.get(reverse("billing:invoice_list"))
    other = as_therapist.get(reverse("billing:invoice", args=[billed.other_invoice.pk]))

    assert "INV-2026-0001" in page.text
    assert "INV-2026-0002" not in page.text
    assert "$150.00" in page.text
    assert other.status_code == 404


def test_the_list_can_be_narrowed_to_what_is_open(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        at.cash(billed.own, billed.house.people["front-desk"], "150.00")

    page = at_desk.get(reverse("billing:invoice_list"), {"state": "open"})

    assert "INV-2026-0002" in page.text
    assert "INV-2026-0001" not in page.text


@pytest.mark.parametrize("query", ["?page=99", "?page=x", "?state=nonsense", "?client=nonsense"])
def test_a_nonsensical_list_is_a_list(at_desk: Browser, query: str) -> None:
    assert at_desk.get(reverse("billing:invoice_list") + query).status_code == 200


def test_an_invoice_shows_its_lines_payments_and_history(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        at.cash(billed.own, billed.house.people["front-desk"], "100.00")

    page = at_desk.get(url("invoice", billed))

    for words in (
        "Psychotherapy, about 45 minutes",
        "50.00 of 150.00 is open",
        "issued it over $150.00",
        "$100.00 in cash paid it, receipt R-00001",
    ):
        assert words in page.text


def test_looking_at_an_invoice_is_one_event_of_its_client(
    at_desk: Browser, billed: Billed, front_desk: Membership
) -> None:
    at_desk.get(url("invoice", billed))

    with practice_scope(billed.house.id):
        event = Event.objects.order_by("seq").last()
        assert event is not None
        assert (event.action, event.target_id, event.person_id) == (
            Action.INVOICE_VIEWED,
            billed.own_invoice.pk,
            front_desk.person_id,
        )


def test_an_unknown_invoice_is_not_there(at_desk: Browser) -> None:
    for name in ("invoice", "invoice_pdf"):
        assert at_desk.get(reverse(f"billing:{name}", args=[uuid4()])).status_code == 404


def test_another_practices_invoice_is_not_there(
    billed: Billed, stranger: Membership, signed_in: Any
) -> None:
    browser = signed_in(stranger)

    for name in ("invoice", "invoice_pdf"):
        assert browser.get(url(name, billed)).status_code == 404


def test_the_pdf_is_shown_inline_and_kept_nowhere(at_desk: Browser, billed: Billed) -> None:
    first, again = at_desk.get(url("invoice_pdf", billed)), at_desk.get(url("invoice_pdf", billed))

    assert first.content.startswith(b"%PDF")
    assert again.content == first.content
    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"] == 'inline; filename="invoice-2026-0001.pdf"'
    assert first["Cache-Control"] == "no-store"
    assert first["X-Content-Type-Options"] == "nosniff"


def test_the_pdf_names_the_client_so_the_accountant_may_not(
    as_accountant: Browser, billed: Billed
) -> None:
    assert as_accountant.get(url("invoice_pdf", billed)).status_code == 403


def test_picked_sessions_become_one_invoice_for_each_client(
    at_desk: Browser, billed: Billed
) -> None:
    answer = issue(at_desk, waiting(billed))

    assert answer["Location"] == reverse("billing:invoice_list")
    with practice_scope(billed.house.id):
        issued = Invoice.objects.filter(issued_on=timezone.localdate(timezone=at.ZONE))
        assert sorted(invoice.line_count for invoice in issued) == [1, 2]


def test_one_invoice_is_shown_at_once(at_desk: Browser, billed: Billed) -> None:
    answer = issue(at_desk, waiting(billed)[:1])

    with practice_scope(billed.house.id):
        newest = Invoice.objects.order_by("id").last()
    assert newest is not None
    assert answer["Location"] == reverse("billing:invoice", args=[newest.pk])


def test_nothing_is_issued_where_one_session_cannot_be(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        billed_before = InvoiceLine.objects.get(invoice=billed.own_invoice).session

    answer = issue(at_desk, [*waiting(billed), billed_before])

    assert answer.status_code == 422
    assert "stands on INV-2026-0001 already" in answer.text
    with practice_scope(billed.house.id):
        assert Invoice.objects.count() == 2


@pytest.mark.parametrize(
    "sessions", [[], ["nonsense"], [str(uuid4())]], ids=["none", "no id", "unknown"]
)
def test_picking_nothing_real_issues_nothing(at_desk: Browser, sessions: list[str]) -> None:
    answer = at_desk.post(reverse("billing:invoice_issue"), {"sessions": sessions})

    assert answer.status_code == 422
    assert "Pick at least one" in answer.text
