"""Search by any part of what is known of a client."""

import pytest
from django.db import connection

from accounts import crypto
from accounts.models import Membership
from accounts.permissions import BUILT_IN_ROLES
from accounts.services import rotation
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
    matches = search.find(every, text, permissions=PERMISSIONS[role], limit=100)
    assert matches.count == len(matches.first)
    return [codes[pk] for pk in matches.first]


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
        ("+1 555 533 1316", ["C-0001"]),
        ("555 533", ["C-0001"]),
        ("1973", ["C-0001", "C-0002", "C-0003", "C-0004"]),
        ("8/1/1973", ["C-0001", "C-0002", "C-0003", "C-0004"]),
        ("1.8.1973 razo", ["C-0001"]),
        ("maria 1973-08-01", ["C-0001"]),
        ("1973-08-02", []),
        ("5", []),
        ("02", ["C-0002"]),
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

    everybody = search.find(visible, "c-00", permissions=PERMISSIONS["therapist"], limit=9)

    assert everybody == search.Found(1, [freda.pk])


def test_nobody_is_found_among_nobody(people: None) -> None:
    nobody = Client.objects.none()

    assert search.find(nobody, "c-00", permissions=PERMISSIONS["front-desk"], limit=9).count == 0


def test_of_a_part_of_all_clients_no_other_is_counted(people: None) -> None:
    some = Client.objects.filter(code="C-0002")
    first = Client.objects.order_by("code")[:1]

    for visible in (some, first):
        found = search.find(visible, "c-00", permissions=PERMISSIONS["front-desk"], limit=9)
        assert found.count == 1


def test_the_first_by_code_are_told_and_all_are_counted(
    scope: None, front_desk: Membership
) -> None:
    for _ in range(11):
        added(front_desk)

    matches = search.find(
        Client.objects.all(), "razo", permissions=PERMISSIONS["front-desk"], limit=2
    )

    codes = Client.objects.filter(pk__in=matches.first).values_list("code", flat=True)
    assert (matches.count, sorted(codes)) == (11, ["C-0001", "C-0002"])


def test_without_the_accent_or_the_stroke_a_name_is_found(
    scope: None, front_desk: Membership
) -> None:
    added(front_desk, "Søren", "Łukasiewicz")

    assert found("soren lukas") == found("SØREN") == found("łukas") == ["C-0001"]


def test_texts_of_every_length_are_searched_together(scope: None, front_desk: Membership) -> None:
    for given in ("Ann", "Annabel Maria Josephine Theodora Wilhelmina", "Anna " * 30):
        added(front_desk, given.strip(), "Razo")

    assert found("ann razo") == ["C-0001", "C-0002", "C-0003"]
    assert found("josephine") == ["C-0002"]


def test_texts_under_an_older_and_the_newest_key_are_searched_together(
    scope: None, front_desk: Membership
) -> None:
    added(front_desk, "María Luisa", "Razo")
    rotation.start()
    added(front_desk, "Ana", "Razo")

    assert found("razo") == ["C-0001", "C-0002"]


@pytest.mark.parametrize(
    "altered",
    [
        "(SELECT text FROM clients_searchtext AS other WHERE other.id <> clients_searchtext.id)",
        "substr(text, 1, 3)",
        "''::bytea",
        "substr(text, 1, 20)",
        "substr(text, 1, length(text) - 1)",
        "text || '\\x00'::bytea",
        "set_byte(text, length(text) - 1, get_byte(text, length(text) - 1) # 1)",
        "set_byte(text, 5, 99)",
    ],
)
def test_an_altered_text_ends_the_search_loudly(
    scope: None, front_desk: Membership, altered: str
) -> None:
    added(front_desk, "María Luisa", "Razo")
    added(front_desk, "Freda", "Oconnell")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE clients_searchtext SET text = {altered}")

    with pytest.raises(crypto.IntegrityFailure):
        found("razo")
