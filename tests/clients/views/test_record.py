"""The record of a client, as the front desk changes it and others read it."""

from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from clients.models import Address, Client, Contact
from clients.selectors import clients, contacts
from clients.services import assignments
from tests.clients.people import NOW, TODAY, added
from tests.houses import House, browser_of

NAMES = {
    "seen": "1",
    "given_names": "Péter",
    "family_name": "Nagy Tóth",
    "written_name": "Nagy Tóth Péter",
    "preferred_name": "Peti",
    "pronouns": "he/him",
    "sort_name": "Tóth",
    "birth_date": "1988-04-30",
}


@pytest.fixture
def client_record(practice: House) -> Client:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        return added(by, phone="555-0101", email="ml@example.org")


@pytest.fixture
def desk(practice: House) -> Browser:
    return browser_of(practice.people["front-desk"])


def url(route: str, client: Client, **more: Any) -> str:
    return reverse(f"clients:{route}", kwargs={"pk": client.pk, **more})


def body(browser: Browser, address: str) -> str:
    return unescape(browser.get(address).content.decode())


def test_a_name_is_shown_as_its_bearer_writes_it(
    practice: House, desk: Browser, client_record: Client
) -> None:
    answer = desk.post(url("person_change", client_record), NAMES)

    assert answer.headers["Location"] == url("record", client_record)
    page = body(desk, url("record", client_record))
    assert all(NAMES[name] in page for name in NAMES if name not in {"seen", "birth_date"})
    assert "Apr 30, 1988" in page
    assert "Nagy Tóth Péter" in body(desk, reverse("clients:list"))


def test_two_people_who_change_a_record_at_once_see_what_differs(
    practice: House, desk: Browser, client_record: Client
) -> None:
    desk.post(url("person_change", client_record), {**NAMES, "pronouns": "they/them"})

    late = desk.post(url("person_change", client_record), {**NAMES, "preferred_name": "Pete"})

    page = unescape(late.content.decode())
    assert late.status_code == 409
    assert "Somebody saved this meanwhile" in page
    assert "they/them" in page
    assert 'name="seen" value="2"' in page
    with practice_scope(practice.id):
        assert Client.objects.get().preferred_name == "Peti"

    again = desk.post(
        url("person_change", client_record), {**NAMES, "seen": "2", "preferred_name": "Pete"}
    )
    assert again.status_code == 302
    with practice_scope(practice.id):
        kept = Client.objects.get()
        assert (kept.preferred_name, kept.pronouns, kept.version) == ("Pete", "he/him", 3)


def test_saving_what_stands_already_changes_nothing(
    practice: House, desk: Browser, client_record: Client
) -> None:
    for _ in range(2):
        assert desk.post(url("person_change", client_record), NAMES).status_code == 302

    with practice_scope(practice.id):
        assert Client.objects.get().version == 2
        assert Event.objects.filter(action="clients.client.changed").count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"given_names": "", "family_name": ""}, "Enter a given name or a family name."),
        ({"birth_date": "2999-01-01"}, "The birth date lies in the future."),
        ({"birth_date": "1066-10-14"}, "Check the year."),
        ({"pronouns": "x" * 61}, "at most 60 characters"),
    ],
)
def test_a_wrong_name_is_refused_in_words(
    desk: Browser, client_record: Client, wrong: dict[str, str], words: str
) -> None:
    answer = desk.post(url("person_change", client_record), {**NAMES, **wrong})

    assert answer.status_code == 422
    assert words in unescape(answer.content.decode())


def test_a_contact_is_added_changed_ended_and_brought_back(
    practice: House, desk: Browser, client_record: Client
) -> None:
    typed = {"kind": "PHONE", "number_or_address": "555-0202", "label": "work", "is_discreet": "on"}
    desk.post(url("contact_new", client_record), typed)
    with practice_scope(practice.id):
        contact = Contact.objects.latest("id")
    one = {"contact_id": contact.pk}

    desk.post(url("contact_first", client_record, **one))
    changed = {**typed, "seen": "1", "number_or_address": "555-0303"}
    assert desk.post(url("contact", client_record, **one), changed).status_code == 302
    page = body(desk, url("record", client_record))
    assert page.index("555-0303") < page.index("555-0101")
    assert "<bdi>work</bdi>, leave no message, discreet only" in page

    desk.post(url("contact_end", client_record, **one))
    assert "Bring back" in body(desk, url("record", client_record))
    assert "555-0303" not in body(desk, reverse("billing:client", args=[client_record.pk]))
    desk.post(url("contact_bring_back", client_record, **one))
    assert "555-0303" in body(desk, reverse("billing:client", args=[client_record.pk]))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"kind": "EMAIL", "number_or_address": "at home"}, "This is not an e-mail address."),
        ({"kind": "PHONE", "number_or_address": ""}, "Enter it, or leave the page."),
        ({"kind": "FAX", "number_or_address": "1"}, "Select a valid choice."),
    ],
)
def test_a_contact_that_nobody_could_use_is_refused(
    desk: Browser, client_record: Client, typed: dict[str, str], words: str
) -> None:
    answer = desk.post(url("contact_new", client_record), typed)

    assert answer.status_code == 422
    assert words in unescape(answer.content.decode())


def test_an_address_is_added_and_gets_its_last_day(
    practice: House, desk: Browser, client_record: Client
) -> None:
    typed = {"purpose": "HOME", "street": "1 Elm St\r\nApt 4", "city": "Salem", "region": "MA"}
    desk.post(url("address_new", client_record), typed)
    with practice_scope(practice.id):
        address = Address.objects.get()
        assert address.text == "1 Elm St\nApt 4\nSalem, MA"
    one = {"address_id": address.pk}

    wrong = {**typed, "seen": "1", "starts_on": "2026-02-01", "ends_on": "2026-01-01"}
    assert desk.post(url("address", client_record, **one), wrong).status_code == 422
    ended = {**typed, "seen": "1", "ends_on": "2026-01-01"}
    assert desk.post(url("address", client_record, **one), ended).status_code == 302

    money = body(desk, reverse("billing:client", args=[client_record.pk]))
    assert "1 Elm St" not in money
    assert "1 Elm St" in body(desk, url("record", client_record))


def test_wishes_say_which_ways_and_which_words(
    practice: House, desk: Browser, client_record: Client
) -> None:
    typed = {
        "seen": "1",
        "channels": ["TEXT", "EMAIL"],
        "preferred_channel": "TEXT",
        "contact_wish": "DISCREET",
        "language": "español",
    }
    assert desk.post(url("wishes_change", client_record), typed).status_code == 302

    page = body(desk, url("record", client_record))
    assert "Text message first, e-mail" in page
    assert "español" in page
    assert "Discreetly" in page
    wrong = desk.post(
        url("wishes_change", client_record), {**typed, "seen": "2", "preferred_channel": "POST"}
    )
    assert wrong.status_code == 422
    with practice_scope(practice.id):
        assert clients.channels(Client.objects.get()) == ["EMAIL", "TEXT"]


def test_a_therapist_reads_the_record_and_changes_nothing(
    practice: House, therapist: Membership, client_record: Client
) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        assignments.assign(
            client=client_record, therapist=therapist, starts_on=TODAY, now=NOW, by=by
        )
    page = body(browser_of(therapist), url("record", client_record))

    assert "555-0101" in page
    assert "Change" not in page
    assert "Add a contact" not in page


def test_a_contact_of_another_client_is_not_there(
    practice: House, desk: Browser, client_record: Client
) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        other = added(by, family_name="Whitfield", phone="555-0404")
        contact = Contact.objects.get(client=other)

    answers = {
        route: desk.post(url(route, client_record, contact_id=contact.pk)).status_code
        for route in ("contact", "contact_end", "contact_bring_back", "contact_first")
    }

    assert set(answers.values()) == {404}, answers
    with practice_scope(practice.id):
        assert [each.text for each in contacts.of(other)] == ["555-0404"]


def test_no_page_of_the_record_tells_its_name_in_address_or_title(
    desk: Browser, client_record: Client
) -> None:
    page = body(desk, url("record", client_record))

    title = page[page.index("<title>") : page.index("</title>")]
    assert client_record.family_name not in title
    assert client_record.family_name not in url("record", client_record)


def test_the_tabs_lead_to_what_the_reader_may_open(
    practice: House, desk: Browser, client_record: Client
) -> None:
    address = reverse("billing:client", args=[client_record.pk])
    record = f'href="{url("record", client_record)}"'

    assert record in body(desk, address)
    assert record not in body(browser_of(practice.people["accountant"]), address)
