"""A card is paid on the card company's page, and counts when the card company says so."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Request, expect

from tests.journeys import JOURNEY, desk
from tests.journeys.house import House
from tests.journeys.person import Person

pytestmark = JOURNEY

WAITING = "Waiting for the card company"
SWEEP_MILLISECONDS = 45_000


def test_the_front_desk_takes_a_card(front_desk: Person, paid_by_card: desk.Billed) -> None:
    front_desk.go(paid_by_card.path)

    front_desk.shows("Paid", "Nothing is open.", f"{desk.FEE} by card paid it, receipt R-")
    front_desk.shows("written by Quietledger.")
    front_desk.look("invoice-paid")


def test_no_card_number_reaches_us(front_desk: Person, open_invoice: desk.Billed) -> None:
    sent: list[Request] = []

    def note(request: Request) -> None:
        sent.append(request)

    front_desk.page.on("request", note)
    desk.open_card_page(front_desk, open_invoice)
    front_desk.look("card-page")

    desk.pay_with(front_desk, desk.CARD)

    front_desk.shows(f"{open_invoice.open} is paid", "Receipt R-")
    front_desk.look("card-paid")
    front_desk.page.remove_listener("request", note)
    carriers = {host_of(request.url) for request in sent if "4242" in (request.post_data or "")}
    assert len(carriers) == 1
    assert host_of(front_desk.base_url) not in carriers


def test_coming_back_pays_nothing(
    front_desk: Person, open_invoice: desk.Billed, card_company: Callable[..., dict[str, Any]]
) -> None:
    card_company("POST", "webhook_faults", kind="withhold", times=None)
    desk.open_card_page(front_desk, open_invoice)

    desk.pay_with(front_desk, desk.CARD)

    front_desk.shows(WAITING)
    front_desk.look("card-waiting")
    with front_desk.page.expect_response(re.compile("/card-payments/")):
        pass
    front_desk.shows(WAITING)
    beside = front_desk.context.new_page()
    beside.goto(open_invoice.path)
    expect(beside.get_by_role("article")).to_contain_text(f"Still to pay {open_invoice.open}")
    beside.close()
    card_company("DELETE", "faults")
    card_company("POST", "deliveries/release")
    front_desk.shows(f"{open_invoice.open} is paid")


def test_a_lost_report_is_asked_for(
    front_desk: Person,
    open_invoice: desk.Billed,
    card_company: Callable[..., dict[str, Any]],
    house: House,
) -> None:
    card_company("POST", "webhook_faults", kind="drop", times=None)
    desk.open_card_page(front_desk, open_invoice)
    desk.pay_with(front_desk, desk.CARD)
    front_desk.shows(WAITING)

    with house.superuser() as database:
        intent = desk.path_of(front_desk).split("/")[2]
        # The sweep asks about what is a minute old; nobody waits that long here.
        database.execute(
            "UPDATE billing_cardintent SET created_at = created_at - interval '2 minutes'"
            " WHERE id = %s",
            [intent],
        )

    paid = front_desk.main.get_by_text(f"{open_invoice.open} is paid")
    expect(paid).to_be_visible(timeout=SWEEP_MILLISECONDS)


def test_a_declined_card_writes_nothing(front_desk: Person, debt: desk.Billed) -> None:
    desk.open_card_page(front_desk, debt)

    desk.pay_with(front_desk, desk.DECLINED_CARD)

    expect(front_desk.page.get_by_role("alert")).to_contain_text("Your card was declined.")
    front_desk.look("card-declined")
    front_desk.page.get_by_role("link", name=re.compile("^Back to")).click()
    assert desk.invoice_in_sight(front_desk) == debt


def host_of(url: str) -> str:
    return urlsplit(url).netloc
