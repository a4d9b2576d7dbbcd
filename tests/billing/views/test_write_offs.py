"""The pages on which what is owed is written off, one by one or many small rests at once."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.tenancy import practice_scope
from billing.models import Invoice, WriteOff
from billing.selectors.invoices import balance_due
from ledger.money import Money
from tests import counting
from tests.billing import desk as at
from tests.billing import prepaid
from tests.billing.conftest import Billed

SMALL, SWEEP = "/invoices/small-balances/", "/invoices/small-balances/write-offs/"


def typed(**changes: Any) -> dict[str, Any]:
    today = localdate(timezone=at.ZONE).isoformat()
    return {
        "key": str(uuid4()),
        "amount": "50.00",
        "kind": "COURTESY",
        "written_off_on": today,
        **changes,
    }


def new_url(billed: Billed) -> str:
    return reverse("billing:invoice_write_off", args=[billed.own_invoice.pk])


def due(billed: Billed, invoice: Invoice) -> Money:
    with practice_scope(billed.house.id):
        return balance_due(invoice)


def test_a_write_off_shows_on_its_invoice_and_is_taken_back(
    as_accountant: Browser, billed: Billed
) -> None:
    page = as_accountant.get(new_url(billed))
    assert "Courtesy (4520 Courtesy and package discounts)" in page.text
    assert 'value="150.00"' in page.text
    form = typed()

    for _ in range(2):
        answer = as_accountant.post(new_url(billed), form, follow=True)

    for words in ("$50.00 of INV-2026-0001 is written off", "WO-00001", "Not to be paid"):
        assert words in answer.text
    assert due(billed, billed.own_invoice) == Money(100_00)
    with practice_scope(billed.house.id):
        back = reverse("billing:write_off_take_back", args=[WriteOff.objects.get().pk])
    assert "4520" in as_accountant.get(back).text
    today = localdate(timezone=at.ZONE).isoformat()
    answer = as_accountant.post(back, {"reason": "PAYS", "taken_back_on": today}, follow=True)
    for words in ("$50.00 is open again", "The client pays after all", "is-void"):
        assert words in answer.text
    assert as_accountant.post(back, {"reason": "PAYS", "taken_back_on": today}).status_code == 422


def test_the_invoice_of_a_package_that_goes_on_is_not_written_off(
    as_accountant: Browser, billed: Billed
) -> None:
    with practice_scope(billed.house.id):
        package = prepaid.sold(billed.own, billed.house.people["front-desk"])
        sale = prepaid.sale(package)

    answer = as_accountant.post(reverse("billing:invoice_write_off", args=[sale.pk]), typed())

    assert (answer.status_code, due(billed, sale)) == (422, Money(600_00))
    assert "End PK-00001 first" in answer.text


def test_above_the_limit_a_second_person_is_asked(as_accountant: Browser, billed: Billed) -> None:
    with practice_scope(billed.house.id):
        large = at.invoice(billed.own, billed.house.people["front-desk"], dollars="500.00")
    url = reverse("billing:invoice_write_off", args=[large.pk])

    answer = as_accountant.post(url, typed(amount="300.00"), follow=True)

    assert "A second person was asked" in answer.text
    assert due(billed, large) == Money(500_00)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "150.01"}, "$150.00 of INV-2026-0001 is open"),
        ({"amount": "0"}, "Enter how much is written off."),
        ({"kind": ""}, "Choose the kind"),
        ({"written_off_on": "2026-01-01"}, "Choose Mar 3, 2026 or later"),
    ],
)
def test_what_is_wrong_comes_back(
    as_accountant: Browser, billed: Billed, changes: dict[str, str], words: str
) -> None:
    answer = as_accountant.post(new_url(billed), typed(**changes))

    assert answer.status_code == 422
    assert words in answer.text


def test_the_desk_writes_nothing_off(at_desk: Browser, billed: Billed) -> None:
    assert at_desk.get(new_url(billed)).status_code == 403
    assert at_desk.get(SMALL).status_code == 403
    assert (
        "Write off"
        not in at_desk.get(reverse("billing:invoice", args=[billed.own_invoice.pk])).text
    )


@pytest.fixture
def rests(billed: Billed) -> list[Invoice]:
    """Two small rests of November."""
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        return [
            at.invoice(billed.own, by, dollars=dollars, issued_on=date(2025, 11, 3))
            for dollars in ("4.99", "1.00")
        ]


def test_small_rests_are_looked_at_and_written_off(
    as_accountant: Browser, billed: Billed, rests: list[Invoice]
) -> None:
    page = as_accountant.get(SMALL)
    for words in ("$5.99 is open in small rests", "INV-2025-0001", 'value="5.00"', 'value="90"'):
        assert words in page.text
    asked = {"below": "5.00", "days": "90", "picked": [str(each.pk) for each in rests]}
    preview = as_accountant.get(SWEEP, asked)
    assert "owe $155.99 now, and $150.00 afterwards" in preview.text
    form = {**asked, "key": str(uuid4()), "shown": "5.99"}

    for _ in range(2):
        answer = as_accountant.post(SWEEP, form, follow=True)

    assert "$5.99 of 2 invoices is written off." in answer.text
    assert "No small balance" in answer.text
    with practice_scope(billed.house.id):
        assert WriteOff.objects.count() == 2


def test_a_sweep_that_changed_is_looked_at_again(
    as_accountant: Browser, billed: Billed, rests: list[Invoice]
) -> None:
    form = {
        "below": "5.00",
        "days": "90",
        "picked": [str(rests[0].pk)],
        "key": str(uuid4()),
        "shown": "5.99",
    }

    answer = as_accountant.post(SWEEP, form)

    assert answer.status_code == 422
    assert "it would be $4.99 now" in answer.text
    assert due(billed, rests[0]) == Money(4_99)


def test_nonsense_is_told(as_accountant: Browser, rests: list[Invoice]) -> None:
    assert as_accountant.get(SMALL, {"below": "five"}).status_code == 422
    assert "$25.00 or more off one by one" in as_accountant.get(SMALL, {"below": "25.01"}).text
    assert "Pick at least one" in as_accountant.get(SWEEP, follow=True).text
    assert as_accountant.post(SWEEP, {"below": "x"}).status_code == 422


def test_the_list_asks_no_more_for_more(
    as_accountant: Browser, billed: Billed, rests: list[Invoice]
) -> None:
    def asked() -> int:
        with counting.queries() as queries:
            assert as_accountant.get(SMALL).status_code == 200
        return len(queries)

    few = asked()
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        for name in ("Haddad", "Nair", "Srisuk"):
            at.invoice(at.client(by, name), by, dollars="2.00", issued_on=date(2025, 11, 3))

    assert asked() == few <= 14
