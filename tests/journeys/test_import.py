"""Records from another system are taken in, and billed like any others."""

import re

import pytest
from playwright.sync_api import expect

from config.dev.state import BASE_DIR
from tests.journeys import JOURNEY, desk
from tests.journeys.house import HARBOR_LANE, House
from tests.journeys.person import Person

FILES = sorted((BASE_DIR.parent / "shared" / "data" / "fhir" / "synthea").glob("*.json"))
MISSING = pytest.mark.skip(reason="The Synthea files are not here, so NO IMPORT IS TRIED.")
# A journey that is skipped counts as one for which the browser is missing.
pytestmark = JOURNEY if FILES else [MISSING]
IMPORT = ("import_fhir", *map(str, FILES), "--practice", HARBOR_LANE)


@pytest.fixture(scope="module")
def imported(house: House) -> str:
    """What the command said when the records of seven people came in."""
    return house.run(*IMPORT)


def test_an_imported_session_is_billed_and_paid(imported: str, front_desk: Person) -> None:
    assert re.search(r"Made 7 clients, \d+ coverages and \d+ sessions", imported)
    search = front_desk.page.get_by_role("searchbox")
    search.fill("Beatty")
    search.press("Enter")
    front_desk.main.locator("a.name").first.click()
    front_desk.look("client-imported")

    invoice = desk.issue(front_desk, desk.path_of(front_desk))
    front_desk.look("invoice-imported")
    desk.take(front_desk, invoice, invoice.open.removeprefix("$"))
    front_desk.press("Record payment")

    expect(front_desk.main.get_by_role("heading", name="Receipt R-", level=2)).to_be_visible()
    front_desk.go(invoice.path)
    front_desk.shows("Nothing is open.")


def test_a_second_import_changes_nothing(imported: str, house: House) -> None:
    again = house.run(*IMPORT)

    assert "Made 0 clients, 0 coverages and 0 sessions" in again
    assert house.run("verify_ledger", "--practice", HARBOR_LANE)
