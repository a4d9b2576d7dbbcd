"""Somebody is called away from a half-filled form: nothing stays on screen, and nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW, House
from tests.journeys.person import Person

pytestmark = JOURNEY

QUIET_SECONDS = 24
"""In place of ten minutes; a session so short warns for half of it."""

TYPED = "Bartholomea"
IN_THE_BROWSER = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


@pytest.fixture(scope="module")
def called_away(cast: Cast, house: House) -> Person:
    """The front desk of Summit Row, whose session ends early, at a form."""
    person = cast.newcomer("front-desk", SUMMIT_ROW).sign_in()
    house.let_session_be_short(person.context.cookies(), QUIET_SECONDS)
    person.go("/clients/new/")
    person.fill("Given names", TYPED)
    return person


def test_a_warning_lets_one_stay(called_away: Person) -> None:
    warning = called_away.page.get_by_role("alertdialog", name="Still there?")
    expect(warning).to_be_visible(timeout=QUIET_SECONDS * 1000)
    called_away.look("time-out-warning")
    with called_away.in_the_dark():
        called_away.picture("time-out-warning-dark")

    warning.get_by_role("button", name="Stay signed in").click()

    expect(warning).to_be_hidden()
    expect(called_away.page.get_by_label("Given names")).to_have_value(TYPED)


def test_the_page_goes_blank_and_leads_to_signing_in(called_away: Person) -> None:
    expect(called_away.heading).to_have_text("Sign in", timeout=2 * QUIET_SECONDS * 1000)

    called_away.hides(TYPED)
    assert TYPED not in called_away.page.evaluate(IN_THE_BROWSER)
    called_away.look("time-out-signed-out")


def test_what_was_typed_comes_back_after_signing_in(called_away: Person) -> None:
    called_away.give_password()
    called_away.fill("Six-digit code", called_away.app.code())
    called_away.press("Sign in")

    expect(called_away.heading).to_have_text("New client")
    expect(called_away.page.get_by_label("Given names")).to_have_value(TYPED)
    called_away.shows("We kept what you had typed")
    called_away.look("time-out-restored")
    assert TYPED not in called_away.page.evaluate(IN_THE_BROWSER)

    called_away.press("Throw away")
    expect(called_away.page.get_by_label("Given names")).to_have_value("")
