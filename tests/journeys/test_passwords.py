"""A password is as old as it may become, another is forgotten, a third is changed by its owner."""

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, letters
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW, House
from tests.journeys.person import Person

pytestmark = JOURNEY


@pytest.fixture(scope="module")
def administrator(cast: Cast) -> Person:
    return cast("administrator", SUMMIT_ROW)


@pytest.fixture(scope="module")
def calendar(administrator: Person) -> None:
    """Summit Row goes over to the calendar: the difference first, then the change."""
    administrator.rail("Sign-in rules")
    administrator.look("sign-in-rules")
    with administrator.in_the_dark():
        administrator.look("sign-in-rules-dark")
    administrator.main.get_by_label("Every 90 days").check()
    administrator.press("Show what changes")
    administrator.shows(
        "Until now: A password changes when others may know it.",
        "From now on: A password changes every 90 days",
    )
    administrator.look("sign-in-rules-preview")
    administrator.press("Save changes")
    expect(administrator.main.get_by_label("Every 90 days")).to_be_checked()


def test_an_old_password_is_changed_before_anything_opens(
    cast: Cast, house: House, calendar: None
) -> None:
    accountant = cast.newcomer("accountant", SUMMIT_ROW)
    let_password_age(house, accountant, days=91)
    accountant.go("/")
    accountant.give_password()
    accountant.fill("Six-digit code", accountant.app.code())
    accountant.press("Sign in")
    expect(accountant.heading).to_have_text("Choose a new password")
    accountant.shows("It is as old as your practice lets one become.")
    accountant.look("new-password")
    with accountant.in_the_dark():
        accountant.look("new-password-dark")

    accountant.go("/reports/trial-balance/")
    expect(accountant.heading).to_have_text("Sign in")
    accountant.page.go_back()
    with accountant.watch.expecting(422):
        choose(accountant, "SummitRow2026!", "Set it and sign in")
    accountant.shows("Leave out your name, your practice and your trade")
    accountant.look("new-password-refused")
    choose(accountant, "kestrel lantern nutmeg quartz", "Set it and sign in")

    expect(accountant.page.get_by_role("navigation", name="Main")).to_be_visible()


def test_a_forgotten_password_is_replaced_by_a_link(cast: Cast, house: House) -> None:
    auditor = cast.newcomer("auditor", SUMMIT_ROW)
    auditor.go("/")
    auditor.follow("I do not know my password")
    auditor.look("reset-ask")
    auditor.fill("Work e-mail", auditor.account["email"])
    auditor.press("Send the link")
    expect(auditor.heading).to_have_text("Look into your mail")
    auditor.look("reset-asked")

    path = letters.link_in(letters.to(house, auditor.account["email"], "A new password"))
    auditor.go(path)
    assert auditor.page.url.endswith("/reset/new/")
    auditor.look("reset-new")
    choose(auditor, "olive pebble raven saffron", "Set new password")
    expect(auditor.heading).to_have_text("Sign in")
    auditor.shows("Your new password is set.")
    auditor.look("reset-done")

    auditor.sign_in()
    letters.to(house, auditor.account["email"], "Your password was changed")
    again = cast.newcomer("auditor", SUMMIT_ROW)
    with again.watch.expecting(404):
        again.go(path)
    expect(again.heading).to_have_text("This link is over")
    again.look("reset-over")


def test_ones_own_password_is_changed_and_other_browsers_are_signed_out(cast: Cast) -> None:
    desk = cast.newcomer("therapist", SUMMIT_ROW).sign_in()
    elsewhere = cast.newcomer("therapist", SUMMIT_ROW).sign_in()
    desk.go("/you/password/")
    desk.look("own-password")
    desk.fill("Present password", desk.account["password"])

    choose(desk, "juniper marble plum velvet", "Set new password")

    expect(desk.page.get_by_text("Your new password is set.")).to_be_visible()
    elsewhere.go("/")
    expect(elsewhere.heading).to_have_text("Sign in")
    elsewhere.shows("You were signed out because your password was changed.")


def test_an_administrator_asks_for_a_new_password(administrator: Person, cast: Cast) -> None:
    colleague = cast.newcomer("therapist", SUMMIT_ROW).sign_in()
    administrator.rail("People")
    administrator.follow(colleague.name)
    administrator.look("person-of-administrator")
    administrator.follow("Ask for a new password")
    administrator.look("order-password")

    administrator.press("Ask for a new password")

    expect(administrator.heading).to_have_text(colleague.name)
    colleague.page.reload()
    colleague.shows("An administrator asks you for a new password.")
    colleague.give_password()
    colleague.fill("Six-digit code", colleague.app.code())
    colleague.press("Sign in")
    colleague.shows("An administrator asked for it.")
    choose(colleague, "amber basil cedar heron", "Set it and sign in")
    expect(colleague.page.get_by_role("navigation", name="Main")).to_be_visible()


def choose(person: Person, password: str, button: str) -> None:
    """Type a new password twice, and send it."""
    person.fill("New password", password)
    person.fill("The same again", password)
    person.press(button)
    person.account["password"] = password


def let_password_age(house: House, person: Person, days: int) -> None:
    """Make a password older than it is."""
    house.run(
        "shell",
        *("-v", "0", "-c"),
        "from datetime import timedelta; from django.db.models import F;"
        " from accounts.models import User;"
        f" User.objects.filter(email={person.account['email']!r}).update("
        f"password_changed_at=F('password_changed_at') - timedelta(days={days}))",
    )
