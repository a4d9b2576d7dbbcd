"""The list of clients, search, and adding a client, as people of the practice see them."""

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from clients.models import Client
from clients.selectors import contacts
from clients.services import assignments
from tests.clients.people import NOW, TODAY, added
from tests.houses import House
from tests.told import said

SignedIn = Callable[[Membership], Browser]

TYPED = {
    "given_names": "Ana Lucía",
    "family_name": "D'Ávila",
    "preferred_name": "",
    "birth_date": "1973-08-01",
    "email": "ana@example.org",
    "phone": "555-533-1316",
    "postal_address": "430 Skyway\r\nLexington",
    "contact_wish": "ANY",
}


@pytest.fixture
def two_clients(practice: House, front_desk: Membership, therapist: Membership) -> list[Client]:
    """María Luisa Razo, whom the therapist cares for, and Freda Alcott."""
    with practice_scope(practice.id, person_id=front_desk.person_id):
        own, other = added(front_desk), added(front_desk, "Freda", "Alcott")
        assignments.assign(client=own, therapist=therapist, starts_on=TODAY, now=NOW, by=front_desk)
    return [own, other]


def page(browser: Browser, name: str, **data: str) -> str:
    """Return a page of the clients' as text, posted where something is sent."""
    url = reverse(f"clients:{name}")
    response = browser.post(url, data) if data else browser.get(url)
    assert response.status_code == 200
    return unescape(response.content.decode())


def last_event(practice: House, action: str) -> tuple[Event, set[object]]:
    with practice_scope(practice.id):
        event = Event.objects.filter(action=action).latest("seq")
        touched = Touch.objects.filter(seq=event.seq).values_list("client_id", flat=True)
        return event, set(touched)


def test_the_front_desk_sees_names(
    two_clients: list[Client], front_desk: Membership, signed_in: SignedIn
) -> None:
    text = page(signed_in(front_desk), "list")

    assert "María Luisa Razo" in text
    assert "Freda Alcott" in text


def test_the_accountant_sees_codes_and_no_name(
    two_clients: list[Client], accountant: Membership, signed_in: SignedIn
) -> None:
    text = page(signed_in(accountant), "list")

    assert "C-0001" in text
    assert "Razo" not in text
    assert "Add" not in text


def test_a_therapist_sees_assigned_clients_only(
    two_clients: list[Client], therapist: Membership, signed_in: SignedIn
) -> None:
    text = page(signed_in(therapist), "list")

    assert "Razo" in text
    assert "Alcott" not in text
    assert "C-0002" not in text


@pytest.mark.parametrize("name", ["list", "new"])
@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_has_nothing_to_do_with_clients_is_refused(
    practice: House, signed_in: SignedIn, role: str, name: str
) -> None:
    response = signed_in(practice.people[role]).get(reverse(f"clients:{name}"))

    assert response.status_code == 403


def test_a_list_is_one_event_that_names_those_shown(
    practice: House, two_clients: list[Client], therapist: Membership, signed_in: SignedIn
) -> None:
    page(signed_in(therapist), "list")

    event, touched = last_event(practice, "clients.client.listed")
    assert (event.person_id, said(event)) == (therapist.person_id, {"count": 1})
    assert touched == {two_clients[0].pk}


def test_a_client_is_added_and_opened(
    practice: House, front_desk: Membership, signed_in: SignedIn
) -> None:
    response = signed_in(front_desk).post(reverse("clients:new"), TYPED)

    with practice_scope(practice.id):
        client = Client.objects.get()
        assert response.headers["Location"] == reverse("billing:client", args=[client.pk])
        assert client.full_name == "Ana Lucía D'Ávila"
        assert [each.text for each in contacts.addresses_of(client)] == ["430 Skyway\nLexington"]
        assert client.created_by_id == front_desk.pk


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"given_names": " ", "family_name": ""}, "Enter a given name or a family name."),
        ({"birth_date": ""}, "Enter the birth date."),
        ({"birth_date": "31/31/1990"}, "Enter a date"),
        ({"birth_date": "1066-10-14"}, "Check the year."),
        ({"birth_date": "2999-01-01"}, "The birth date lies in the future."),
        ({"email": "at home"}, "This is not an e-mail address."),
        ({"family_name": "x" * 201}, "at most 200 characters"),
        ({"family_name": "a\0b"}, "cannot be seen (U+0000)"),
        ({"contact_wish": "SHOUT"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(
    practice: House,
    front_desk: Membership,
    signed_in: SignedIn,
    change: dict[str, str],
    message: str,
) -> None:
    response = signed_in(front_desk).post(reverse("clients:new"), TYPED | change)

    assert response.status_code == 422
    assert message in unescape(response.content.decode())
    with practice_scope(practice.id):
        assert not Client.objects.exists()


def test_somebody_who_looks_known_is_added_only_when_said_to_be_another(
    practice: House, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)
    browser.post(reverse("clients:new"), TYPED)

    asked = browser.post(reverse("clients:new"), TYPED | {"family_name": "d'avila"})
    told = browser.post(
        reverse("clients:new"), TYPED | {"family_name": "d'avila", "is_another_person": "on"}
    )

    assert asked.status_code == 422
    assert (
        "C-0001 has the same e-mail, phone and the same family name and birth date."
        in asked.content.decode()
    )
    assert 'type="checkbox" name="is_another_person"' in asked.content.decode()
    assert asked.content.decode().count("C-0001 has the same") == 1
    assert told.status_code == 302


def test_the_same_email_is_told_with_a_way_to_the_record_and_to_a_merge(
    practice: House, front_desk: Membership, signed_in: SignedIn
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        known = [added(front_desk, name, email="ana@example.org") for name in ("Ann", "Anne")]

    response = signed_in(front_desk).post(reverse("clients:new"), TYPED)

    text = unescape(response.content.decode())
    assert response.status_code == 422
    assert "C-0001 has the same e-mail." in text
    assert reverse("billing:client", args=[known[1].pk]) in text
    assert reverse("clients:merge_ask", args=[known[0].pk]) + "?with=C-0002" in text
    event, touched = last_event(practice, "clients.client.searched")
    assert said(event) == {"count": 2}
    assert touched == {client.pk for client in known}


@pytest.mark.parametrize("role", ["accountant", "therapist"])
def test_who_may_not_add_clients_is_refused(
    practice: House, signed_in: SignedIn, role: str
) -> None:
    response = signed_in(practice.people[role]).post(reverse("clients:new"), TYPED)

    assert response.status_code == 403
    with practice_scope(practice.id):
        assert not Client.objects.exists()
