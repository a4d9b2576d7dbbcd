"""A slip is told in plain words where it was made, and nothing that was typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW
from tests.journeys.person import Person

pytestmark = JOURNEY


@pytest.fixture
def at_the_door(cast: Cast) -> Person:
    """Somebody who is not signed in yet."""
    person = cast.newcomer("accountant", SUMMIT_ROW)
    person.go("/")
    return person


def test_a_wrong_password_says_not_which_half_is_wrong(at_the_door: Person) -> None:
    at_the_door.look("sign-in")
    at_the_door.fill("Work e-mail", at_the_door.account["email"])
    at_the_door.fill("Password", "not the one")

    with at_the_door.watch.expecting(422):
        at_the_door.press("Continue")

    at_the_door.shows("This address and password do not belong together")
    expect(at_the_door.page.get_by_label("Work e-mail")).to_have_value(at_the_door.account["email"])
    at_the_door.look("sign-in-refused")


def test_a_wrong_code_opens_nothing(at_the_door: Person) -> None:
    at_the_door.give_password()
    at_the_door.look("sign-in-code")
    at_the_door.fill("Six-digit code", f"{(int(at_the_door.app.code()) + 1) % 1_000_000:06}")

    with at_the_door.watch.expecting(422):
        at_the_door.press("Sign in")

    at_the_door.shows("This is not the code that your app shows now.")
    at_the_door.look("sign-in-wrong-code")
    at_the_door.go("/clients/")
    expect(at_the_door.heading).to_have_text("Sign in")


def test_a_form_that_rested_since_the_last_key_is_sent_at_the_first_press(
    front_desk: Person,
) -> None:
    front_desk.go("/clients/new/")
    with front_desk.page.expect_response("**/drafts/"):
        front_desk.fill("Given names", "Perpetua")
    front_desk.page.wait_for_timeout(100)

    with front_desk.watch.expecting(422):
        front_desk.press("Add client")

    front_desk.shows("Enter the birth date.")


def test_a_client_without_a_birth_date_is_not_added(front_desk: Person) -> None:
    front_desk.go("/clients/new/")
    front_desk.fill("Given names", "Perpetua")

    with front_desk.watch.expecting(422):
        front_desk.press("Add client")

    front_desk.shows("Enter the birth date.")
    expect(front_desk.page.get_by_label("Given names")).to_have_value("Perpetua")
    expect(front_desk.page.get_by_label("Birth date")).to_be_focused()
    front_desk.look("client-new-refused")
    front_desk.rail("Clients")
    front_desk.hides("Perpetua")


def test_somebody_who_looks_alike_is_asked_about(
    front_desk: Person, new_client: desk.Known
) -> None:
    front_desk.go("/clients/new/")
    desk.write_client(
        front_desk, new_client.given_names, new_client.family_name, new_client.email, ""
    )

    with front_desk.watch.expecting(422):
        front_desk.press("Add client")

    front_desk.shows(new_client.code, "This is another person")
    front_desk.look("client-new-known")


def test_an_empty_session_is_not_recorded(front_desk: Person, new_client: desk.Known) -> None:
    front_desk.go(new_client.path)
    front_desk.follow("Record a session")
    front_desk.fill("Minutes", "45")

    with front_desk.watch.expecting(422):
        front_desk.press("Record session")

    front_desk.shows("This was not saved yet", "Choose what it was.", "Enter when it began.")
    expect(front_desk.page.get_by_label("Minutes")).to_have_value("45")
    front_desk.look("session-new-refused")


def test_picking_nothing_issues_nothing(front_desk: Person) -> None:
    front_desk.rail("Not billed")

    with front_desk.watch.expecting(422):
        front_desk.press("Issue invoices")

    front_desk.shows("Pick at least one of the sessions below.")
    front_desk.look("unbilled-refused")


def test_an_unknown_address_leads_back(front_desk: Person) -> None:
    with front_desk.watch.expecting(404):
        front_desk.go("/nothing/here/")

    front_desk.follow("Go to your first page")

    expect(front_desk.heading).to_have_text(re.compile("day,"))
