"""Somebody is invited, works, is reviewed, and leaves; a colleague takes their clients over."""

import pytest
from playwright.sync_api import expect

from config.dev import people
from tests.journeys import JOURNEY, letters
from tests.journeys.cast import Cast
from tests.journeys.house import HARBOR_LANE, SUMMIT_ROW, House
from tests.journeys.person import App, Person

pytestmark = JOURNEY

EMAIL = "wren.holloway@harborlane.example"
NAME = "Wren Holloway"
PASSWORD = "seventeen umbrellas by the quay"


def account(house: House, email: str, password: str) -> people.Person:
    """Return what somebody signs in with who was not in the demo from the beginning."""
    like = house.person("therapist")
    return {**like, "email": email, "password": password, "name": NAME}


def invite(administrator: Person, name: str, email: str, role: str) -> None:
    administrator.rail("People")
    administrator.follow("Invite somebody")
    administrator.fill("Name", name)
    administrator.fill("Work e-mail", email)
    administrator.choose("Role", role)
    administrator.press("Send the link")
    expect(administrator.page.get_by_role("status")).to_contain_text("A link is on its way")


@pytest.fixture(scope="module")
def newcomer(cast: Cast, house: House) -> Person:
    """Wren Holloway, who was invited as a therapist and has just come in."""
    administrator = cast("administrator")
    administrator.go("/invitations/")
    administrator.look("invitations-none")
    invite(administrator, NAME, EMAIL, "Therapist")
    administrator.look("invitations")
    path = letters.link_in(letters.to(house, EMAIL, "invited"))

    wren = cast.somebody(account(house, EMAIL, PASSWORD), App(""))
    wren.go(path)
    wren.look("invitation")
    with wren.watch.expecting(422):
        wren.fill("New password", "wren holloway")
        wren.fill("The same again", "wren holloway")
        wren.press("Accept and go on")
        wren.shows("Leave out your name")
    wren.look("invitation-refused")
    wren.fill("New password", PASSWORD)
    wren.fill("The same again", PASSWORD)
    wren.press("Accept and go on")
    wren.shows("You are in.")
    wren.give_password()
    enrol(wren)
    return wren


def enrol(person: Person) -> None:
    """Set up the app, as a first sign-in demands."""
    expect(person.heading).to_have_text("Set up your second step")
    person.app.secret = person.main.locator(".code").first.inner_text().replace(" ", "")
    person.fill("First code from the app", person.app.code())
    person.press("Check this code")
    person.follow("I have kept them")
    expect(person.page.get_by_role("navigation", name="Main")).to_be_visible()


def test_a_link_lets_one_person_in_once(cast: Cast, house: House, newcomer: Person) -> None:
    path = letters.link_in(letters.to(house, EMAIL, "invited"))
    administrator = cast("administrator")
    administrator.go("/invitations/")
    administrator.shows("Accepted")

    stranger = cast.newcomer("auditor", SUMMIT_ROW)
    with stranger.watch.expecting(404):
        stranger.go(path)
    stranger.shows("This link opens nothing now")
    stranger.look("invitation-over")


def test_the_review_is_done_by_keys(cast: Cast, newcomer: Person) -> None:
    administrator = cast("administrator")
    administrator.rail("Access review")
    administrator.look("review-none")
    administrator.press("Start one now")
    administrator.shows("wait for a decision")
    administrator.look("review")
    keyboard = administrator.page.keyboard
    rows = administrator.main.locator("tbody tr")
    waiting = rows.filter(has_text="Waiting")
    count = waiting.count()
    keyboard.press("j")
    for done in range(1, count + 1):
        expect(administrator.main.locator("tbody a.name:focus")).to_be_visible()
        keyboard.press("y")
        expect(waiting).to_have_count(count - done)
    finish = administrator.main.get_by_role("button", name="Finish the review")
    expect(finish).to_be_focused()
    rail = administrator.page.get_by_role("navigation", name="Main")
    expect(rail.get_by_role("link", name="Access review", exact=True)).to_be_visible()
    administrator.look("review-decided")
    keyboard.press("Enter")
    administrator.shows("Every person and role was confirmed or removed.")
    administrator.look("review-finished")
    administrator.page.emulate_media(media="print")
    administrator.picture("review-printed")
    administrator.page.emulate_media(media="screen")
    administrator.follow("Finished reviews")
    administrator.look("reviews-past")


def test_who_leaves_is_out_within_a_second_and_the_clients_have_somebody(
    cast: Cast, house: House, newcomer: Person
) -> None:
    administrator = cast("administrator")
    newcomer.go("/my-clients/")
    administrator.rail("People")
    administrator.follow(NAME)
    administrator.look("person-access")
    administrator.follow("End access")
    administrator.look("off-boarding")
    administrator.press("Go on")
    administrator.look("off-boarding-preview")
    with administrator.in_the_dark():
        administrator.picture("off-boarding-preview-dark")
    administrator.press("End access")
    administrator.shows("All ended")
    administrator.look("off-boarding-done")

    newcomer.page.reload()
    newcomer.shows("You do not belong to this practice any more.")
    assert "has ended" in letters.to(house, EMAIL, "Your access")
    administrator.go("/people/")
    administrator.follow(NAME)
    administrator.shows("Let back in")
    administrator.look("person-gone")


def test_a_therapist_leaves_and_a_colleague_takes_over(cast: Cast, house: House) -> None:
    administrator = cast("administrator", SUMMIT_ROW)
    leaver = cast("therapist", SUMMIT_ROW)
    leaver.go("/my-clients/")
    names = leaver.main.locator("a.name bdi").all_inner_texts()
    assert names
    administrator.rail("People")
    administrator.follow(leaver.name)
    administrator.follow("End access")
    administrator.choose("Who takes the clients over", "Nia Roberts")
    administrator.look("off-boarding-clients")
    administrator.press("Go on")
    administrator.shows("Nia Roberts takes them over")
    administrator.look("off-boarding-clients-preview")
    administrator.follow("Leave it")
    expect(administrator.heading).to_have_text(leaver.name)
    leaver.page.reload()
    assert leaver.main.locator("a.name bdi").all_inner_texts() == names


def test_a_lost_phone_needs_two_administrators(cast: Cast) -> None:
    administrator = cast("administrator")
    administrator.rail("People")
    administrator.follow("Rosalind Achebe")
    administrator.follow("Reset second step")
    administrator.look("second-step-reset")
    administrator.press("Ask a second administrator")
    administrator.shows("It waits for another administrator")
    administrator.look("second-step-asked")


def test_switching_practices_blanks_what_the_other_tab_shows(cast: Cast, house: House) -> None:
    auditor = cast("auditor")
    priya = cast("administrator", SUMMIT_ROW)
    invite(priya, auditor.name, auditor.account["email"], "Auditor")
    path = letters.link_in(letters.to(house, auditor.account["email"], "Summit Row"))
    auditor.go("/people/")
    other_tab = auditor.context.new_page()
    other_tab.goto(path)
    other_tab.get_by_role("button", name="Accept", exact=True).click()
    expect(other_tab.get_by_role("heading", level=1)).to_have_text("Choose a practice")
    auditor.picture("practices", other_tab)

    other_tab.keyboard.press("2")

    expect(other_tab.locator("a.practice")).to_contain_text("Summit Row Counseling")
    expect(auditor.page.locator("a.practice")).to_contain_text("Summit Row Counseling")
    auditor.hides("Rosalind Achebe")
    other_tab.keyboard.press("g")
    other_tab.keyboard.press("w")
    other_tab.get_by_role("button", name="Harbor Lane Therapy").click()
    expect(auditor.page.locator("a.practice")).to_contain_text("Harbor Lane Therapy")
    other_tab.close()
    assert house.person("auditor", HARBOR_LANE)["name"] == auditor.name
