"""How a client is reached: what may be done there, and what was before."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Membership
from clients.models import Client, Contact
from clients.selectors import clients, contacts, search
from clients.services import contacts as services
from clients.services import edits
from tests.clients.people import NOW, TODAY, added
from tests.clients.selectors.test_clients import FRONT_DESK

pytestmark = pytest.mark.usefixtures("scope")


def phone(client: Client, by: Membership, text: str, **said: Any) -> Contact:
    return services.add(client=client, kind="PHONE", number_or_address=text, **said, now=NOW, by=by)


def texts(client: Client) -> list[tuple[str, bool, bool]]:
    return [(each.text, each.is_first, each.is_ended) for each in contacts.of(client)]


def found(text: str) -> list[UUID]:
    everybody = Client.objects.all()
    return search.find(everybody, text, permissions=FRONT_DESK, limit=10).first


def test_the_first_of_a_kind_is_the_one_that_is_used(front_desk: Membership) -> None:
    client = added(front_desk, phone="1", email="a@example.org")
    second = phone(client, front_desk, "2")

    services.put_first(contact=second)

    assert texts(client) == [
        ("2", True, False),
        ("1", False, False),
        ("a@example.org", True, False),
    ]
    identity = clients.identity(client, permissions=FRONT_DESK, on=TODAY)
    assert identity is not None
    assert (identity.phone, identity.email) == ("2", "a@example.org")


def test_what_may_be_done_at_a_number_is_said(front_desk: Membership) -> None:
    client = added(front_desk)
    phone(client, front_desk, "1", may_leave_message=True, label="work")
    phone(client, front_desk, "2", is_discreet=True)

    assert [each.note for each in contacts.of(client)] == [
        "messages may be left",
        "leave no message, discreet only",
    ]


def test_a_contact_is_ended_and_brought_back_and_never_deleted(front_desk: Membership) -> None:
    client = added(front_desk, phone="555-0101")
    contact = Contact.objects.get()

    services.end(contact=contact, now=NOW, by=front_desk)
    assert texts(client) == [("555-0101", False, True)]
    contact.refresh_from_db()
    with pytest.raises(services.NotThereAnyMore):
        services.end(contact=contact, now=NOW, by=front_desk)
    with pytest.raises(services.NotThereAnyMore):
        services.change(contact=contact, seen=1, label="work")

    services.bring_back(contact=contact)
    assert texts(client) == [("555-0101", True, False)]
    with pytest.raises(services.StillThere):
        services.bring_back(contact=contact)


def test_what_was_ended_finds_nobody(front_desk: Membership) -> None:
    client = added(front_desk, phone="555-0101")
    assert found("5550101") == [client.pk]

    services.end(contact=Contact.objects.get(), now=NOW, by=front_desk)

    assert found("5550101") == []


def test_nobodys_change_is_overwritten_unseen(front_desk: Membership) -> None:
    added(front_desk, phone="555-0101")
    contact = Contact.objects.get()
    services.change(contact=contact, seen=1, label="work")

    with pytest.raises(edits.ChangedMeanwhile):
        services.change(contact=contact, seen=1, label="home")

    assert Contact.objects.get().label == "work"
    assert services.change(contact=contact, seen=1, label="work").version == 2


def test_an_address_is_shown_from_its_first_day_to_its_last(front_desk: Membership) -> None:
    client = added(front_desk)
    last = date(2026, 2, 28)
    for street, starts_on, ends_on in (("1 Elm St", None, last), ("2 Oak St", TODAY, None)):
        services.add_address(
            client=client,
            street=street,
            city="Salem",
            region="MA",
            postal_code="01970",
            starts_on=starts_on,
            ends_on=ends_on,
            now=NOW,
            by=front_desk,
        )

    shown = {
        on: [each.text for each in contacts.addresses_of(client, on=on) if each.is_current]
        for on in (last, date(2026, 3, 1), TODAY)
    }

    assert shown == {
        last: ["1 Elm St\nSalem, MA 01970"],
        date(2026, 3, 1): [],
        TODAY: ["2 Oak St\nSalem, MA 01970"],
    }


def test_letters_go_to_the_address_for_letters(front_desk: Membership) -> None:
    client = added(front_desk)
    for street, purpose in (("Home", "HOME"), ("Box 12", "MAIL")):
        services.add_address(client=client, street=street, purpose=purpose, now=NOW, by=front_desk)

    identity = clients.identity(client, permissions=FRONT_DESK, on=TODAY)

    assert identity is not None
    assert identity.postal_address == "Box 12"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE clients_contact SET ended_at = now()",
        "UPDATE clients_client SET preferred_channel = 'TEXT', may_text = false",
        "DELETE FROM clients_contact",
        "UPDATE clients_contact SET kind = 'EMAIL'",
        "DELETE FROM clients_address",
    ],
)
def test_the_database_refuses_what_the_services_refuse(front_desk: Membership, change: str) -> None:
    added(front_desk, phone="555-0101")

    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(change)
