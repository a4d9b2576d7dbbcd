"""The page on which an invoice is voided, and what shows afterwards."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.tenancy import practice_scope
from billing.models import Invoice, InvoiceVoided
from tests.billing import desk as at
from tests.billing.conftest import Billed


def typed(**changes: Any) -> dict[str, Any]:
    today = localdate(timezone=at.ZONE).isoformat()
    return {"key": str(uuid4()), "reason": "SESSIONS", "voided_on": today, **changes}


def void_url(billed: Billed) -> str:
    return reverse("billing:invoice_void", args=[billed.own_invoice.pk])


def issued(billed: Billed) -> list[Invoice]:
    with practice_scope(billed.house.id):
        return list(Invoice.objects.filter(client=billed.own).order_by("number"))


def test_the_page_shows_what_is_reversed(at_desk: Browser, billed: Billed) -> None:
    page = at_desk.get(void_url(billed))

    for words in ("Reverses: Invoice INV-2026-0001 issued", "4000 Session fees", "Bill again"):
        assert words in page.text


def test_a_void_invoice_stays_in_sight(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(void_url(billed), typed(), follow=True)

    for words in ("INV-2026-0001 is void", "<s>INV-2026-0001</s> Void", "It billed the wrong"):
        assert words in answer.text
    assert "Take payment" not in answer.text
    assert "is-void" in at_desk.get(reverse("billing:invoice_list")).text
    assert "is-void" in at_desk.get(reverse("billing:client", args=[billed.own.pk])).text
    assert "1 session happened" in at_desk.get(reverse("billing:unbilled")).text
    assert at_desk.get(void_url(billed)).status_code == 302


def test_it_is_corrected_by_another_one(at_desk: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        session = billed.own_invoice.lines.get().session_id
    form = typed(again=[str(session)])

    first, again = (at_desk.post(void_url(billed), form) for _ in range(2))

    assert first["Location"] == again["Location"]
    assert len(issued(billed)) == 2
    page = at_desk.get(first["Location"])
    assert "It stands in the place of" in page.text
    old = at_desk.get(reverse("billing:invoice", args=[billed.own_invoice.pk]))
    assert "In its place stands" in old.text


def test_who_issues_nothing_voids_only(as_accountant: Browser, billed: Billed) -> None:
    assert "Bill again" not in as_accountant.get(void_url(billed)).text

    answer = as_accountant.post(void_url(billed), typed(), follow=True)

    assert "INV-2026-0001 is void" in answer.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "Choose why."),
        ({"again": ["nonsense"]}, "Choose sessions of this invoice."),
        ({"voided_on": "2026-01-01"}, "Choose Mar 3, 2026 or later"),
    ],
)
def test_what_is_wrong_is_marked(
    at_desk: Browser, billed: Billed, changes: dict[str, Any], words: str
) -> None:
    answer = at_desk.post(void_url(billed), typed(**changes))

    assert answer.status_code == 422
    assert words in answer.text


def test_therapists_void_nothing(as_therapist: Browser, billed: Billed) -> None:
    assert as_therapist.get(void_url(billed)).status_code == 403
    assert as_therapist.post(void_url(billed), typed()).status_code == 403


def test_who_took_the_money_voids_much_of_it_with_a_second_person(
    at_desk: Browser, billed: Billed
) -> None:
    with practice_scope(billed.house.id):
        at.cash(billed.own, billed.house.people["front-desk"], "150.00")

    answer = at_desk.post(void_url(billed), typed(), follow=True)

    assert "A second person was asked, because you took money for this invoice" in answer.text
    with practice_scope(billed.house.id):
        assert not InvoiceVoided.objects.exists()
