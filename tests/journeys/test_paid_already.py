"""A client scans the statement on the table, says that it was paid, and reads what was found."""

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.person import App, Person
from tests.pdf_text import text_of

pytestmark = JOURNEY

PHONE: ViewportSize = {"width": 360, "height": 740}
BORN = "1987-05-14"
"""What ``desk.write_client`` writes down."""

ON_PAPER = re.compile(r"/pay/([0-9A-Z]{5}(?:-[0-9A-Z]{5}){3})/")


@pytest.fixture(scope="module")
def owing(front_desk: Person, therapist_name: str) -> desk.Known:
    """Somebody who owes for one session."""
    added = desk.add_client(front_desk, "Euphemia", "Thistlewood")
    desk.assign(front_desk, added, therapist_name)
    desk.bill(front_desk, added, therapist_name)
    return added


@pytest.fixture(scope="module")
def typed(front_desk: Person, owing: desk.Known) -> str:
    """What the statement on paper says, as somebody types it."""
    front_desk.go(f"{owing.path}statements/")
    front_desk.press("Make the statement")
    pdf = front_desk.main.get_by_role("link", name=re.compile(" to ")).first.get_attribute("href")
    assert pdf
    told = text_of(front_desk.fetch(pdf).body).replace("\n", "")
    assert "Pay online until" in told
    match = ON_PAPER.search(told)
    assert match
    assert front_desk.fetch(pdf).body == front_desk.fetch(pdf).body
    return match[1].lower()


@pytest.fixture(scope="module")
def client(cast: Cast, front_desk: Person) -> Person:
    """The client, at a telephone in which nobody was ever signed in."""
    person = cast.somebody(front_desk.account, App(""))
    person.page.set_viewport_size(PHONE)
    return person


def test_it_is_said_looked_for_and_answered(
    client: Person, front_desk: Person, owing: desk.Known, typed: str
) -> None:
    client.go(f"/pay/{typed}/")
    client.hides(*owing.traces, "INV-")
    client.fill("The client's birth date", BORN)
    client.press("Go on")
    client.shows("You owe $150.00")
    look(client, "asked-account")

    client.main.get_by_role("link", name=re.compile("I have paid this already")).click()
    client.page.get_by_label("Cash at the practice").check()
    client.fill("When you paid", f"{desk.yesterday().date()}")
    client.fill("A note", "To the person at the desk, receipt lost")
    look(client, "asked-paid")
    client.press("Tell the practice")
    client.shows("You told us on", "The practice looks into it.")
    look(client, "asked-waits")

    front_desk.go("/today/")
    front_desk.follow("1 question of a client")
    front_desk.look("questions")
    front_desk.page.get_by_role("link", name=re.compile("INV-")).first.click()
    front_desk.shows("receipt lost", "$150.00 of it is open")
    front_desk.look("question")
    front_desk.follow("Record the payment")
    front_desk.main.get_by_role("radio", name="Cash").check()
    front_desk.press("Record payment")
    front_desk.go("/questions/")
    front_desk.page.get_by_role("link", name=re.compile("INV-")).first.click()
    front_desk.page.get_by_label("Found, and it pays the invoice").check()
    front_desk.page.get_by_label("Which payment it is").select_option(index=1)
    front_desk.press("Answer")
    expect(front_desk.page.get_by_text("Answered. The client reads it")).to_be_visible()

    client.page.reload()
    client.shows("You owe nothing")
    client.page.locator("summary").first.click()
    client.shows("the practice found it, and it pays this invoice")
    look(client, "asked-answered")


def test_a_line_is_asked_about(client: Person, owing: desk.Known) -> None:
    client.main.get_by_role("link", name=re.compile("Question about a line")).click()
    look(client, "asked-line")
    with client.watch.expecting(422):
        client.press("Tell the practice")
        client.shows("Choose a line.", "Choose what is not right.")


def test_who_wants_no_links_gets_none(front_desk: Person, owing: desk.Known) -> None:
    front_desk.go(f"{owing.path}pay-links/")
    front_desk.shows("On a statement")
    front_desk.press("Client wants no links")
    expect(front_desk.page.get_by_text("Noted: no links.")).to_be_visible()
    front_desk.look("no-links")


def look(client: Person, name: str) -> None:
    """Keep a picture as the telephone shows it, and demand that the page is sound at any width."""
    client.look(name)
    client.page.set_viewport_size(PHONE)
    client.picture(f"{name}-phone")
