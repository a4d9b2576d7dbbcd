"""Where a day begins: the accountant's piles, the therapist's hours and income."""

import re

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import practice_scope
from tests import counting
from tests.billing import desk as at
from tests.billing import money, spending
from tests.billing.conftest import Billed
from tests.billing.views.conftest import SignIn
from tests.houses import House

WORK = reverse("billing:work")


def piles(browser: Browser) -> dict[str, tuple[str, str, str]]:
    """Return what the page says: label → (address, number, sum)."""
    found = re.findall(
        r'<a class="link" href="([^"]+)">([^<]+)</a>.*?<td class="num">([\d,]*)</td>\s*'
        r'<td class="num">([^<]*)</td>',
        browser.get(WORK).text,
        re.DOTALL,
    )
    return {label: (url, number, amount.strip()) for url, label, number, amount in found}


def test_a_practice_in_which_nothing_waits_says_so(practice: House, signed_in: SignIn) -> None:
    page = signed_in(practice.people["accountant"]).get(WORK)

    assert "Nothing waits for you." in page.text


def test_an_accountant_begins_with_the_work_list(as_accountant: Browser) -> None:
    assert as_accountant.get(reverse("accounts:home"))["Location"] == WORK


def test_each_number_is_that_of_its_list(as_accountant: Browser, billed: Billed) -> None:
    desk = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        at.cash(billed.own, desk, "40.00", on=at.TODAY)
        at.cash(at.client(desk, "Haddad"), desk, "25.00", on=at.TODAY, keep_rest=True)
        paid = at.cash(billed.other, desk, "146.00", on=at.TODAY)
        money.unapplied(paid, desk)

    found = piles(as_accountant)

    assert found["Clients who are late"][1:] == ("2", "260.00")
    assert found["Credit to apply"][1:] == ("1", "146.00")
    assert "146.00 of it could pay" in as_accountant.get(found["Credit to apply"][0]).text
    assert found["Drawer to deposit"][2] == "211.00"
    assert "Sessions not billed" not in found
    for url, _, _ in found.values():
        assert as_accountant.get(url).status_code == 200


def test_a_bill_past_its_day_is_counted_once(as_accountant: Browser, billed: Billed) -> None:
    books, today = billed.house.people["accountant"], timezone.localdate(timezone=at.ZONE)
    with practice_scope(billed.house.id):
        landlord = spending.vendor(books)
        spending.bill(landlord, books, "500.00")
        spending.bill(landlord, books, "70.00", on=today)

    found = piles(as_accountant)

    assert found["Bills past their day"][1:] == ("1", "500.00")
    assert found["Bills to pay by their day"][1:] == ("1", "70.00")
    page = as_accountant.get(found["Bills to pay by their day"][0]).text
    assert "70.00" in page
    assert "B-00001" not in page


def test_work_that_should_be_done_stands_first(as_accountant: Browser, billed: Billed) -> None:
    text = as_accountant.get(WORK).text

    assert text.index("Clients who are late") < text.index("Months to close")
    assert "Worth a look" in text


def test_the_number_of_questions_does_not_grow_with_the_work(
    as_accountant: Browser, billed: Billed
) -> None:
    with counting.queries() as few:
        as_accountant.get(WORK)
    desk = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        for name in ("Haddad", "Nair"):
            client = at.client(desk, name)
            at.invoice(client, desk)
            at.cash(client, desk, "10.00", on=at.TODAY)
    with counting.queries() as more:
        as_accountant.get(WORK)

    assert len(more) <= len(few) + 1


def test_a_therapist_sees_the_own_hours_of_the_day(as_therapist: Browser, billed: Billed) -> None:
    by, today = billed.house.people["front-desk"], timezone.localdate(timezone=at.ZONE)
    with practice_scope(billed.house.id):
        for client in (billed.own, billed.other):
            at.session(client, by, on=today, now=timezone.now())

    page = as_therapist.get(reverse("billing:my_clients")).text

    assert page.count("10:00 AM") == 1
    assert "Whitfield" not in page


def test_nobody_has_the_income_of_others(as_therapist: Browser, at_desk: Browser) -> None:
    url = reverse("billing:own_income")

    assert "300.00" in as_therapist.get(url).text
    assert "No hours yet" in at_desk.get(url).text
