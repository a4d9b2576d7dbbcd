"""The administrator changes what people may do; it counts from their next page."""

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.person import Person

pytestmark = JOURNEY

TAKES_CASH = "Take cash and check payments"


@pytest.fixture
def therapist(cast: Cast, new_client: desk.Known) -> Person:
    """Somebody at work, with a client's page open."""
    therapist = cast("therapist")
    therapist.go(new_client.path)
    return therapist


def test_a_role_may_do_more_and_then_less(cast: Cast, therapist: Person, house: House) -> None:
    administrator = cast("administrator")
    expect(take_payment(therapist)).to_have_count(0)
    administrator.rail("Roles")
    administrator.look("roles")
    administrator.follow("Therapist")
    administrator.main.get_by_role("checkbox", name=TAKES_CASH).check()
    administrator.look("role")
    house.let_second_factor_age(administrator.context.cookies())

    with administrator.by_hand():
        with administrator.watch.expecting(422):
            administrator.press("See the changes")
        expect(administrator.heading).to_have_text("Before you go on")
        administrator.look("step-up")
        administrator.fill("Six-digit code", administrator.app.code())
        administrator.press("Go on")
    administrator.shows(f"Added: {TAKES_CASH}")
    administrator.look("role-preview")
    expect(take_payment(therapist)).to_have_count(0)
    administrator.press("Save changes")
    expect(administrator.heading).to_have_text("Therapist")

    therapist.page.reload()
    take_payment(therapist).click()
    expect(therapist.heading).to_have_text("Take a payment")
    change_role(administrator, checked=False)
    with therapist.watch.expecting(403):
        therapist.page.reload()
    therapist.look("not-allowed")


def test_a_person_holds_a_second_role_for_a_while(cast: Cast, therapist: Person) -> None:
    administrator = cast("administrator")
    books = therapist.page.get_by_role("navigation", name="Main").get_by_text("Trial balance")
    expect(books).to_have_count(0)
    administrator.rail("People")
    administrator.look("people")
    administrator.follow(therapist.name)

    administrator.main.get_by_role("checkbox", name="Accountant").check()
    administrator.look("person")
    administrator.press("See the change")
    administrator.shows("Added: Accountant")
    administrator.look("person-preview")
    administrator.press("Save roles")

    administrator.shows("Accountant, Therapist")
    therapist.page.reload()
    therapist.rail("Trial balance")
    expect(therapist.heading).to_have_text("Trial balance")
    administrator.main.get_by_role("checkbox", name="Accountant").uncheck()
    administrator.press("See the change")
    administrator.press("Save roles")
    expect(administrator.main).not_to_contain_text("Accountant, Therapist")
    with therapist.watch.expecting(403):
        therapist.page.reload()


def take_payment(person: Person) -> Locator:
    return person.main.get_by_role("link", name="Take payment")


def change_role(administrator: Person, *, checked: bool) -> None:
    """Let therapists take cash, or not, with the second factor still fresh."""
    administrator.main.get_by_role("checkbox", name=TAKES_CASH).set_checked(checked)
    administrator.press("See the changes")
    administrator.shows(f"Taken away: {TAKES_CASH}")
    administrator.press("Save changes")
    expect(administrator.heading).to_have_text("Therapist")
