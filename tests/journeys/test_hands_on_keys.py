"""The desk's commonest acts without a mouse, in few groups of keys. How long each took is told.

A group is what a person types without looking up: a search and its hit, a page's key, a form.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect

from tests.figures import Tell
from tests.journeys import JOURNEY, desk
from tests.journeys.person import Person
from tests.journeys.test_keyboard import walk_to, write_in

pytestmark = JOURNEY


@dataclass(slots=True)
class Hands:
    """Two hands on a keyboard, which count the groups of keys that they press."""

    person: Person
    groups: int = field(default=0, init=False)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        self.groups += 1
        yield

    def find(self, client: desk.Known) -> None:
        """Find a returning client by four letters, and open them."""
        page = self.person.page
        with self.at_once():
            page.keyboard.press("/")
            page.keyboard.type(client.family_name[:4].lower())
            expect(page.locator("[data-found]").filter(has_text=client.code)).to_be_visible()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        expect(self.person.heading).to_contain_text(client.code)

    def press(self, key: str, heading: str) -> None:
        with self.at_once():
            self.person.page.keyboard.press(key)
        expect(self.person.heading).to_contain_text(heading)


@pytest.fixture(scope="module")
def returning(front_desk: Person, therapist_name: str) -> desk.Known:
    """A client of long ago, with three sessions that are billed."""
    client = desk.add_client(front_desk, "Leopoldine", "Quarrington")
    for _ in range(3):
        desk.bill(front_desk, client, therapist_name)
    front_desk.go("/today/")
    return client


@contextmanager
def timed(tell: Tell, what: str, hands: Hands) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds = time.perf_counter() - began
    tell(f"by keyboard: {what} in {hands.groups} groups of keys, {seconds:.1f} s")


def test_a_returning_client_pays_by_card(
    front_desk: Person, returning: desk.Known, tell: Tell
) -> None:
    page, hands = front_desk.page, Hands(front_desk)
    with timed(tell, "a card payment", hands):
        hands.find(returning)
        hands.press("c", "Pay by card")
        expect(front_desk.main.get_by_role("button", name=desk.PAY)).to_be_focused()
        with hands.at_once():
            page.keyboard.press("Enter")
        expect(page.get_by_label("Card number")).to_be_visible()
        with hands.at_once():
            for label, text in (
                ("Card number", desk.CARD),
                ("Expiry", "12 / 34"),
                ("Security code", "123"),
            ):
                write_in(front_desk, label, text)
            page.keyboard.press("Enter")
        front_desk.shows(f"{desk.FEE} is paid", "Receipt R-")
    assert hands.groups <= 4
    front_desk.look("card-by-keyboard")


def test_cash_of_which_a_part_is_too_much_stays_as_credit(
    front_desk: Person, returning: desk.Known, tell: Tell
) -> None:
    page, hands = front_desk.page, Hands(front_desk)
    front_desk.go("/today/")
    with timed(tell, "cash of which a part is too much", hands):
        hands.find(returning)
        front_desk.shows("$300.00")
        hands.press("p", "Take a payment")
        expect(page.get_by_label("Amount", exact=True)).to_be_focused()
        with hands.at_once(), front_desk.watch.expecting(422):
            page.keyboard.press("Control+A")
            page.keyboard.type("350")
            page.keyboard.press("Enter")
            front_desk.shows("$50.00")
        expect(page.get_by_label("Amount", exact=True)).to_have_value("350")
        front_desk.look("cash-too-much-by-keyboard")
        with hands.at_once():
            walk_to(front_desk, "Keep what is over as credit")
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
        front_desk.shows("$350.00 in cash", "Kept as credit", "50.00")
    assert hands.groups <= 4


def test_a_wrong_payment_is_put_right(
    front_desk: Person, returning: desk.Known, tell: Tell
) -> None:
    page, hands = front_desk.page, Hands(front_desk)
    front_desk.go(returning.path)
    front_desk.main.get_by_role("link", name="R-").first.focus()
    with timed(tell, "a wrong payment put right", hands):
        hands.press("Enter", "Payment")
        hands.press("e", "Correct R-")
        with hands.at_once():
            walk_to(front_desk, "It was another client's")
            page.keyboard.press("ArrowDown")
            expect(page.get_by_role("radio", name="The amount was wrong")).to_be_checked()
            write_in(front_desk, "Amount", "300")
            page.keyboard.press("Enter")
        front_desk.shows("$300.00 in cash", "which was wrong")
    assert hands.groups <= 3
    front_desk.look("corrected-by-keyboard")
