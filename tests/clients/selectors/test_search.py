"""Search by any part of what is known of a client."""

import pytest

from accounts.models import Membership
from accounts.permissions import BUILT_IN_ROLES
from clients.models import Client
from clients.selectors import clients, search
from clients.services import assignments
from tests.clients.people import NOW, TODAY, added

PERMISSIONS = {role.slug: role.permissions for role in BUILT_IN_ROLES}


@pytest.fixture
def people(scope: None, front_desk: Membership) -> None:
    added(front_desk, "María Luisa", "Razo", phone="(555) 533-1316", email="ml@example.org")
    added(front_desk, "Freda", "O\N{RIGHT SINGLE QUOTATION MARK}Connell", phone="555-599-6046")
    added(front_desk, "美玲", "林")
    added(front_desk, "Straße", "")


def found(text: str, role: str = "front-desk") -> list[str]:
    every = Client.objects.all()
    codes = dict(every.values_list("pk", "code"))
    return [codes[pk] for pk in search.matching(every, text, permissions=PERMISSIONS[role])]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("maria", ["C-0001"]),
        ("MARÍA", ["C-0001"]),
        ("uisa", ["C-0001"]),
        ("razo maría", ["C-0001"]),
        ("o'con", ["C-0002"]),
        ("o\N{RIGHT SINGLE QUOTATION MARK}connell", ["C-0002"]),
        ("美", ["C-0003"]),
        ("strasse", ["C-0004"]),
        ("c-000", ["C-0001", "C-0002", "C-0003", "C-0004"]),
        ("0002", ["C-0002"]),
        ("ml@ex", ["C-0001"]),
        ("5551", []),
        ("5335", []),
        ("555-533", ["C-0001"]),
        ("555533", ["C-0001"]),
        ("555", ["C-0001", "C-0002"]),
        ("freda razo", []),
        ("1973", []),
        ("", []),
        ("  ", []),
        ("%", []),
        ("\N{COMBINING ACUTE ACCENT}", []),
    ],
)
def test_what_is_found(people: None, text: str, codes: list[str]) -> None:
    assert found(text) == codes


def test_who_sees_codes_only_finds_codes_only(people: None) -> None:
    assert found("maria", "accountant") == []
    assert found("0001", "accountant") == ["C-0001"]


def test_a_therapist_finds_assigned_clients_only(
    people: None, front_desk: Membership, therapist: Membership
) -> None:
    freda = Client.objects.get(code="C-0002")
    assignments.assign(client=freda, therapist=therapist, starts_on=TODAY, now=NOW, by=front_desk)
    visible = clients.visible_to(therapist, on=TODAY)

    everybody = search.matching(visible, "c-00", permissions=PERMISSIONS["therapist"])

    assert everybody == [freda.pk]
