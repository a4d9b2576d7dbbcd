"""A client wants their plan to pay: what is missing is mended, and the superbill made and given."""

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.person import RESULTS, Person

pytestmark = JOURNEY


@pytest.fixture(scope="module")
def paying(front_desk: Person, therapist_name: str) -> desk.Known:
    """A client of the therapist, with a session of yesterday that is not billed yet."""
    added = desk.add_client(front_desk, "Theodora", "Blackwood")
    desk.assign(front_desk, added, therapist_name)
    desk.record_session(front_desk, added, therapist_name)
    return added


def of_yesterday(person: Person, client: desk.Known) -> None:
    """Ask for the superbill of yesterday."""
    person.go(client.path)
    person.follow("Superbills")
    person.main.get_by_role("link", name="Make a superbill").first.click()
    for label in ("From", "To"):
        person.fill(label, f"{desk.yesterday():%Y-%m-%d}")
    person.press("Show")


def test_everything_that_is_missing_stands_there_at_once(
    front_desk: Person, paying: desk.Known
) -> None:
    of_yesterday(front_desk, paying)

    front_desk.shows(
        "3 things are missing",
        "The client has no address.",
        "Not billed yet",
        "No diagnosis that can be billed stands on the day",
        "A therapist of the client enters it.",
    )
    front_desk.look("superbill-missing")
    with front_desk.in_the_dark():
        front_desk.look("superbill-missing-dark")


def test_each_of_them_mends_what_is_theirs(
    cast: Cast, front_desk: Person, paying: desk.Known
) -> None:
    therapist = cast("therapist")
    of_yesterday(front_desk, paying)
    front_desk.follow("Enter it")
    front_desk.fill("Street, house, apartment", "12 Elm Street")
    front_desk.fill("Town", "Salem")
    front_desk.fill("State or province", "MA")
    front_desk.fill("Postal code", "01970")
    front_desk.press("Save")
    front_desk.shows("12 Elm Street")
    invoice = desk.issue(front_desk, paying.path)
    desk.take(front_desk, invoice, "150.00")
    front_desk.press("Record payment")
    expect(front_desk.main.get_by_role("heading", name="Receipt R-", level=2)).to_be_focused()

    of_yesterday(therapist, paying)
    therapist.follow("Enter the diagnosis")
    therapist.fill("Code", "F41.1")
    therapist.fill("First day", f"{desk.yesterday():%Y-%m-%d}")
    therapist.press("Save")
    expect(therapist.main.get_by_role("row", name="F41.1")).to_be_visible()


def test_the_therapist_makes_it_prints_it_and_notes_who_got_it(
    cast: Cast, paying: desk.Known
) -> None:
    therapist = cast("therapist")
    of_yesterday(therapist, paying)
    therapist.shows("F41.1", "Ready")
    therapist.look("superbill-ready")
    therapist.press("Make the superbill")

    expect(therapist.heading).to_contain_text("SB-")
    therapist.shows("150.00", "F41.1", "Nobody yet.")
    therapist.look("superbill-made")
    with therapist.in_the_dark():
        therapist.look("superbill-made-dark")
    link = therapist.main.get_by_role("link", name="Open to print")
    printed = therapist.fetch(str(link.get_attribute("href")))
    assert printed.body.startswith(b"%PDF")
    assert "superbill-" in printed.headers["content-disposition"]
    assert paying.family_name.lower() not in printed.headers["content-disposition"].lower()
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "superbill.pdf").write_bytes(printed.body)
    therapist.press("Note it")
    therapist.shows("The client", "on paper")


def test_the_desk_sees_that_it_is_there_and_no_diagnosis(
    front_desk: Person, paying: desk.Known
) -> None:
    front_desk.go(paying.path)
    front_desk.follow("Superbills")
    front_desk.shows("given on")
    front_desk.look("superbills-of-client")
    front_desk.main.get_by_role("link", name="SB-").first.click()
    front_desk.shows("only those who see diagnoses open it")
    front_desk.hides("F41")
    front_desk.look("superbill-at-the-desk")


def test_when_its_payment_goes_back_it_is_superseded(
    cast: Cast, front_desk: Person, paying: desk.Known
) -> None:
    front_desk.go(paying.path)
    front_desk.main.get_by_role("link", name="R-").first.click()
    front_desk.main.get_by_role("link", name="Take off").first.click()
    front_desk.main.get_by_role("radio").first.check()
    front_desk.main.get_by_role("button").last.click()
    front_desk.shows("credit")

    therapist = cast("therapist")
    therapist.go(paying.path)
    therapist.follow("Superbills")
    therapist.shows("Superseded", "the money changed: make the corrected one")
    therapist.main.get_by_role("link", name="SB-").first.click()
    therapist.shows("$150.00 paid then, $0.00 now", "Make the corrected one")
    therapist.look("superbill-superseded")
