"""The accountant keeps the books by client codes and amounts, and meets no name."""

import pytest
from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.person import Person

pytestmark = JOURNEY


@pytest.fixture(scope="module")
def names(front_desk: Person, new_client: desk.Known) -> list[str]:
    """Every name of a client as the front desk sees it, and the traces of the newest."""
    front_desk.rail("Clients")
    shown = front_desk.main.locator("a.name bdi").all_inner_texts()
    assert len(shown) > 10
    return [*shown, *new_client.traces]


def test_the_accountant_reads_the_trial_balance(cast: Cast, names: list[str]) -> None:
    accountant = cast("accountant")

    accountant.rail("Trial balance")

    accountant.shows("Debits and credits are equal.", "Client receivable")
    debits, credits = total_row(accountant)
    assert debits == credits > 0
    accountant.hides(*names)
    accountant.look("trial-balance")


def test_the_accountant_sees_who_owes_by_code(
    cast: Cast, names: list[str], debt: desk.Billed
) -> None:
    accountant = cast("accountant")

    accountant.rail("Receivables by age")

    expect(accountant.main.get_by_role("row", name=debt.code)).to_be_visible()
    accountant.hides(*names)
    accountant.look("aging")


@pytest.mark.parametrize("place", ["Clients", "Invoices"])
def test_no_list_of_the_accountant_names_a_client(
    cast: Cast, names: list[str], debt: desk.Billed, place: str
) -> None:
    accountant = cast("accountant")

    accountant.rail(place)

    accountant.shows(debt.code)
    accountant.hides(*names)
    accountant.look(f"accountant-{place.lower()}")


def test_no_page_of_a_client_tells_the_accountant_who_it_is(
    cast: Cast, names: list[str], new_client: desk.Known, billed_session: desk.Billed
) -> None:
    accountant = cast("accountant")

    for path in (new_client.path, billed_session.path):
        accountant.go(path)
        accountant.shows(new_client.code)
        accountant.hides(*names, "May 14, 1987")
    accountant.look("accountant-invoice")


def total_row(accountant: Person) -> list[int]:
    """Return the totals of the trial balance, debit and credit, in cents."""
    row = accountant.main.get_by_role("row", name="Total")
    return [desk.cents(cell) for cell in row.get_by_role("cell").all_inner_texts()]
