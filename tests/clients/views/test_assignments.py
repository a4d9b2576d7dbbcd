"""Assigning a therapist on the client's page, with and without scripts."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from clients.models import Assignment, Client
from clients.services import assignments
from tests.clients.people import NOW, added
from tests.houses import House

SignedIn = Callable[[Membership], Browser]
HTMX = {"HX-Request": "true"}

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def client_record(practice: House, front_desk: Membership) -> Client:
    with practice_scope(practice.id):
        return added(front_desk)


@pytest.fixture
def assigned(
    practice: House, client_record: Client, front_desk: Membership, therapist: Membership
) -> Assignment:
    with practice_scope(practice.id):
        return assignments.assign(
            client=client_record,
            therapist=therapist,
            starts_on=timezone.now().date() - timedelta(days=30),
            now=NOW,
            by=front_desk,
        )


def address(client: Client) -> str:
    return reverse("clients:assign", args=[client.pk])


def end_address(assignment: Assignment) -> str:
    return reverse("clients:assignment_end", args=[assignment.client_id, assignment.pk])


def test_the_page_offers_the_therapists(
    client_record: Client, front_desk: Membership, signed_in: SignedIn
) -> None:
    text = signed_in(front_desk).get(address(client_record)).content.decode()

    assert "Therapist of Harbor Lane" in text
    assert "Accountant of Harbor Lane" not in text


def test_a_plain_form_assigns_and_leads_to_the_client(
    practice: House,
    client_record: Client,
    front_desk: Membership,
    therapist: Membership,
    signed_in: SignedIn,
) -> None:
    typed = {"therapist": therapist.pk, "starts_on": "2026-03-02"}

    response = signed_in(front_desk).post(address(client_record), typed)

    assert response.headers["Location"] == reverse("billing:client", args=[client_record.pk])
    with practice_scope(practice.id):
        assert Assignment.objects.get().therapist_id == therapist.pk


def test_htmx_gets_the_therapists_back(
    client_record: Client, front_desk: Membership, therapist: Membership, signed_in: SignedIn
) -> None:
    typed = {"therapist": therapist.pk, "starts_on": "2026-03-02"}

    response = signed_in(front_desk).post(address(client_record), typed, headers=HTMX)

    text = response.content.decode()
    assert response.status_code == 200
    assert text.lstrip().startswith('<section class="section" id="therapists"')
    assert "<bdi>Therapist of Harbor Lane</bdi>" in text


@pytest.mark.parametrize(
    ("therapist_id", "starts_on", "message"),
    [
        ("", "2026-03-02", "Choose a therapist."),
        (NOBODY, "2026-03-02", "Choose somebody who is a therapist"),
        ("accountant", "2026-03-02", "Choose somebody who is a therapist"),
        ("stranger", "2026-03-02", "Choose somebody who is a therapist"),
        ("therapist", "", "Enter the first day."),
        ("therapist", "soon", "Enter a date."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_wrong_choice_is_said_at_its_field(
    practice: House,
    stranger: Membership,
    client_record: Client,
    front_desk: Membership,
    signed_in: SignedIn,
    therapist_id: str,
    starts_on: str,
    message: str,
    headers: dict[str, str],
) -> None:
    people = {**practice.people, "stranger": stranger}
    chosen = str(people[therapist_id].pk) if therapist_id in people else therapist_id
    typed = {"therapist": chosen, "starts_on": starts_on}

    response = signed_in(front_desk).post(address(client_record), typed, headers=headers)

    assert response.status_code == 422
    assert message in unescape(response.content.decode())
    with practice_scope(practice.id):
        assert not Assignment.objects.exists()


def test_assigning_twice_is_said_in_place(
    assigned: Assignment, front_desk: Membership, signed_in: SignedIn
) -> None:
    typed = {"therapist": assigned.therapist_id, "starts_on": "2026-03-02"}

    response = signed_in(front_desk).post(address(assigned.client), typed)

    assert response.status_code == 422
    assert "Therapist of Harbor Lane is assigned already." in response.content.decode()


def test_an_assignment_ends_at_once(
    practice: House, assigned: Assignment, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)

    assert "End now" in browser.get(address(assigned.client)).content.decode()
    browser.post(end_address(assigned))

    with practice_scope(practice.id):
        assigned.refresh_from_db()
        assert assigned.ends_on is not None
        assert assigned.ended_by_id == front_desk.pk


def test_ending_twice_shows_that_it_has_ended(
    assigned: Assignment, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(front_desk)
    browser.post(end_address(assigned))

    assert browser.post(end_address(assigned)).status_code == 409


def test_an_assignment_ends_at_the_address_of_its_own_client(
    practice: House, assigned: Assignment, front_desk: Membership, signed_in: SignedIn
) -> None:
    with practice_scope(practice.id):
        other = added(front_desk, family_name="Other")
    url = reverse("clients:assignment_end", args=[other.pk, assigned.pk])

    assert signed_in(front_desk).post(url).status_code == 404


@pytest.mark.parametrize("role", ["accountant", "therapist", "administrator", "auditor"])
def test_who_may_not_assign_is_refused(
    practice: House, assigned: Assignment, signed_in: SignedIn, role: str
) -> None:
    browser = signed_in(practice.people[role])

    assert browser.get(address(assigned.client)).status_code == 403
    assert browser.post(end_address(assigned)).status_code == 403


def test_a_client_of_another_practice_is_not_there(
    client_record: Client, stranger: Membership, signed_in: SignedIn
) -> None:
    assert signed_in(stranger).get(address(client_record)).status_code == 404
