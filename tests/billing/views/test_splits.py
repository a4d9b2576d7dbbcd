"""What the desk sees and does where several pay for a client."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import practice_scope
from billing.models import AccountStatement, Invoice, InvoiceVoided, Payment
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import splitting
from tests.billing.conftest import Billed
from tests.clients.parties import FATHER, MOTHER, parent

MOTHERS, FATHERS = MOTHER["name"], FATHER["name"]


@pytest.fixture
def shared(billed: Billed) -> Billed:
    """Beside the invoices that stand, a session of the first client is shared by two parents."""
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        splitting.two_parents(billed.own, by)
        splitting.billed([at.session(billed.own, by)], by)
    return billed


def parts(billed: Billed) -> list[Invoice]:
    with practice_scope(billed.house.id):
        found = Invoice.objects.filter(client=billed.own).exclude(party=None)
        return list(found.order_by("number"))


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "code": "C-0001",
        "key": str(uuid4()),
        "amount": "20.00",
        "method": "CASH",
        "received_on": timezone.localdate(timezone=at.ZONE).isoformat(),
        **changes,
    }


def test_the_picked_sessions_are_billed_to_each(at_desk: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        splitting.two_parents(billed.own, by)
        session = at.session(billed.own, by)
    client = at_desk.get(reverse("billing:client", args=[billed.own.pk]))
    assert "one for each who pays by the rules of each day" in client.text

    page = at_desk.post(reverse("billing:invoice_issue"), {"sessions": session.pk}, follow=True)

    assert "2 invoices are issued, one for each who pays" in page.text
    for words in (MOTHERS, "The other parts", "INV-2026-0004", FATHERS, "90.00"):
        assert words in page.text
    assert "Maternal Way" not in page.text


def test_the_clients_page_says_who_owes_what(at_desk: Browser, shared: Billed) -> None:
    page = at_desk.get(reverse("billing:client", args=[shared.own.pk]))

    for words in ("Who owes what", MOTHERS, FATHERS, "90.00", "60.00", "$300.00"):
        assert words in page.text
    assert "Paternal Road" not in page.text


def test_who_sees_codes_only_reads_no_names(as_accountant: Browser, shared: Billed) -> None:
    page = as_accountant.get(reverse("billing:invoice_list"))

    assert "Parent" in page.text
    assert MOTHERS not in page.text


def test_a_payment_says_who_paid(at_desk: Browser, shared: Billed) -> None:
    mothers, fathers = parts(shared)
    page = at_desk.get("/payments/new/", {"invoice": str(fathers.pk)})
    assert "Who paid" in page.text
    assert f'value="{fathers.party_id}" selected' in page.text

    answer = at_desk.post("/payments/new/", typed(paid_by=fathers.party_id), follow=True)

    with practice_scope(shared.house.id):
        payment = Payment.objects.get()
    assert payment.party_id == fathers.party_id
    assert fathers.number in answer.text
    assert mothers.number not in answer.text
    assert f"<bdi>{FATHERS}</bdi> owes now" in answer.text
    assert "40.00" in answer.text


def test_more_than_they_owe_is_refused_in_words(at_desk: Browser, shared: Billed) -> None:
    _, fathers = parts(shared)

    answer = at_desk.post("/payments/new/", typed(paid_by=fathers.party_id, amount="70.00"))

    assert answer.status_code == 422
    assert "The balance due is $60.00" in answer.text


def test_nobody_of_another_list_is_taken(at_desk: Browser, shared: Billed) -> None:
    by = shared.house.people["front-desk"]
    with practice_scope(shared.house.id, person_id=by.person_id):
        stranger = parent(shared.other, by, MOTHER)

    answer = at_desk.post("/payments/new/", typed(paid_by=stranger.pk))

    assert answer.status_code == 422
    assert "Choose who paid among those who pay for this client" in answer.text


def test_a_client_who_pays_alone_is_not_asked(at_desk: Browser, billed: Billed) -> None:
    assert "Who paid" not in at_desk.get("/payments/new/", {"client": str(billed.own.pk)}).text


def test_voiding_one_part_names_the_others(at_desk: Browser, shared: Billed) -> None:
    mothers, fathers = parts(shared)
    url = reverse("billing:invoice_void", args=[fathers.pk])
    page = at_desk.get(url)
    for words in ("$150.00 of", mothers.number, MOTHERS, "the other parts are voided with it"):
        assert words in page.text
    with practice_scope(shared.house.id):
        session = fathers.lines.get().session_id
    form = {
        "key": str(uuid4()),
        "reason": "FEE",
        "voided_on": timezone.localdate(timezone=at.ZONE).isoformat(),
        "again": [str(session)],
    }

    first, again = (at_desk.post(url, form) for _ in range(2))

    assert first["Location"] == again["Location"]
    with practice_scope(shared.house.id):
        assert InvoiceVoided.objects.count() == 2
        stands = Invoice.objects.exclude(party=None).exclude(voided__isnull=False)
        assert sorted(stands.values_list("total", flat=True)) == [Money(60_00), Money(90_00)]


def test_each_has_an_account_and_a_statement(at_desk: Browser, shared: Billed) -> None:
    mothers, fathers = parts(shared)
    url = reverse("billing:client_statements", args=[shared.own.pk])
    days = {"since": "2026-01-01", "until": timezone.localdate(timezone=at.ZONE).isoformat()}
    own = at_desk.get(url, days)
    theirs = at_desk.get(url, {**days, "party": str(mothers.party_id)})

    assert f"Account of <bdi>{MOTHERS}</bdi>" in theirs.text
    assert mothers.number in theirs.text
    for text in (theirs.text, own.text):
        assert fathers.number not in text
    assert mothers.number not in own.text

    made = at_desk.post(
        url, {**days, "party": str(mothers.party_id), "key": str(uuid4())}, follow=True
    )

    assert "The statement is made, over $90.00" in made.text
    assert "Tell by e-mail" not in made.text
    with practice_scope(shared.house.id):
        assert AccountStatement.objects.get().party_id == mothers.party_id


def test_there_is_no_account_of_a_stranger(at_desk: Browser, shared: Billed) -> None:
    by = shared.house.people["front-desk"]
    with practice_scope(shared.house.id, person_id=by.person_id):
        stranger = parent(shared.other, by, MOTHER)
    url = reverse("billing:client_statements", args=[shared.own.pk])

    for party in (str(stranger.pk), str(uuid4()), "x"):
        assert at_desk.get(url, {"party": party}).status_code == 404


def test_a_paper_that_is_kept_from_others_is_not_handed_out(
    at_desk: Browser, shared: Billed
) -> None:
    by = shared.house.people["front-desk"]
    mothers, _ = parts(shared)
    url = reverse("billing:invoice_pdf", args=[mothers.pk])
    assert at_desk.get(url)["Content-Type"] == "application/pdf"
    with practice_scope(shared.house.id, person_id=by.person_id):
        splitting.kept_from_others(shared.own, by)

    page = at_desk.get(url, follow=True)

    assert "a restriction keeps from others what it tells" in page.text
