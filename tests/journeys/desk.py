"""What the front desk does, step by step, as it is done on the pages."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.person import Person

CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"


@dataclass(frozen=True, slots=True)
class Known:
    """A client as the desk wrote them down."""

    given_names: str
    family_name: str
    email: str
    phone: str
    code: str
    path: str

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}"


@dataclass(frozen=True, slots=True)
class Billed:
    """An issued invoice and whose it is."""

    client: Known
    number: str
    path: str


def path_of(person: Person) -> str:
    """Return the address that somebody is at, without the host."""
    return urlsplit(person.page.url).path


def add_client(desk: Person, given_names: str, family_name: str) -> Known:
    email = f"{given_names}@{family_name}.example".lower().replace(" ", "")
    phone = "+1 202 555 0143"
    desk.rail("Clients")
    desk.follow("New client")
    desk.page.get_by_label("Given names", exact=True).fill(given_names)
    desk.page.get_by_label("Family name", exact=True).fill(family_name)
    desk.page.get_by_label("Birth date", exact=True).fill("1987-05-14")
    desk.page.get_by_label("E-mail", exact=True).fill(email)
    desk.page.get_by_label("Phone", exact=True).fill(phone)
    desk.press("Add client")
    expect(desk.heading).to_contain_text(family_name)
    code = desk.page.title().split()[0]
    return Known(given_names, family_name, email, phone, code, path_of(desk))


def assign(desk: Person, client: Known, therapist: str) -> None:
    desk.go(client.path)
    desk.main.get_by_label("Therapist", exact=True).select_option(therapist)
    desk.press("Assign")
    expect(desk.main.get_by_role("row", name=therapist)).to_be_visible()


def record_session(desk: Person, client: Known, therapist: str, on: str) -> None:
    desk.go(client.path)
    desk.follow("Record a session")
    desk.page.get_by_label("Therapist", exact=True).select_option(therapist)
    service = desk.page.get_by_label("Service", exact=True)
    service.select_option(service.get_by_role("option").filter(has_text="90834").inner_text())
    desk.page.get_by_label("Date", exact=True).fill(on)
    desk.page.get_by_label("Started at", exact=True).fill("09:00")
    desk.page.get_by_label("Minutes", exact=True).fill("45")
    desk.press("Record session")
    expect(desk.heading).to_contain_text(client.family_name)
