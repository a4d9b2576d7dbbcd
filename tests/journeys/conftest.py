"""The running product, its people at their browsers, and the story that the journeys share."""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from config.dev import demo, testing
from tests.journeys import desk, witness
from tests.journeys.cast import Cast
from tests.journeys.house import House
from tests.journeys.person import RESULTS, Person

MISSING = "Chromium was not found, so NO JOURNEY RUNS (apt-get install chromium)."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a picture of what everybody saw when a journey failed."""
    report = yield
    seen = item.funcargs.get("cast")
    if report.failed and isinstance(seen, Cast):
        seen.pictures(f"failed-{item.originalname}")
    return report


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser that everybody uses; missing, it is told loudly."""
    program = testing.browser()
    if program is None:
        if os.environ.get(testing.REQUIRED):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def house(chromium: Browser) -> Iterator[House]:
    """Two demo practices on a stack of their own; its logs are kept beside the pictures."""
    folder = Path(tempfile.mkdtemp(prefix="ql-"))
    with demo.stack(state=folder, port=0) as stack:
        try:
            house = House.of(stack)
            witness.begin(house)
            yield house
        finally:
            shutil.copytree(stack.state.logs, RESULTS / "logs", dirs_exist_ok=True)


@pytest.fixture(scope="package")
def cast(chromium: Browser, house: House) -> Cast:
    return Cast(chromium, house)


@pytest.fixture(autouse=True)
def _no_browser_complains(cast: Cast) -> Iterator[None]:
    """Demand of every journey that no policy was broken and nothing failed on the way."""
    yield
    assert cast.complaints() == []


@pytest.fixture(scope="package")
def front_desk(cast: Cast) -> Person:
    """Rosalind Achebe, who bills."""
    return cast("front-desk")


@pytest.fixture(scope="package")
def therapist_name(house: House) -> str:
    return house.person("therapist")["name"]


@pytest.fixture(scope="package")
def new_client(front_desk: Person, therapist_name: str) -> desk.Known:
    """A client whom the front desk has just added, and assigned to the therapist."""
    added = desk.add_client(front_desk, "Wilhelmina", "Ashgrove-Dunmore")
    desk.assign(front_desk, added, therapist_name)
    return added


@pytest.fixture(scope="package")
def billed_session(front_desk: Person, new_client: desk.Known, therapist_name: str) -> desk.Billed:
    """An invoice for a session of that client."""
    return desk.bill(front_desk, new_client, therapist_name)


@pytest.fixture(scope="package")
def unassigned(front_desk: Person, therapist_name: str) -> tuple[desk.Known, desk.Billed]:
    """A client whom no therapist may see, with an invoice."""
    added = desk.add_client(front_desk, "Ottoline", "Farnsworth")
    return added, desk.bill(front_desk, added, therapist_name)


@pytest.fixture(scope="package")
def open_invoices(front_desk: Person) -> Iterator[desk.Billed]:
    """Invoices of months past on which something is open, one after the other."""
    front_desk.go("/invoices/?state=open")
    links = front_desk.main.get_by_role("link", name="INV-").all()
    return _looked_up(front_desk, [str(link.get_attribute("href")) for link in links])


def _looked_up(front_desk: Person, paths: list[str]) -> Iterator[desk.Billed]:
    for path in reversed(paths):
        front_desk.go(path)
        yield desk.invoice_in_sight(front_desk)


@pytest.fixture(scope="package")
def debt(open_invoices: Iterator[desk.Billed]) -> desk.Billed:
    """An invoice that nobody pays, to be looked at."""
    return next(open_invoices)


@pytest.fixture
def open_invoice(open_invoices: Iterator[desk.Billed]) -> desk.Billed:
    """An invoice to be paid by this journey alone."""
    return next(open_invoices)


@pytest.fixture
def card_company(house: House) -> Iterator[Callable[..., dict[str, Any]]]:
    """What the card company does differently, for the length of one journey."""
    yield house.card_company
    house.card_company("DELETE", "faults")
    house.card_company("POST", "deliveries/release")


@pytest.fixture(scope="package")
def paid_by_card(front_desk: Person, billed_session: desk.Billed) -> desk.Billed:
    """The same invoice, paid on the card company's page."""
    desk.open_card_page(front_desk, billed_session)
    desk.pay_with(front_desk, desk.CARD)
    expect(front_desk.main).to_contain_text(f"{desk.FEE} is paid")
    return billed_session


@pytest.fixture(scope="package")
def cash_taken(front_desk: Person, open_invoices: Iterator[desk.Billed]) -> desk.Billed:
    """An invoice of which 20.00 was paid in cash, as it was before."""
    invoice = next(open_invoices)
    desk.take(front_desk, invoice, "20.00")
    front_desk.press("Record payment")
    expect(front_desk.main.get_by_role("heading", name="Receipt R-", level=2)).to_be_focused()
    return invoice


@pytest.fixture(scope="package")
def second_role(cast: Cast) -> str:
    """The name of somebody who was an auditor too for a moment."""
    administrator, name = cast("administrator"), "Avery Lindqvist"
    administrator.rail("People")
    administrator.follow(name)
    role = administrator.main.get_by_role("checkbox", name="Auditor")
    for held, shown in ((True, "Accountant, Auditor"), (False, "Accountant, since")):
        role.set_checked(held)
        administrator.press("See the change")
        administrator.press("Save roles")
        administrator.shows(shown)
    cast.is_signed_out("accountant")
    return name
