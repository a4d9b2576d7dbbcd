"""A first sign-in sets up the second step: it is forced, and leaves recovery codes behind."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, letters
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.newcomers import hired
from tests.journeys.person import App, Person

pytestmark = JOURNEY


@pytest.fixture(scope="module")
def newcomer(cast: Cast, house: House) -> Person:
    """Imogen Varga, on her first day."""
    person = cast.somebody(hired(house, "Imogen Varga"), App(""))
    person.go("/")
    person.give_password()
    return person


@pytest.fixture(scope="module")
def codes(newcomer: Person) -> list[str]:
    """Her recovery codes, after she has scanned the key into an app."""
    expect(newcomer.heading).to_have_text("Set up your second step")
    newcomer.look("enrolment")
    with newcomer.in_the_dark():
        newcomer.look("enrolment-dark")
    with newcomer.watch.expecting(422):
        newcomer.fill("First code from the app", "000000")
        newcomer.press("Check this code")
        newcomer.shows("This is not the code that your app shows now.")
    newcomer.look("enrolment-wrong-code")
    newcomer.app.secret = "".join(newcomer.main.locator("p.code").inner_text().split())
    newcomer.fill("First code from the app", newcomer.app.code())
    newcomer.press("Check this code")
    expect(newcomer.heading).to_have_text("Your recovery codes")
    newcomer.look("enrolment-recovery-codes")
    return newcomer.main.locator("li.code").all_inner_texts()


def test_nothing_opens_before_the_second_step_stands(newcomer: Person) -> None:
    step = newcomer.page.url
    for path in ("/", "/you/", "/log/", "/sign-in/code/"):
        newcomer.go(path)
        assert newcomer.page.get_by_role("navigation", name="Main").count() == 0
    newcomer.go(step)


def test_recovery_codes_are_shown_once_and_copied(newcomer: Person, codes: list[str]) -> None:
    newcomer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    newcomer.press("Copy")
    expect(newcomer.main.get_by_role("button", name="Copied")).to_be_visible()
    newcomer.follow("I have kept them")
    expect(newcomer.page.get_by_role("navigation", name="Main")).to_be_visible()

    newcomer.go("/you/")
    newcomer.shows("10 of 10 left")
    newcomer.hides(*codes)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){5}[A-Z2-7]{4}", code) for code in codes)


def test_a_letter_tells_of_it(house: House, newcomer: Person, codes: list[str]) -> None:
    text = letters.to(house, newcomer.account["email"], "Your second step was set up")

    assert letters.link_in(text) == "/you/"
    assert not any(code in text for code in codes)


def test_an_app_on_another_phone_replaces_the_first(newcomer: Person, codes: list[str]) -> None:
    newcomer.go("/you/")
    newcomer.press("Replace the app")
    expect(newcomer.heading).to_have_text("Set up an authenticator app")
    newcomer.look("app-replaced")
    phone = App("".join(newcomer.main.locator("p.code").inner_text().split()))
    newcomer.fill("First code from the app", phone.code())
    newcomer.press("Check this code")
    expect(newcomer.main.get_by_role("heading", name="Second step")).to_be_visible()
    newcomer.look("you")
    with newcomer.in_the_dark():
        newcomer.look("you-dark")

    newcomer.page.get_by_role("button", name="Sign out").first.click()
    newcomer.give_password()
    with newcomer.watch.expecting(422):
        newcomer.fill("Six-digit code", newcomer.app.code())
        newcomer.press("Sign in")
        newcomer.shows("This is not the code that your app shows now.")
    newcomer.fill("Six-digit code", phone.code())
    newcomer.press("Sign in")
    expect(newcomer.page.get_by_role("navigation", name="Main")).to_be_visible()
