"""The front desk writes down a client and a session, and bills it."""

import re

from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.person import Person

pytestmark = JOURNEY

NEUTRAL_NAME = re.compile(r'inline; filename="invoice-20\d\d-\d{4,}\.pdf"')


def test_the_front_desk_adds_a_client(front_desk: Person, new_client: desk.Known) -> None:
    front_desk.go("/clients/new/")
    front_desk.look("client-new")

    front_desk.go(new_client.path)

    expect(front_desk.heading).to_have_text(f"Wilhelmina Ashgrove-Dunmore {new_client.code}")
    front_desk.shows("May 14, 1987", new_client.email, new_client.phone, "Ingrid Solheim")
    front_desk.look("client")
    assert re.fullmatch(r"C-\d{4}", new_client.code)


def test_no_address_holds_a_name(front_desk: Person, new_client: desk.Known) -> None:
    search = front_desk.page.get_by_role("searchbox")
    search.fill("ashgrove")
    search.press("Enter")

    front_desk.shows("1 client found.", new_client.code)
    front_desk.look("clients-found")
    assert desk.path_of(front_desk) == "/clients/search/"
    assert front_desk.page.url.endswith("/clients/search/")
    here = front_desk.page.locator("nav[aria-label=Main] [aria-current=page]")
    assert here.all_inner_texts() == ["Clients"]
    expect(front_desk.main).to_be_focused()
    expect(search).to_have_value("")
    front_desk.page.go_back()
    expect(front_desk.heading).to_contain_text(new_client.code)


def test_the_front_desk_bills_a_session(
    front_desk: Person, new_client: desk.Known, billed_session: desk.Billed, therapist_name: str
) -> None:
    front_desk.go(new_client.path)
    front_desk.follow("Record a session")
    desk.write_session(front_desk, therapist_name)
    front_desk.look("session-new")
    front_desk.follow("Cancel")

    front_desk.go(billed_session.path)

    served = f"{desk.yesterday():%b} {desk.yesterday().day}, {desk.yesterday().year}"
    front_desk.shows(new_client.family_name, served, "Psychotherapy, about 45 minutes", desk.FEE)
    front_desk.look("invoice")
    assert billed_session.open == desk.FEE
    assert billed_session.code == new_client.code


def test_the_front_desk_bills_what_waits(front_desk: Person) -> None:
    front_desk.rail("Not billed")
    boxes = front_desk.main.get_by_role("checkbox", name=re.compile("^C-"))
    expect(boxes).not_to_have_count(0)
    before = boxes.count()
    boxes.first.check()
    front_desk.shows("1 picked")
    front_desk.look("unbilled")

    front_desk.press("Issue invoices")

    issued = desk.invoice_in_sight(front_desk)
    front_desk.rail("Not billed")
    expect(boxes).to_have_count(before - 1)
    front_desk.rail("Invoices")
    front_desk.shows(issued.number)
    front_desk.look("invoices")


def test_the_invoice_is_a_pdf(
    front_desk: Person, new_client: desk.Known, billed_session: desk.Billed
) -> None:
    front_desk.go(billed_session.path)
    link = front_desk.main.get_by_role("link", name="PDF", exact=True)

    printed = front_desk.fetch(str(link.get_attribute("href")))

    assert printed.status == 200
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.headers["cache-control"] == "no-store"
    assert NEUTRAL_NAME.fullmatch(printed.headers["content-disposition"])
    assert printed.body.startswith(b"%PDF-")
    assert billed_session.number.encode() in printed.body
    assert printed.body == front_desk.fetch(f"{billed_session.path}pdf/").body


def test_the_desk_sees_today(front_desk: Person, billed_session: desk.Billed) -> None:
    front_desk.rail("Today")

    front_desk.shows("Taken today", "Waiting")
    front_desk.look("today")
