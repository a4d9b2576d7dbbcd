"""Bills as the accountant meets them: entered, paid, taken back, refused in plain words."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Bill, BillPayment, Vendor
from ledger.chart import Role
from ledger.money import Money
from ledger.services import periods
from tests.billing import desk as at
from tests.billing import spending
from tests.billing.conftest import Billed

NEW = "/bills/new/"


@pytest.fixture
def today() -> date:
    return timezone.localdate(timezone=at.ZONE)


def account_id(billed: Billed, role: Role) -> str:
    with practice_scope(billed.house.id):
        return str(spending.account(role).id)


def typed(billed: Billed, today: date, **changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "vendor": "Harbor Street Realty",
        "is_new": "on",
        "number": "2026-11",
        "billed_on": today.isoformat(),
        "due_on": (today + timedelta(days=14)).isoformat(),
        "category_1": account_id(billed, Role.RENT),
        "amount_1": "500.00",
        **changes,
    }


def entered(billed: Billed, today: date, dollars: str = "500.00") -> Bill:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        return spending.bill(spending.vendor(by, f"Elm {uuid4()}"), by, dollars, on=today)


def test_a_bill_of_a_new_vendor_is_entered_and_owed(
    as_accountant: Browser, billed: Billed, today: date
) -> None:
    answer = as_accountant.post(NEW, typed(billed, today))

    with practice_scope(billed.house.id):
        bill = Bill.objects.get()
        assert bill.vendor.name == "Harbor Street Realty"
    assert answer["Location"] == reverse("billing:bill", args=[bill.pk])
    page = as_accountant.get("/bills/")
    for words in ("The practice owes $500.00", "B-00001", "Harbor Street Realty", "Ties out."):
        assert words in page.text


def test_an_unknown_name_is_not_added_by_a_slip(
    as_accountant: Browser, billed: Billed, today: date
) -> None:
    answer = as_accountant.post(NEW, typed(billed, today, is_new=""))

    assert answer.status_code == 422
    assert "There is no vendor of this name" in answer.text
    assert 'value="500.00"' in answer.text
    with practice_scope(billed.house.id):
        assert not Vendor.objects.exists()


def test_a_bill_of_a_closed_month_is_refused_and_stays_typed(
    as_accountant: Browser, billed: Billed, today: date, accountant: Membership
) -> None:
    last_month = today.replace(day=1) - timedelta(days=1)
    with practice_scope(billed.house.id, person_id=accountant.person_id):
        periods.close(month=last_month, today=today, by=accountant)

    answer = as_accountant.post(NEW, typed(billed, today, billed_on=last_month.isoformat()))

    assert answer.status_code == 422
    assert f"{last_month:%B %Y} is closed. Choose a date in an open month." in answer.text
    assert "Harbor Street Realty" in answer.text
    with practice_scope(billed.house.id):
        assert not Bill.objects.exists()
        assert not Vendor.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount_1": ""}, "Enter how much of it this is."),
        ({"category_1": ""}, "Choose what it was for."),
        ({"category_1": "", "amount_1": ""}, "Enter the amount."),
        ({"amount_1": "12.345"}, "at most two digits after the decimal point"),
        ({"due_on": "2020-01-01"}, "due on its own date or later"),
        ({"billed_on": "2199-01-01", "due_on": "2199-01-02"}, "not here yet"),
        ({"due_on": "2999-01-02"}, "Enter a day of 2200 or earlier."),
        ({"number": "<b>"}, "Use letters, digits"),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    as_accountant: Browser, billed: Billed, today: date, changes: dict[str, str], words: str
) -> None:
    answer = as_accountant.post(NEW, typed(billed, today, **changes))

    assert answer.status_code == 422
    assert words in answer.text


def test_a_bill_is_paid_in_parts_and_a_payment_taken_back(
    as_accountant: Browser, billed: Billed, today: date
) -> None:
    bill = entered(billed, today)
    url = reverse("billing:bill_pay", args=[bill.pk])
    paid = {
        "key": str(uuid4()),
        "amount": "200.00",
        "paid_on": today.isoformat(),
        "paid_from": account_id(billed, Role.OPERATING_BANK),
        "check_number": "1042",
    }
    assert 'value="500.00"' in as_accountant.get(url).text

    assert as_accountant.post(url, paid).status_code == 302
    page = as_accountant.get(reverse("billing:bill", args=[bill.pk]))
    for words in ("$300.00 of $500.00 is owed", "BP-00001", "Check 1042", "Still owed"):
        assert words in page.text
    more = as_accountant.post(url, {**paid, "key": str(uuid4()), "amount": "300.01"})
    assert more.status_code == 422
    assert "$300.00 is owed on B-00001. Pay at most that." in more.text
    with practice_scope(billed.house.id):
        payment = BillPayment.objects.get()
    back = as_accountant.post(
        reverse("billing:bill_payment_take_back", args=[payment.pk]),
        {"reason": "TWICE", "taken_back_on": today.isoformat()},
    )
    assert back.status_code == 302
    page = as_accountant.get(reverse("billing:bill", args=[bill.pk]))
    assert "It was entered twice" in page.text
    assert "Take it back" in page.text


@pytest.mark.parametrize("url", [NEW, "/expenses/new/"])
def test_an_empty_form_is_told_everything_that_is_missing(
    as_accountant: Browser, billed: Billed, url: str
) -> None:
    answer = as_accountant.post(url, {"key": str(uuid4())})

    assert answer.status_code == 422
    for words in (
        "Enter the vendor&#x27;s name.",
        "Enter the day.",
        "Choose what it was for.",
        "Enter the amount.",
    ):
        assert words in answer.text


def test_a_bill_that_was_taken_back_is_entered_anew(
    as_accountant: Browser, billed: Billed, today: date
) -> None:
    bill = entered(billed, today, "321.00")
    url = reverse("billing:bill_take_back", args=[bill.pk])

    as_accountant.post(url, {"reason": "WRONG_AMOUNT", "taken_back_on": today.isoformat()})

    page = as_accountant.get(reverse("billing:bill", args=[bill.pk]))
    assert "Enter it anew" in page.text
    again = as_accountant.get(NEW, {"like": str(bill.pk)})
    assert 'value="321.00"' in again.text
    assert "$321.00" not in as_accountant.get("/bills/").text


def test_an_expense_is_recorded_in_one_step(
    as_accountant: Browser, billed: Billed, today: date
) -> None:
    page = as_accountant.get("/expenses/new/")
    assert page.status_code == 200

    answer = as_accountant.post(
        "/expenses/new/",
        {
            "key": str(uuid4()),
            "vendor": "Corner Stationers",
            "is_new": "on",
            "paid_on": today.isoformat(),
            "paid_from": account_id(billed, Role.CREDIT_CARD),
            "category_1": account_id(billed, Role.OFFICE_SUPPLIES),
            "amount_1": "18.20",
        },
    )

    with practice_scope(billed.house.id):
        payment = BillPayment.objects.get()
        assert (payment.amount, payment.bill.total) == (Money(18_20), Money(18_20))
    assert answer["Location"] == reverse("billing:bill", args=[payment.bill_id])


def test_above_the_limit_the_bill_is_entered_and_its_payment_waits(
    as_accountant: Browser, billed: Billed, today: date
) -> None:
    bill = entered(billed, today, "6000.00")

    answer = as_accountant.post(
        reverse("billing:bill_pay", args=[bill.pk]),
        {
            "key": str(uuid4()),
            "amount": "6000.00",
            "paid_on": today.isoformat(),
            "paid_from": account_id(billed, Role.OPERATING_BANK),
        },
        follow=True,
    )

    assert "A second person was asked" in answer.text
    with practice_scope(billed.house.id):
        assert not BillPayment.objects.exists()


def test_overdue_bills_have_their_list(as_accountant: Browser, billed: Billed, today: date) -> None:
    entered(billed, today - timedelta(days=20), "77.00")
    entered(billed, today, "88.00")

    page = as_accountant.get("/bills/", {"state": "late"})

    assert "of which $77.00 is overdue" in page.text
    assert "B-00001" in page.text
    assert "B-00002" not in page.text
    assert "6 d late" in page.text or "6 days late" in page.text


def test_vendors_are_added_renamed_and_retired(as_accountant: Browser, billed: Billed) -> None:
    as_accountant.post("/vendors/", {"name": "  Elm   Power "})
    with practice_scope(billed.house.id):
        vendor = Vendor.objects.get()
    assert "Elm Power" in as_accountant.get("/vendors/").text
    assert as_accountant.post("/vendors/", {"name": "ELM POWER"}).status_code == 422

    as_accountant.post(reverse("billing:vendor_rename", args=[vendor.pk]), {"name": "Oak Power"})
    as_accountant.post(reverse("billing:vendor_retire", args=[vendor.pk]))

    page = as_accountant.get("/vendors/").text
    assert "Oak Power" in page
    assert "Bring back" in page
    assert "Oak Power" not in as_accountant.get(NEW).text


def test_the_pages_are_there_before_anything_is_entered(
    as_accountant: Browser, as_auditor: Browser, billed: Billed
) -> None:
    for url, words in (("/bills/", "No bills here"), ("/vendors/", "No vendor yet")):
        assert words in as_accountant.get(url).text
        assert "Add a vendor" not in as_auditor.get(url).text
        assert "Enter bill" not in as_auditor.get(url).text
