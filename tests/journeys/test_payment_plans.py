"""A client cannot pay at once: the desk agrees installments, prints them, and sees them kept; the
client reads them on a telephone.
"""

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.person import RESULTS, App, Person
from tests.pdf_text import text_of

pytestmark = JOURNEY

PHONE: ViewportSize = {"width": 360, "height": 740}
BORN = "1987-05-14"
"""What ``desk.write_client`` writes down."""

ON_PAPER = re.compile(r"/pay/([0-9A-Z]{5}(?:-[0-9A-Z]{5}){3})/")


@pytest.fixture(scope="module")
def owing(front_desk: Person, therapist_name: str) -> desk.Known:
    """A client who owes $150.00."""
    added = desk.add_client(front_desk, "Isolde", "Ravensworth")
    desk.assign(front_desk, added, therapist_name)
    desk.bill(front_desk, added, therapist_name)
    return added


def test_the_installments_are_seen_before_they_are_agreed(
    front_desk: Person, owing: desk.Known
) -> None:
    front_desk.go(owing.path)
    front_desk.follow("Agree a plan")
    front_desk.fill("Each installment", "200.00")
    with front_desk.watch.expecting(422):
        front_desk.press("Show the installments")
        front_desk.shows("This pays all of $150.00 at once. Enter less.")
    front_desk.look("payment-plan-refused")

    front_desk.fill("Each installment", "25.00")
    front_desk.press("Show the installments")
    front_desk.shows("6 installments over $150.00", "Regulation Z", "number 1 of the year")
    front_desk.look("payment-plan-draft")
    with front_desk.in_the_dark():
        front_desk.look("payment-plan-draft-dark")


def test_what_was_changed_meanwhile_is_shown_first(front_desk: Person) -> None:
    front_desk.fill("Each installment", "30.00")
    with front_desk.watch.expecting(409):
        front_desk.press("Agree the plan")
        front_desk.shows("This is not what was shown.", "5 installments over $150.00")
    front_desk.look("payment-plan-changed")


def test_it_is_agreed_printed_and_kept(front_desk: Person, owing: desk.Known) -> None:
    front_desk.press("Agree the plan")

    expect(front_desk.heading).to_contain_text("PP-")
    front_desk.shows("Kept", "without interest or fee", "30.00")
    front_desk.look("payment-plan")
    with front_desk.in_the_dark():
        front_desk.look("payment-plan-dark")
    link = front_desk.main.get_by_role("link", name="Open to print")
    printed = front_desk.fetch(str(link.get_attribute("href")))
    assert printed.body.startswith(b"%PDF")
    assert "payment-plan-" in printed.headers["content-disposition"]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "payment-plan.pdf").write_bytes(printed.body)
    front_desk.go(owing.path)
    front_desk.shows("Payment plans", "$150.00 open")
    front_desk.look("payment-plan-of-client")


def test_an_installment_is_taken_from_the_plan(
    cast: Cast, front_desk: Person, owing: desk.Known
) -> None:
    front_desk.go(owing.path)
    front_desk.main.get_by_role("link", name="PP-").first.click()
    front_desk.follow("Take $30.00")
    front_desk.main.get_by_role("radio", name="Cash").check()
    front_desk.fill("Amount", "30.00")
    front_desk.press("Record payment")
    front_desk.shows("Receipt R-", "120.00")

    front_desk.go("/payment-plans/?state=kept")
    front_desk.shows("Payment plans kept", owing.family_name)
    front_desk.look("payment-plans-kept")
    front_desk.main.get_by_role("link", name="PP-").first.click()
    front_desk.shows("Paid", "$120.00 of $150.00 is open")
    front_desk.look("payment-plan-paid-once")
    where = desk.path_of(front_desk)

    accountant = cast("accountant")
    accountant.go(where)
    accountant.shows(owing.code, "$120.00 of $150.00 is open")
    accountant.hides(*owing.traces, "Open to print")


def test_the_client_reads_it_on_a_telephone(
    cast: Cast, front_desk: Person, owing: desk.Known
) -> None:
    front_desk.go(f"{owing.path}statements/")
    front_desk.press("Make the statement")
    pdf = front_desk.main.get_by_role("link", name=re.compile(" to ")).first.get_attribute("href")
    assert pdf
    typed = ON_PAPER.search(text_of(front_desk.fetch(pdf).body).replace("\n", ""))
    assert typed
    client = cast.somebody(front_desk.account, App(""))
    client.page.set_viewport_size(PHONE)

    client.go(f"/pay/{typed[1].lower()}/")
    client.fill("The client's birth date", BORN)
    client.press("Go on")

    client.shows("Payment plans", "$120.00 of $150.00 is open.", "The next $30.00 by")
    client.picture("payment-plan-of-the-client-on-a-telephone")


def test_it_is_taken_back_and_stays_on_record(front_desk: Person, owing: desk.Known) -> None:
    front_desk.go(owing.path)
    front_desk.main.get_by_role("link", name="PP-").first.click()
    front_desk.follow("Take it back")
    front_desk.main.get_by_role("radio", name="The client wishes so").check()
    front_desk.look("payment-plan-take-back")
    front_desk.press("Take it back")

    front_desk.shows("Taken back", "the client wishes so")
    front_desk.look("payment-plan-taken-back")
    front_desk.main.get_by_role("link", name="Payment plans").first.click()
    front_desk.look("payment-plans-of-client")
