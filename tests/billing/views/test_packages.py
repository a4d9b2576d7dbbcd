"""The pages of packages: offered, sold, used when sessions are billed, given back, run out."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.tenancy import practice_scope
from billing import tasks
from billing.models import Invoice, Package, PackageEnd, PackageOffer, ServiceCode
from billing.selectors import packages
from billing.selectors.invoices import balance_due
from ledger.money import ZERO, Money
from tests import counting
from tests.billing import desk as at
from tests.billing import prepaid
from tests.billing.conftest import Billed
from tests.pdf_text import text_of

OFFERS, LIST, RUN_OUT = "/services/packages/", "/packages/", "/packages/run-out/"


def today() -> date:
    return localdate(timezone=at.ZONE)


def terms(billed: Billed, **changes: Any) -> dict[str, Any]:
    with practice_scope(billed.house.id):
        codes = ServiceCode.objects.filter(code__in=["90834", "90837"])
        chosen = [str(pk) for pk in codes.values_list("pk", flat=True)]
    return {
        "key": str(uuid4()),
        "name": "Four sessions",
        "codes": chosen,
        "sessions": "4",
        "price": "600.00",
        "valid_days": "90",
        "used_counts": "UNIT",
        "forfeits": "on",
        "offered_from": "2026-01-01",
        **changes,
    }


def bought(billed: Billed, *, on: date | None = None, **more: Any) -> Package:
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        return prepaid.sold(billed.own, by, on=on or prepaid.SOLD, **more)


def asked(browser: Browser, page: str) -> int:
    with counting.queries() as queries:
        assert browser.get(page).status_code == 200
    return len(queries)


def url(name: str, pk: UUID) -> str:
    return reverse(f"billing:{name}", args=[pk])


def test_an_offer_says_its_terms_and_ends(as_accountant: Browser, billed: Billed) -> None:
    form = terms(billed)

    for _ in range(2):
        page = as_accountant.post(OFFERS, form, follow=True)

    for words in (
        "Four sessions is offered at $600.00.",
        "4 sessions of 90834 or 90837 for $600.00, $150.00 each, held within 90 days of the sale.",
        "What is not used by then expires.",
        "If it is given back: the price less $150.00 for each session that was used.",
    ):
        assert words in page.text
    with practice_scope(billed.house.id):
        offer = PackageOffer.objects.get()
    end = url("package_offer_end", offer.pk)
    assert as_accountant.post(end, {"ended_on": "2026-01-01"}).status_code == 422
    page = as_accountant.post(end, {"ended_on": today().isoformat()}, follow=True)
    assert "Four sessions is not sold from that day on." in page.text
    assert "Ended" in page.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "in your own words"),
        ({"codes": []}, "Choose at least one service."),
        ({"sessions": "0"}, "greater than or equal to 1"),
        ({"price": "0.03"}, "at least a cent for each session"),
        ({"price": "six"}, "Enter an amount"),
        ({"valid_days": ""}, "for how many days"),
        ({"used_counts": ""}, "Choose what a used session counts."),
    ],
)
def test_terms_that_are_wrong_come_back(
    as_accountant: Browser, billed: Billed, changes: dict[str, Any], words: str
) -> None:
    answer = as_accountant.post(OFFERS, terms(billed, **changes))

    assert answer.status_code == 422
    assert words in answer.text
    with practice_scope(billed.house.id):
        assert not PackageOffer.objects.exists()


def test_a_package_is_sold_by_an_invoice_and_shown_on_its_client(
    at_desk: Browser, billed: Billed
) -> None:
    with practice_scope(billed.house.id):
        offer = prepaid.offer(billed.house.people["front-desk"])
    sell = url("package_new", billed.own.pk)
    page = at_desk.get(sell)
    assert "If it is given back: the price less $150.00" in page.text
    form = {"key": str(uuid4()), "offer": str(offer.pk), "sold_on": today().isoformat()}

    for _ in range(2):
        page = at_desk.post(sell, form, follow=True)

    assert "PK-00001 is sold: INV-2026-0003 over $600.00" in page.text
    with practice_scope(billed.house.id):
        sale = prepaid.sale(Package.objects.get())
    assert "4 of 4 sessions left, valid until" in at_desk.get(url("client", billed.own.pk)).text
    assert "It sells package" in at_desk.get(url("invoice", sale.pk)).text
    assert "PK-00001" in at_desk.get(LIST).text
    assert "PK-00001" in at_desk.get(f"{LIST}?client={billed.own.pk}").text
    assert "No package was sold" in at_desk.get(f"{LIST}?client={billed.other.pk}").text
    assert at_desk.post(sell, {**form, "key": str(uuid4()), "offer": ""}).status_code == 422


def test_a_session_is_billed_by_the_package_unless_somebody_says_otherwise(
    at_desk: Browser, billed: Billed
) -> None:
    package = bought(billed)
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        first, second = (at.session(billed.own, by, dollars="180.00") for _ in range(2))
    words = "PK-00001 pays it with $150.00; 3 sessions left afterwards"
    assert words in at_desk.get(reverse("billing:unbilled")).text
    assert words in at_desk.get(url("client", billed.own.pk)).text
    issue = reverse("billing:invoice_issue")

    page = at_desk.post(issue, {"sessions": str(first.pk)}, follow=True)
    for words in ("by package PK-00001", "Full fee $180.00, discount $30.00", "Nothing is open."):
        assert words in page.text
    page = at_desk.post(issue, {"sessions": str(second.pk), "without_packages": "1"}, follow=True)

    assert "by package" not in page.text
    with practice_scope(billed.house.id):
        assert packages.left_of([package])[package.pk].used == 1
        paid = Invoice.objects.get(lines__session=first)
    text = text_of(at_desk.get(url("invoice_pdf", paid.pk)).content)
    for words in ("Paid by package PK-00001", "There is nothing to pay."):
        assert words in text


def test_a_package_is_given_back_and_goes_on_after_all(at_desk: Browser, billed: Billed) -> None:
    package = bought(billed)
    with practice_scope(billed.house.id):
        by, books = (billed.house.people[role] for role in ("front-desk", "accountant"))
        payment = at.cash(billed.own, books, "600.00", apply_to=prepaid.sale(package))
        prepaid.used(billed.own, by)
    back = url("package_give_back", package.pk)
    page = at_desk.get(back)
    for words in ("3 of 4 sessions are not used", "$450.00", "2010 Prepaid sessions"):
        assert words in page.text
    form = {"key": str(uuid4()), "shown": "450.00", "ended_on": today().isoformat()}

    answer = at_desk.post(back, {**form, "shown": "600.00"})
    assert "By now it would be $450.00, and $600.00 was shown." in answer.text
    for _ in range(2):
        page = at_desk.post(back, form, follow=True)

    for words in ("PK-00001 has ended: $450.00", "Given back, 3 unused", payment.receipt):
        assert words in page.text
    assert url("payment_refund", payment.pk) in page.text
    assert at_desk.get(back).status_code == 302
    with practice_scope(billed.house.id):
        end = PackageEnd.objects.get()
    on = url("package_go_on", end.pk)
    assert "Reverses: Package PK-00001 given back" in at_desk.get(on).text
    page = at_desk.post(
        on, {"reason": "MISTAKE", "taken_back_on": today().isoformat()}, follow=True
    )
    assert "Goes on from" in page.text
    with practice_scope(billed.house.id):
        assert balance_due(prepaid.sale(package)) == Money(450_00)


def test_who_took_the_money_is_told_that_a_second_person_was_asked(
    at_desk: Browser, billed: Billed
) -> None:
    package = bought(billed)
    with practice_scope(billed.house.id):
        by = billed.house.people["front-desk"]
        at.cash(billed.own, by, "600.00", apply_to=prepaid.sale(package))
    form = {"key": str(uuid4()), "shown": "600.00", "ended_on": today().isoformat()}

    page = at_desk.post(url("package_give_back", package.pk), form, follow=True)

    assert "A second person was asked" in page.text
    with practice_scope(billed.house.id):
        assert not PackageEnd.objects.exists()


def test_what_has_run_out_expires_by_hand_for_the_sum_that_was_shown(
    at_desk: Browser, billed: Billed
) -> None:
    package = bought(billed, days=1)
    page = at_desk.get(f"{RUN_OUT}?package={package.pk}")
    assert "$600.00 of unused sessions would be income of today." in page.text
    form = {"key": str(uuid4()), "shown": "600.00", "picked": str(package.pk)}

    answer = at_desk.post(RUN_OUT, {**form, "shown": "450.00"})
    assert answer.status_code == 422
    assert "it would be $600.00 now, and $450.00 was shown" in answer.text
    for _ in range(2):
        page = at_desk.post(RUN_OUT, form, follow=True)

    assert "$600.00 of 1 package has expired." in page.text
    assert "Nothing has run out" in page.text
    with practice_scope(billed.house.id):
        assert PackageEnd.objects.count() == 1
    assert at_desk.post(RUN_OUT, {}).status_code == 422


def test_the_invoice_of_a_used_package_says_why_it_stays(at_desk: Browser, billed: Billed) -> None:
    package = bought(billed)
    with practice_scope(billed.house.id):
        prepaid.used(billed.own, billed.house.people["front-desk"])
        sale = prepaid.sale(package)
    form = {"key": str(uuid4()), "reason": "TWICE", "voided_on": today().isoformat()}

    answer = at_desk.post(url("invoice_void", sale.pk), form)

    assert answer.status_code == 422
    assert "PK-00001 is used, or has ended. Give back what is left of it instead." in answer.text


def test_the_worker_lets_them_expire_at_the_practices_midnight(billed: Billed) -> None:
    package = bought(billed, days=20)
    last = at.at_noon(package.valid_until)

    assert tasks.expire_due(billed.house.id, now=last) == 0
    assert tasks.expire_due(billed.house.id, now=last + timedelta(days=1)) == 1
    assert tasks.expire_due(billed.house.id, now=last + timedelta(days=1)) == 0
    with practice_scope(billed.house.id):
        assert packages.left_of([package])[package.pk].amount == Money(600_00)
        assert list(packages.running()) == []
        end = PackageEnd.objects.get()
        assert (end.ended_on, end.credited) == (package.valid_until + timedelta(days=1), ZERO)


def test_no_page_asks_more_because_there_are_more_packages(
    at_desk: Browser, billed: Billed
) -> None:
    bought(billed, days=1)
    before = [asked(at_desk, page) for page in (LIST, RUN_OUT)]

    for _ in range(3):
        bought(billed, days=1)

    assert [asked(at_desk, page) for page in (LIST, RUN_OUT)] == before


def test_deferred_revenue_follows_a_package(as_accountant: Browser, billed: Billed) -> None:
    bought(billed)
    with practice_scope(billed.house.id):
        prepaid.used(billed.own, billed.house.people["front-desk"])

    page = as_accountant.get("/reports/deferred-revenue/?since=2026-02-01&as_of=2026-03-31")

    for words in ("600.00", "150.00", "450.00", "Used, given back or expired"):
        assert words in page.text
    assert "Does not tie" not in page.text
