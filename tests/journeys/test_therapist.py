"""A therapist sees what the clients in their care owe, and nobody else."""

import re

from playwright.sync_api import expect

from tests.journeys import JOURNEY, desk
from tests.journeys.cast import Cast
from tests.journeys.person import Person

pytestmark = JOURNEY


def test_the_therapist_sees_what_own_clients_owe(cast: Cast, new_client: desk.Known) -> None:
    therapist = cast("therapist")
    therapist.go("/")

    expect(therapist.heading).to_have_text("My clients")
    therapist.shows(new_client.family_name)
    therapist.look("my-clients")
    # The list of all clients stands below the hours of the day.
    listed = therapist.main.get_by_role("table").last
    debtor = listed.get_by_role("row", name="invoice").first
    owes = debtor.get_by_role("cell").last.inner_text()
    debtor.get_by_role("link").click()
    therapist.shows(f"Owes ${owes} on", f"Sees {therapist.name}.")
    therapist.look("client-of-therapist")


def test_the_clients_of_a_colleague_are_not_there(cast: Cast, front_desk: Person) -> None:
    therapist = cast("therapist")
    front_desk.rail("Clients")
    rows = front_desk.main.get_by_role("row").filter(has_not_text=therapist.name)
    codes = re.findall(r"C-\d{4}", " ".join(rows.all_inner_texts()))
    assert codes

    therapist.go("/my-clients/")

    therapist.hides(*codes)


def test_who_is_not_assigned_is_not_there(
    cast: Cast, unassigned: tuple[desk.Known, desk.Billed]
) -> None:
    therapist = cast("therapist")
    hidden, invoice = unassigned

    with therapist.watch.expecting(404):
        therapist.go(hidden.path)
    expect(therapist.heading).to_have_text("There is nothing at this address")
    therapist.look("nothing-here")
    for path in (invoice.path, f"{invoice.path}pdf/"):
        with therapist.watch.expecting(404):
            therapist.go(path)


def test_who_is_not_assigned_is_not_found(
    cast: Cast, unassigned: tuple[desk.Known, desk.Billed]
) -> None:
    therapist = cast("therapist")
    hidden, invoice = unassigned

    for page in ("/", "/clients/", "/today/", "/sessions/unbilled/", "/invoices/"):
        therapist.go(page)
        therapist.hides(hidden.family_name, hidden.code, invoice.number)
    search = therapist.page.get_by_role("searchbox")
    search.fill(hidden.family_name)
    search.press("Enter")
    therapist.shows("0 clients found.")
    therapist.hides(hidden.code)
    therapist.look("nobody-found")
