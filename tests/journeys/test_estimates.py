"""A client who pays themselves books a series, and is given a good faith estimate at the desk."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.person import Person
from tests.journeys.test_keyboard import walk_to

pytestmark = JOURNEY


@pytest.fixture(scope="module")
def alone(front_desk: Person) -> desk.Known:
    """A client without an insurance."""
    return desk.add_client(front_desk, "Philippa", "Underhill")


def test_an_estimate_is_made_at_booking_by_keyboard_alone(
    front_desk: Person, alone: desk.Known, therapist_name: str
) -> None:
    page, first = front_desk.page, desk.yesterday() + timedelta(days=29)
    front_desk.go(alone.path)
    walk_to(front_desk, "Plan an appointment")
    page.keyboard.press("Enter")
    expect(front_desk.heading).to_have_text("Plan an appointment")
    for label, text in (
        ("Therapist", therapist_name),
        ("Service", "90834"),
        ("Date", f"{first:%m%d%Y}"),
        ("Starts at", "0715AM"),
        ("How often", "Every week"),
        ("How many times", "10"),
    ):
        type_in(front_desk, label, text)
    page.keyboard.press("Enter")

    front_desk.shows(f"Good faith estimate for {alone.code} due by", "10 appointments without one")
    front_desk.look("estimate-due-at-booking")
    page.keyboard.press("e")
    expect(front_desk.heading).to_have_text("Good faith estimate")
    expect(page.get_by_label("How many 1")).to_have_value("10")
    expect(page.get_by_label("Each 1")).to_have_value("150.00")
    front_desk.look("estimate-services")
    type_in(front_desk, "How many 1", "10")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Main service, in plain words")).to_be_visible()
    type_in(front_desk, "Main service, in plain words", "Talking therapy, once a week")
    front_desk.look("estimate-words")
    walk_to(front_desk, "Next")
    page.keyboard.press("Enter")
    front_desk.shows("Talking therapy, once a week", "$150.00 each", "1,500.00")
    front_desk.look("estimate-review")
    walk_to(front_desk, "Make the estimate")
    page.keyboard.press("Enter")

    expect(front_desk.heading).to_contain_text("GFE-")
    front_desk.shows("Nobody gave it to the client yet.")
    front_desk.look("estimate-made")
    front_desk.main.get_by_role("button", name="Note it").focus()
    page.keyboard.press("Enter")
    front_desk.shows("Given to the client, on paper")


def test_the_work_list_and_the_client_tell_of_it(front_desk: Person, alone: desk.Known) -> None:
    front_desk.rail("Estimates")
    front_desk.look("estimates")
    front_desk.hides(alone.family_name)
    front_desk.go(alone.path)
    front_desk.shows("Billed beside the estimate", "Within")
    front_desk.look("client-with-estimate")
    front_desk.follow("Estimates")
    front_desk.look("client-estimates")
    with front_desk.in_the_dark():
        front_desk.look("client-estimates-dark")


def test_the_estimate_is_a_pdf(front_desk: Person, alone: desk.Known) -> None:
    front_desk.go(alone.path)
    front_desk.follow("Estimates")
    front_desk.main.get_by_role("link", name="GFE-").first.click()
    link = front_desk.main.get_by_role("link", name="Open to print")

    printed = front_desk.fetch(str(link.get_attribute("href")))

    assert printed.status == 200
    assert printed.body.startswith(b"%PDF")
    assert "estimate-" in printed.headers["content-disposition"]
    assert alone.family_name.lower() not in printed.headers["content-disposition"].lower()


def type_in(person: Person, label: str, text: str) -> None:
    """Type into a field; the parts of a date, and its button, are stops that show no name."""
    field = person.main.get_by_label(label, exact=True)
    field.focus()
    if person.page.evaluate(
        "document.activeElement.matches('input:not([type=date]):not([type=time])')"
    ):
        person.page.keyboard.press("Control+A")
    person.page.keyboard.type(text)
