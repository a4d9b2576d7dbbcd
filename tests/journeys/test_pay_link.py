"""A client without an account pays a part of what they owe on a telephone, by a link."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Request, ViewportSize, expect

from tests.journeys import JOURNEY, desk, letters
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.person import App, Person

pytestmark = JOURNEY

PHONE: ViewportSize = {"width": 390, "height": 844}
BORN, OTHER_DAY = "1987-05-14", "1987-05-15"
"""What ``desk.write_client`` writes down, and what it does not."""


@pytest.fixture(scope="module")
def owing(front_desk: Person, therapist_name: str) -> desk.Known:
    """Somebody who owes for one session."""
    added = desk.add_client(front_desk, "Peregrine", "Oakhampton")
    desk.assign(front_desk, added, therapist_name)
    desk.bill(front_desk, added, therapist_name)
    return added


@pytest.fixture(scope="module")
def letter(front_desk: Person, owing: desk.Known, house: House) -> str:
    """The letter that the desk sends with two presses."""
    front_desk.go(owing.path)
    front_desk.follow("Pay link")
    front_desk.shows("owes $150.00", owing.email)
    front_desk.look("pay-links")
    front_desk.press("Send by e-mail")
    front_desk.shows("By e-mail")
    return letters.to(house, owing.email, "A message from")


@pytest.fixture(scope="module")
def client(cast: Cast, front_desk: Person) -> Person:
    """The client, at a telephone in which nobody was ever signed in."""
    person = cast.somebody(front_desk.account, App(""))
    person.page.set_viewport_size(PHONE)
    return person


def test_the_letter_names_nobody(letter: str, owing: desk.Known) -> None:
    told = letter.split("http")[0]

    assert [trace for trace in (*owing.traces, "$", "session") if trace in told] == []


def test_a_part_is_paid_on_a_telephone(
    client: Person, front_desk: Person, letter: str, owing: desk.Known
) -> None:
    link, asked = letters.link_in(letter), []

    def note(request: Request) -> None:
        asked.append(request)

    client.page.on("request", note)
    client.go(link)
    assert desk.path_of(client) == "/pay/"
    client.shows("$150.00 is open")
    client.hides(*owing.traces, owing.code, "INV-")
    look(client, "pay-answer")

    client.fill("The client's birth date", OTHER_DAY)
    with client.watch.expecting(422):
        client.press("Go on")
        client.shows("2 tries are left")
    client.fill("The client's birth date", BORN)
    client.press("Go on")

    client.shows("You owe $150.00", "INV-")
    look(client, "pay-account")
    client.fill("Amount to pay now", "50")
    client.press("Go to the card page")
    expect(client.page.get_by_label("Card number")).to_be_visible()
    desk.pay_with(client, desk.CARD)

    client.shows("$50.00 is paid", "by card ··4242", "$100.00 is still open")
    look(client, "pay-paid")
    client.page.reload()
    client.shows("$50.00 is paid")
    client.follow("Your account")
    client.shows("You owe $100.00", "$50.00")

    secret = link.split("/")[2]
    told = [request.headers.get("referer", "") for request in asked]
    assert not [referer for referer in told if secret in referer]
    elsewhere = [each for each in asked if urlsplit(each.url).netloc != host_of(client)]
    assert elsewhere
    assert not [each for each in elsewhere if secret in each.url]

    front_desk.go(f"{owing.path}pay-links/")
    front_desk.shows("Part paid", "50.00")


def test_back_after_leaving_shows_nothing(client: Person, owing: desk.Known) -> None:
    client.page.get_by_role("button", name="Leave").click()
    client.shows("You have left")

    with client.watch.expecting(404):
        client.page.go_back()
        client.shows("This link is over")
    client.hides("You owe", "INV-")


def test_the_account_works_without_scripts(client: Person, letter: str, owing: desk.Known) -> None:
    browser = client.context.browser
    assert browser
    plain = browser.new_context(base_url=client.base_url, viewport=PHONE, java_script_enabled=False)
    page = plain.new_page()
    page.goto(letters.link_in(letter))
    page.get_by_label("The client's birth date").fill(BORN)
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("You owe $100.00")
    page.locator("summary").first.click()
    page.get_by_role("button", name="Go to the card page").click()
    expect(page.get_by_text("$100.00").first).to_be_visible()
    plain.close()


def look(client: Person, name: str) -> None:
    """Keep a picture as the telephone shows it, and demand that the page is sound at any width."""
    client.look(name)
    client.page.set_viewport_size(PHONE)
    client.picture(f"{name}-phone")


def host_of(person: Person) -> str:
    return urlsplit(person.base_url).netloc
