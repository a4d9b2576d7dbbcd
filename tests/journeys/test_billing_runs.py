"""The desk sets how often is billed, sees what will be billed, and lets it run."""

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW
from tests.journeys.person import Person

pytestmark = JOURNEY


@pytest.fixture(scope="module")
def desk(cast: Cast) -> Person:
    """Who bills in the practice in which no other journey needs what waits."""
    return cast.newcomer("front-desk", SUMMIT_ROW).sign_in()


def test_the_day_is_billed_in_one_run(desk: Person) -> None:
    desk.rail("What will be billed")
    desk.shows("Everything is billed by hand")
    desk.look("billing-by-hand")
    desk.follow("Set how often")
    desk.choose("Bill", "Every day")
    desk.press("Set it")
    desk.shows("Now: every day.", "Active")
    desk.look("how-often-billed")

    desk.rail("What will be billed")
    period = desk.main.get_by_label("Billing", exact=True)
    period.select_option(index=1)
    desk.press("Show")
    desk.shows("Invoices", "In all")
    desk.look("what-will-be-billed")
    with desk.in_the_dark():
        desk.look("what-will-be-billed-dark")
    desk.press("Bill it now")

    expect(desk.heading).to_contain_text("Every day, until")
    desk.shows("in all.", "INV-")
    desk.look("run-of-the-billing")
    desk.rail("What will be billed")
    desk.follow("Runs")
    desk.shows("Every day", "Done")
    desk.look("runs-of-the-billing")
