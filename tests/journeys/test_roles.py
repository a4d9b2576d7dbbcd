"""Roles in two browsers: changed in one, seen in the other at the next click; looked at safely."""

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.person import Person

pytestmark = JOURNEY

READS_LOG = "Read the log"


@pytest.fixture
def administrator(cast: Cast) -> Person:
    return cast("administrator")


def in_rail(person: Person, name: str) -> int:
    return person.page.get_by_role("navigation", name="Main").get_by_text(name).count()


def test_changes_of_two_roles_take_effect_in_other_browsers_at_the_next_click(
    cast: Cast, administrator: Person
) -> None:
    front_desk, auditor = cast("front-desk"), cast("auditor")
    front_desk.rail("Today")
    auditor.rail("Audit log")
    administrator.rail("Roles")
    administrator.main.get_by_role("checkbox", name=f"Front desk: {READS_LOG}").check()
    administrator.main.get_by_role("checkbox", name=f"Auditor: {READS_LOG}").uncheck()
    administrator.look("matrix")
    administrator.press("See the changes")
    administrator.shows("Front desk", f"Added: {READS_LOG}")
    administrator.shows("Auditor", f"Taken away: {READS_LOG}")
    administrator.look("matrix-preview")
    assert in_rail(front_desk, "Audit log") == 0

    administrator.press("Save changes")
    expect(administrator.heading).to_have_text("Roles")

    front_desk.rail("Invoices")
    front_desk.rail("Audit log")
    expect(front_desk.heading).to_have_text("Audit log")
    with auditor.watch.expecting(403):
        auditor.rail("Audit log")
    expect(auditor.heading).to_have_text("Your role does not open this")
    put_back(administrator, "Front desk", "Auditor")
    auditor.page.reload()
    expect(auditor.heading).to_have_text("Audit log")
    with front_desk.watch.expecting(403):
        front_desk.page.reload()


def put_back(administrator: Person, *roles: str) -> None:
    """Let built-in roles be what they were in the beginning."""
    for role in roles:
        administrator.rail("Roles")
        administrator.main.get_by_role("columnheader", name=role).get_by_role("link").click()
        administrator.follow("Put it back to how it was in the beginning")
        administrator.look("role-restore")
        administrator.press("Put it back")
        expect(administrator.heading).to_have_text(role)


def test_the_arrow_keys_go_from_box_to_box(administrator: Person) -> None:
    administrator.rail("Roles")
    first = administrator.main.get_by_role("checkbox", name="Accountant: Add clients", exact=True)
    first.focus()

    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowRight"):
        administrator.page.keyboard.press(key)

    expect(
        administrator.main.get_by_role("checkbox", name="Administrator: Add clients from a file")
    ).to_be_focused()


def test_a_role_of_ones_own_is_made_given_and_retired(
    cast: Cast, administrator: Person, house: House
) -> None:
    auditor = cast("auditor")
    administrator.rail("Roles")
    administrator.follow("Make a role")
    administrator.choose("Begins as", "Front desk")
    administrator.fill("Name", "Weekend desk")
    administrator.fill("In a sentence", "Takes money on Saturdays.")
    administrator.look("role-new")
    administrator.press("Make the role")
    administrator.shows("It began as Front desk", "Nobody.")
    give(administrator, auditor, "Weekend desk", held=True)
    auditor.page.reload()
    auditor.rail("Today")

    administrator.rail("Roles")
    administrator.follow("Weekend desk")
    administrator.follow("Retire it")
    with administrator.watch.expecting(422):
        administrator.press("Retire Weekend desk")
    administrator.shows("Somebody holds this role")
    administrator.look("role-retire")
    give(administrator, auditor, "Weekend desk", held=False)
    administrator.rail("Roles")
    administrator.follow("Weekend desk")
    administrator.follow("Retire it")
    administrator.press("Retire Weekend desk")

    expect(administrator.main.get_by_role("heading", name="Retired")).to_be_visible()
    with auditor.watch.expecting(403):
        auditor.rail("Today")


def give(administrator: Person, to: Person, role: str, *, held: bool) -> None:
    administrator.rail("People")
    administrator.follow(to.name)
    administrator.main.get_by_role("checkbox", name=role).set_checked(held)
    administrator.press("See the change")
    administrator.press("Save roles")
    expect(administrator.heading).to_have_text(to.name)
    expect(administrator.main.get_by_role("checkbox", name=role)).to_be_checked(checked=held)


def test_limits_are_changed_with_the_difference_in_words(administrator: Person) -> None:
    administrator.rail("Roles")
    administrator.follow("Front desk")
    administrator.fill("Refunds up to", "250")
    administrator.press("See the change")
    administrator.shows("Refunds alone up to $250.00, so far up to $100.00")
    administrator.look("limits-preview")
    administrator.press("Save changes")
    expect(administrator.main.get_by_label("Refunds up to", exact=True)).to_have_value("250.00")
    put_back(administrator, "Front desk")


def test_one_looks_as_a_role_and_sees_no_record(
    administrator: Person, new_client: desk.Known
) -> None:
    administrator.rail("Roles")
    administrator.follow("Front desk")
    administrator.press("See the pages as this role")
    banner = administrator.page.get_by_role("complementary", name="Looking as a role")
    expect(banner).to_contain_text("You look at the pages as Front desk")
    administrator.rail("Today")
    administrator.shows("its records stay closed to you")
    administrator.look("view-as")
    administrator.go(new_client.path)
    administrator.shows("its records stay closed to you")
    administrator.hides(*new_client.traces, new_client.code)

    banner.get_by_role("button", name="Stop").click()

    expect(banner).to_have_count(0)
    expect(administrator.heading).to_have_text("Front desk")


def test_a_person_and_a_permission_say_why(administrator: Person) -> None:
    administrator.rail("People")
    administrator.follow("Rosalind Achebe")
    administrator.shows("What this person may do, and why", "Refunds alone up to $100.00")
    administrator.look("person-rights")
    administrator.follow("Issue invoices")
    administrator.shows("Rosalind Achebe", "Front desk")
    administrator.look("right")
