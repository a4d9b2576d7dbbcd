"""A group from its first member to a bill of each, at the desk and with its therapist."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.person import Person

pytestmark = JOURNEY


def told(person: Person, words: str) -> None:
    """Demand that a page says what was done, beside what it shows."""
    expect(person.page.locator("body")).to_contain_text(words)


def test_a_group_is_made_planned_marked_and_billed_to_each(cast: Cast) -> None:
    front_desk, therapist = cast("front-desk"), cast("therapist")
    own = desk.add_client(front_desk, "Ines", "Vasquez")
    other = desk.add_client(front_desk, "Torben", "Aldergrove")
    third = desk.add_client(front_desk, "Priya", "Menon")
    desk.assign(front_desk, own, therapist.name)
    desk.assign(front_desk, third, therapist.name)

    front_desk.go("/groups/")
    front_desk.look("groups-none")
    front_desk.main.get_by_role("link", name="New group").click()
    front_desk.fill("Group code", "Torben A.")
    front_desk.choose("Therapist", therapist.name)
    offered = front_desk.main.get_by_label("Service", exact=True)
    front_desk.choose("Service", offered.locator("option", has_text="90853").inner_text())
    with front_desk.watch.expecting(422):
        front_desk.press("Make it")
        front_desk.shows("Use letters, digits and hyphens only")
    front_desk.look("group-refused")
    front_desk.fill("Group code", "G-MON-1")
    front_desk.press("Make it")
    told(front_desk, "G-MON-1 is made")
    group = desk.path_of(front_desk)
    for client in (own, other, third):
        front_desk.go(f"{group}members/new/")
        front_desk.fill("Client code", client.code)
        front_desk.press("Let them join")
        told(front_desk, f"{client.code} is in G-MON-1.")
    front_desk.go(f"{group}hours/new/")
    front_desk.fill("Starts at", "00:00")
    front_desk.choose("How often", "Every week")
    front_desk.fill("How many times", "4")
    front_desk.look("group-plan")
    front_desk.press("Plan it")
    told(front_desk, "4 hours of G-MON-1 are planned.")
    front_desk.look("group")

    front_desk.go("/appointments/")
    front_desk.shows("G-MON-1", "Group of 3")
    front_desk.look("group-day")
    front_desk.go("/today/")
    front_desk.look("group-today")
    therapist.go("/appointments/")
    therapist.look("group-therapist-day")
    therapist.main.get_by_role("link", name="12:00 AM").first.click()
    therapist.shows("Vasquez", "1 more is in this hour, not assigned to you")
    assert "Aldergrove" not in therapist.main.inner_text()
    therapist.look("group-therapist-hour")
    hour = desk.path_of(therapist)

    front_desk.go(hour)
    row = front_desk.main.get_by_role("row", name="Menon")
    row.get_by_role("link", name="Did not come").click()
    front_desk.press("Mark it")
    front_desk.shows("1 did not come")
    front_desk.look("group-hour")
    with front_desk.in_the_dark():
        front_desk.look("group-hour-dark")
    front_desk.main.get_by_role("button", name="All 2 came").click()
    told(front_desk, "2 sessions are recorded")
    front_desk.shows("2 came, 1 did not come")
    front_desk.look("group-hour-marked")

    for client, away in ((own, other), (other, own)):
        desk.issue(front_desk, client.path)
        shown = front_desk.main.inner_text()
        assert away.family_name not in shown
        assert away.code not in shown
        assert "G-MON-1" not in shown
    front_desk.look("group-invoice")

    front_desk.go(group)
    front_desk.main.get_by_role("row", name="Aldergrove").get_by_role("link", name="Leaves").click()
    front_desk.fill("Last day", (desk.yesterday() + timedelta(days=9)).date().isoformat())
    front_desk.look("group-leave")
    front_desk.press("Note it")
    told(front_desk, "The last day is noted.")
    told(front_desk, "2 appointments are cancelled.")
    front_desk.look("group-left")
