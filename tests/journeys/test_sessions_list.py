"""Somebody looks at where they are signed in, and ends what is not theirs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys import JOURNEY, letters
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.person import Person

pytestmark = JOURNEY

ROLE = "accountant"


@pytest.fixture(scope="module")
def office(cast: Cast) -> Person:
    return cast.newcomer(ROLE).sign_in()


@pytest.fixture(scope="module")
def home(cast: Cast, office: Person) -> Person:
    """The same person, at another browser."""
    return cast.newcomer(ROLE).sign_in()


@pytest.fixture(scope="module")
def signs_in_again(cast: Cast, house: House) -> Iterator[None]:
    """Let this person, whose sign-ins all ended, sign in again in other journeys, and without a
    new password."""
    yield
    cast.is_signed_out(ROLE)
    with house.superuser() as connection:
        connection.execute("SET session_replication_role = replica")  # no letter is opened here
        connection.execute(
            "UPDATE accounts_user SET password_due = '' WHERE email = %s",
            [house.person(ROLE)["email"]],
        )


def sessions(person: Person) -> Locator:
    return person.main.get_by_role("region", name="Signed in now").get_by_role("row")


def test_one_browser_is_signed_out_from_another(office: Person, home: Person) -> None:
    home.go("/you/")
    expect(sessions(home).nth(1)).to_contain_text("Chrome on Linux")
    expect(sessions(home).nth(1)).to_contain_text("127.0.0.1")
    expect(sessions(home).nth(1)).to_contain_text("This browser")
    home.look("signed-in-now")
    with home.in_the_dark():
        home.look("signed-in-now-dark")
    before = sessions(home).count()

    sessions(home).nth(2).get_by_role("button").click()

    expect(sessions(home)).to_have_count(before - 1)
    office.go("/you/")
    expect(office.heading).to_have_text("Sign in")
    office.shows("You signed this browser out from another one.")
    office.look("signed-out-from-elsewhere")


def test_a_letter_tells_of_a_new_device_and_ends_everything(
    house: House, office: Person, home: Person, signs_in_again: None
) -> None:
    text = letters.to(house, home.account["email"], "new device")
    assert "Chrome on Linux" in text
    assert "127.0.0.1" in text
    [link] = [line for line in text.splitlines() if "/not-me/" in line]

    office.go("/not-me/" + link.split("/not-me/")[1])
    expect(office.heading).to_have_text("Was this not you?")
    office.look("not-me")
    with office.in_the_dark():
        office.look("not-me-dark")
    office.press("This was not me")

    expect(office.heading).to_have_text("All your sign-ins were ended")
    office.look("not-me-done")
    home.go("/you/")
    home.shows("All your sign-ins were ended. A letter leads you to a new password.")
    assert "/reset/" in letters.to(house, home.account["email"], "You reported a sign-in")
    office.go("/sign-in/")
    office.give_password()
    office.fill("Six-digit code", office.app.code())
    office.press("Sign in")
    expect(office.heading).to_have_text("Look into your mail")
    office.look("reported")
