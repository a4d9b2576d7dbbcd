"""Somebody without a mouse signs in and takes a payment."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW
from tests.journeys.person import Person

pytestmark = JOURNEY

STOPS_MAX = 60
FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body) return {words: "", seen: true};
  // The ring of a choice in a row is drawn round its label; within a date the browser draws it.
  const ringed = at.type === "radio" ? [at, ...at.labels] : [at];
  const words = at.ariaLabel ?? at.labels?.[0]?.textContent ?? at.textContent;
  return {
    words: words.trim(),
    seen: at.type === "date" || at.matches(":focus-visible") && ringed.some((part) => {
      const style = getComputedStyle(part);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    }),
  };
}"""


@pytest.fixture
def without_mouse(cast: Cast) -> Person:
    return cast.newcomer("front-desk", SUMMIT_ROW)


def test_a_payment_is_taken_by_keyboard_alone(without_mouse: Person) -> None:
    person = without_mouse
    person.go("/")
    expect(person.page.get_by_label("Work e-mail")).to_be_focused()
    write_in(person, "Work e-mail", person.account["email"])
    write_in(person, "Password", person.account["password"])
    person.page.keyboard.press("Enter")
    expect(person.heading).to_have_text("Enter your code")
    expect(person.page.get_by_label("Six-digit code")).to_be_focused()
    write_in(person, "Six-digit code", person.app.code())
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("navigation", name="Main")).to_be_visible()

    person.page.keyboard.type("gi")
    expect(person.heading).to_have_text("Invoices")
    write_in(person, "State", "Open")
    walk_to(person, "Show")
    person.page.keyboard.press("Enter")
    expect(person.page).to_have_url(re.compile("state=open"))
    person.page.wait_for_load_state()
    person.page.keyboard.press("j")
    assert words_at_focus(person).startswith("INV-")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/invoices/*-*/")
    person.page.keyboard.press("p")
    expect(person.heading).to_have_text("Take a payment")
    expect(person.page.get_by_label("Amount")).to_be_focused()
    write_in(person, "Amount", "20.00")
    person.page.keyboard.press("Enter")

    receipt = person.main.get_by_role("heading", name="Receipt R-", level=2)
    expect(receipt).to_be_focused()
    person.shows("$20.00 in cash")
    person.look("receipt-by-keyboard")


def test_a_client_is_found_and_opened_by_keyboard_alone(
    front_desk: Person, new_client: desk.Known
) -> None:
    page = front_desk.page
    front_desk.go("/today/")

    page.keyboard.press("/")
    page.keyboard.type(new_client.family_name[:4].lower())
    found = page.locator("[data-found]").filter(has_text=new_client.code)
    expect(found).to_contain_text("Nothing due")
    expect(page.locator("#found-count")).to_contain_text("1 client found.")
    front_desk.look("search-as-typed")
    assert page.url.endswith("/today/")
    page.keyboard.press("ArrowDown")
    expect(found).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(front_desk.heading).to_contain_text(new_client.code)


def test_escape_closes_what_was_found(front_desk: Person) -> None:
    page = front_desk.page
    front_desk.go("/today/")
    page.keyboard.press("/")
    page.keyboard.type("c-0")
    expect(page.locator("[data-found]").first).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator("[data-found]")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_be_focused()


def write_in(person: Person, label: str, text: str) -> None:
    """Walk to a field and write over what is in it."""
    walk_to(person, label)
    if person.page.evaluate("document.activeElement.matches('input')"):
        person.page.keyboard.press("Control+A")
    person.page.keyboard.type(text)


def walk_to(person: Person, name: str) -> None:
    """Go on by Tab to what has this name; every stop on the way must be seen."""
    for _ in range(STOPS_MAX):
        if words_at_focus(person) == name:
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {name}.")


def words_at_focus(person: Person) -> str:
    """Return the name of what has the focus, which must be seen; "" while nothing has it."""
    at: dict[str, str] = person.page.evaluate(FOCUSED)
    assert at["seen"], f"The focus on {at['words']!r} is not seen."
    return at["words"]
