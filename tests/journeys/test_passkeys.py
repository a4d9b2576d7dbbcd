"""Somebody signs in with what their own device keeps, and has nothing to type."""

import pytest
from playwright.sync_api import CDPSession, expect

from tests.journeys import JOURNEY, letters
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.newcomers import hired
from tests.journeys.person import App, Person

pytestmark = JOURNEY

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def person(cast: Cast, house: House) -> Person:
    """Tobias Renner, at the name of this machine: browsers know no passkeys at its number."""
    named = house.base_url.replace("127.0.0.1", "localhost")
    person = cast.somebody(hired(house, "Tobias Renner"), App(""), named)
    person.page.remove_locator_handler(person.page.locator("#step-up-title"))
    return person


@pytest.fixture(scope="module")
def device(person: Person) -> CDPSession:
    """What his computer answers with, made by Chromium itself."""
    devices = person.context.new_cdp_session(person.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return devices


@pytest.fixture(scope="module")
def signed_in(person: Person, device: CDPSession) -> Person:
    """His first sign-in makes a passkey in place of an app, and leaves recovery codes."""
    person.go("/")
    person.give_password()
    person.look("enrolment-with-passkeys")
    person.press("Make a passkey")
    expect(person.heading).to_have_text("Your recovery codes")
    assert person.main.locator("li.code").count() == 10
    person.follow("I have kept them")
    expect(person.page.get_by_role("navigation", name="Main")).to_be_visible()
    return person


def test_a_passkey_signs_in(signed_in: Person) -> None:
    signed_in.page.get_by_role("button", name="Sign out").first.click()
    signed_in.give_password()
    expect(signed_in.heading).to_have_text("Use your passkey")
    signed_in.look("sign-in-passkey")
    with signed_in.in_the_dark():
        signed_in.look("sign-in-passkey-dark")

    signed_in.press("Use a passkey")

    expect(signed_in.page.get_by_role("navigation", name="Main")).to_be_visible()
    signed_in.go("/you/")
    signed_in.shows("Chrome on Linux", "Passkey, last used")
    signed_in.look("you-with-a-passkey")


def test_a_device_is_not_added_twice(signed_in: Person) -> None:
    signed_in.go("/you/passkeys/new/")
    signed_in.look("passkey-new")

    signed_in.press("Make the passkey")

    signed_in.shows("This device holds one of your passkeys already.")


def test_a_passkey_steps_up_and_the_act_goes_on(signed_in: Person, house: House) -> None:
    house.let_second_factor_age(signed_in.context.cookies())
    signed_in.go("/you/")
    with signed_in.watch.expecting(422):
        signed_in.press("Make new recovery codes")
        expect(signed_in.heading).to_have_text("Before you go on")
        signed_in.look("step-up-passkey")
    signed_in.press("Use a passkey")

    expect(signed_in.heading).to_have_text("Your new recovery codes")
    signed_in.look("recovery-codes-new")
    signed_in.follow("I have kept them")


def test_the_only_second_step_is_not_removed(signed_in: Person) -> None:
    signed_in.main.get_by_role("link", name="Chrome on Linux", exact=True).click()
    signed_in.fill("Name", "Office computer")
    signed_in.press("Save the name")
    signed_in.main.get_by_role("link", name="Office computer", exact=True).click()
    with signed_in.watch.expecting(409):
        signed_in.press("Remove this passkey")
        signed_in.shows("This is your only second step. Add another one first.")
    signed_in.look("passkey-stays")


def test_a_letter_tells_of_new_codes(signed_in: Person, house: House) -> None:
    text = letters.to(house, signed_in.account["email"], "New recovery codes were made")

    assert "If that was you, there is nothing to do." in text


def test_at_the_machines_number_one_is_told_where_passkeys_work(
    cast: Cast, signed_in: Person, house: House
) -> None:
    elsewhere = cast.somebody(signed_in.account, App(""))
    elsewhere.go("/")
    elsewhere.give_password()

    elsewhere.shows("Browsers tie passkeys to a name.", signed_in.base_url)
    assert elsewhere.main.get_by_role("button", name="Use a passkey").count() == 0
    elsewhere.look("passkeys-elsewhere")
