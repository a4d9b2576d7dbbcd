"""What the front desk does, step by step, as it is done on the pages."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zlib import crc32
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.person import Person

CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"
FEE = "$150.00"
"""What a session of 45 minutes costs in a demo practice."""

PAY = re.compile(r"^Pay \$")


@dataclass(frozen=True, slots=True)
class Known:
    """A client as the desk wrote them down, and where the record is."""

    given_names: str
    family_name: str
    email: str
    phone: str
    code: str
    path: str

    @property
    def traces(self) -> tuple[str, ...]:
        """Everything that would give away who it is."""
        return self.given_names, self.family_name, self.email, self.phone


@dataclass(frozen=True, slots=True)
class Billed:
    """An issued invoice, by its number and where it is; ``open`` as the page writes it."""

    code: str
    number: str
    path: str
    open: str


def add_client(desk: Person, given_names: str, family_name: str) -> Known:
    email = f"{given_names}@{family_name}.example".lower()
    # Of two clients with one number the second would be asked about.
    phone = f"+1 202 555 {crc32(email.encode()) % 10_000:04}"
    desk.rail("Clients")
    desk.follow("New client")
    write_client(desk, given_names, family_name, email, phone)
    desk.press("Add client")
    expect(desk.heading).to_contain_text(family_name)
    code = desk.page.title().split()[0]
    return Known(given_names, family_name, email, phone, code, path_of(desk))


def write_client(desk: Person, given_names: str, family_name: str, email: str, phone: str) -> None:
    """Fill in the form of a new client without sending it."""
    desk.fill("Given names", given_names)
    desk.fill("Family name", family_name)
    desk.fill("Birth date", "1987-05-14")
    desk.fill("E-mail", email)
    desk.fill("Phone", phone)


def assign(desk: Person, client: Known, therapist: str) -> None:
    desk.go(client.path)
    desk.choose("Therapist", therapist)
    desk.press("Assign")
    expect(desk.main.get_by_role("row", name=therapist)).to_be_visible()


def record_session(desk: Person, client: Known, therapist: str) -> None:
    """Record 45 minutes of yesterday, under the code 90834."""
    desk.go(client.path)
    desk.follow("Record a session")
    write_session(desk, therapist)
    desk.press("Record session")
    expect(desk.heading).to_contain_text(client.family_name)


def write_session(desk: Person, therapist: str) -> None:
    """Fill in the form of a session without sending it."""
    service = desk.page.get_by_label("Service", exact=True)
    offered = service.locator("option", has_text="90834").inner_text()
    desk.choose("Therapist", therapist)
    desk.choose("Service", offered)
    desk.fill("Date", f"{yesterday():%Y-%m-%d}")
    desk.fill("Started at", "09:00")
    desk.fill("Minutes", "45")


def issue(desk: Person, path: str) -> Billed:
    """Issue one invoice for all that a client had and was not billed for."""
    desk.go(path)
    desk.press("Issue an invoice")
    expect(desk.heading).to_contain_text("INV-")
    return invoice_in_sight(desk)


def bill(desk: Person, client: Known, therapist: str) -> Billed:
    """Record a session of a client and issue the invoice for it."""
    record_session(desk, client, therapist)
    return issue(desk, client.path)


def invoice_in_sight(desk: Person) -> Billed:
    """Return the invoice whose page is open."""
    paper = desk.page.get_by_role("article")
    code = paper.get_by_role("link").inner_text()
    still_open = paper.locator(".due dd").inner_text()
    return Billed(code, desk.heading.inner_text().strip(), path_of(desk), still_open)


def open_card_page(desk: Person, invoice: Billed) -> None:
    """Go from an invoice to the card company's own page."""
    desk.go(invoice.path)
    desk.follow("Pay by card c")
    desk.main.get_by_role("button", name=PAY).click()
    expect(desk.page.get_by_label("Card number")).to_be_visible()


def pay_with(desk: Person, card: str) -> None:
    """Type a card on the card company's page, and pay."""
    desk.page.get_by_label("Card number").fill(card)
    desk.page.get_by_label("Expiry").fill("12 / 34")
    desk.page.get_by_label("Security code").fill("123")
    desk.page.get_by_role("button", name=PAY).click()


def take(desk: Person, invoice: Billed, amount: str) -> None:
    """Fill in a payment of cash for an invoice without sending it."""
    desk.go(invoice.path)
    desk.main.get_by_role("link", name="Take payment").click()
    desk.fill("Amount", amount)
    desk.main.get_by_role("radio", name="Cash").check()


def path_of(person: Person) -> str:
    """Return the address that somebody is at, without the host."""
    return urlsplit(person.page.url).path


def yesterday() -> datetime:
    """Return this time yesterday, by the clock on the practice's wall."""
    return datetime.now(ZoneInfo("America/New_York")) - timedelta(days=1)


def cents(text: str) -> int:
    """Return an amount as pages write it, in cents."""
    return int(re.sub(r"[^0-9]", "", text))


def dollars(amount: int) -> str:
    """Write cents as pages do."""
    return f"${amount // 100:,}.{amount % 100:02}"
