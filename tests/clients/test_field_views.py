"""Who reads what of a client: every page's body, for every role, against every seeded value."""

from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import practice_scope
from clients.models import Client
from clients.services import assignments, clients
from clients.services import contacts as contact_services
from tests.billing import desk
from tests.clients.parties import FATHER, MOTHER
from tests.test_permissions import EVERY_ROUTE, World, put_back, world

__all__ = ["world"]

NAMES = {
    "given_names": "Amarantha",
    "family_name": "Okonkwo-Quill",
    "preferred_name": "Amaranthi",
    "written_name": "Okonkwo-Quill Amarantha",
    "sort_name": "Quill-sorted",
    "pronouns": "xe/xem-seeded",
}
BORN = ("Aug 1, 1973", "1973-08-01")
LANGUAGE = "Igbo-seeded"
LABEL = "sister-seeded"
OWN = [*NAMES.values(), LANGUAGE, LABEL, "555-0101", "1 Elm St", "Salem-seeded"]
PARTIES = [*MOTHER.values(), *FATHER.values()]
MARKS = [line for text in [*OWN, *BORN, *PARTIES] for line in text.split("\n")]
ON_PAGES = [mark for mark in MARKS if mark != "1973-08-01"]
"""A birth date is written in words, but in the form that changes it."""


@pytest.fixture
def marked(world: World) -> World:
    """The world with a marked value in every field of its client."""
    by = world.house.people["front-desk"]
    with practice_scope(world.house.id, person_id=by.person_id):
        client = Client.objects.get(code="C-0001")
        changed = clients.change_person(
            client=client, seen=1, **NAMES, birth_date=client.birth_date, now=desk.NOW
        )
        clients.change_wishes(
            client=client,
            seen=changed.version,
            contact_wish="DISCREET",
            channels=["PHONE"],
            preferred_channel="PHONE",
            language=LANGUAGE,
        )
        contact = client.contacts.exclude(kind="EMAIL").get()
        contact_services.change(contact=contact, seen=1, label=LABEL)
        address = next(each for each in client.addresses.all() if each.street == "1 Elm St")
        contact_services.change_address(
            address=address, seen=1, city="Salem-seeded", starts_on=None, ends_on=None
        )
    return world


def read_by(world: World, column: str) -> str:
    """Return the bodies of all pages that somebody is answered, and of a search."""
    browser, bodies = world.browser(column), []
    for route, view in EVERY_ROUTE.items():
        if hasattr(view, "get"):
            with put_back():
                answer = browser.get(world.url(route))
                if answer.headers.get("Content-Type", "").startswith("text/html"):
                    bodies.append(answer.content.decode())
    for word in ("Amarantha", "555-0101", "Salem", "C-0001"):
        with put_back():
            answer = browser.post(reverse("billing:search"), {"q": word})
            bodies.append(answer.content.decode())
    return unescape("\n".join(bodies))


@pytest.mark.parametrize("column", ["accountant", "administrator", "auditor", "other", "nobody"])
def test_who_keeps_books_or_people_reads_nothing_of_who_a_client_is(
    marked: World, column: str
) -> None:
    read = read_by(marked, column)

    assert [mark for mark in MARKS if mark in read] == []
    assert column != "accountant" or "C-0001" in read


@pytest.mark.parametrize("column", ["front-desk", "therapist"])
def test_who_cares_for_a_client_reads_who_they_are(marked: World, column: str) -> None:
    read = read_by(marked, column)

    assert [mark for mark in ON_PAGES if mark not in read] == []


def test_a_therapist_reads_nothing_of_somebody_elses_client(marked: World) -> None:
    by = marked.house.people["front-desk"]
    with practice_scope(marked.house.id, person_id=by.person_id):
        assignment = Client.objects.get(code="C-0001").assignments.get()
        assignments.end(assignment=assignment, ends_on=desk.TODAY, now=timezone.now(), by=by)

    read = read_by(marked, "therapist")

    assert [mark for mark in MARKS if mark in read] == []
