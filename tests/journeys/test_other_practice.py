"""Two practices share an installation, and neither can tell that the other is there."""

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.house import SUMMIT_ROW
from tests.journeys.person import Person

pytestmark = JOURNEY

PAGES = (
    "{client}",
    "{client}assignments/",
    "{invoice}",
    "{invoice}pdf/",
    "{invoice}card/",
    "/payments/new/?invoice={invoice_id}",
)


@pytest.fixture(scope="module")
def neighbor(cast: Cast) -> Person:
    """The front desk of the other practice, who may do everything at home."""
    return cast("front-desk", SUMMIT_ROW)


@pytest.mark.parametrize("page", PAGES)
def test_the_neighbor_finds_nothing(
    neighbor: Person, new_client: desk.Known, billed_session: desk.Billed, page: str
) -> None:
    path = page.format(
        client=new_client.path,
        invoice=billed_session.path,
        invoice_id=billed_session.path.split("/")[2],
    )

    with neighbor.watch.expecting(404):
        neighbor.go(path)

    expect(neighbor.heading).to_have_text("There is nothing at this address")
    neighbor.hides(*new_client.traces)


def test_the_neighbor_searches_in_vain(neighbor: Person, new_client: desk.Known) -> None:
    neighbor.go("/clients/")
    search = neighbor.page.get_by_role("searchbox")
    search.fill(new_client.family_name)
    search.press("Enter")

    neighbor.shows("0 clients found.")
