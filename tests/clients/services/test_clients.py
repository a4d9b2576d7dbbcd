"""Adding clients."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from clients.models import Client
from clients.selectors import contacts
from clients.services import clients
from tests.clients.people import NOW, added
from tests.houses import House


def add(
    by: Membership,
    family_name: str = "Núñez",
    birth_date: date = date(1990, 3, 21),
    is_another_person: bool = False,
) -> Client:
    return clients.add(
        given_names="Ana",
        family_name=family_name,
        birth_date=birth_date,
        is_another_person=is_another_person,
        now=NOW,
        by=by,
    )


def test_codes_count_up_from_one(scope: None, front_desk: Membership) -> None:
    assert [added(front_desk).code for _ in range(3)] == ["C-0001", "C-0002", "C-0003"]


def test_each_practice_counts_for_itself(practice: House, other_practice: House) -> None:
    for house in (practice, other_practice):
        with practice_scope(house.id):
            assert added(house.people["front-desk"]).code == "C-0001"


def test_what_is_known_of_a_client_comes_back_as_it_was_typed(
    scope: None, front_desk: Membership
) -> None:
    client = clients.add(
        given_names="María Luisa",
        family_name="D'Ávila-عبد الله",
        preferred_name="🦊 Lu",
        birth_date=date(1899, 12, 31),
        email="lu@example.org",
        phone="+1 (555) 533-1316",
        postal_address="430 Emmerich Skyway\nLexington",
        contact_wish=Client.ContactWish.DISCREET,
        now=NOW,
        by=front_desk,
    )

    kept = Client.objects.get(pk=client.pk)
    assert (kept.full_name, kept.preferred_name) == ("María Luisa D'Ávila-عبد الله", "🦊 Lu")
    assert kept.birth_date == date(1899, 12, 31)
    reached = [(each.kind, each.text) for each in contacts.of(kept)]
    assert reached == [("PHONE", "+1 (555) 533-1316"), ("EMAIL", "lu@example.org")]
    assert [each.text for each in contacts.addresses_of(kept)] == ["430 Emmerich Skyway\nLexington"]
    assert kept.contact_wish == "DISCREET"


@pytest.mark.parametrize(("given", "family"), [("Kenzi", ""), ("", "Suharto")])
def test_one_name_is_enough(scope: None, front_desk: Membership, given: str, family: str) -> None:
    client = added(front_desk, given_names=given, family_name=family)

    assert client.full_name == (given or family)


def test_no_name_is_not(scope: None, front_desk: Membership) -> None:
    with pytest.raises(clients.NoName):
        added(front_desk, given_names="", family_name="")


def test_a_birth_date_lies_in_the_past(scope: None, front_desk: Membership) -> None:
    with pytest.raises(clients.NotYetBorn):
        added(front_desk, birth_date=NOW.date() + timedelta(days=1))


@pytest.mark.parametrize("family", ["Núñez", "NUNEZ", "nuñez", " Núñez "])
def test_somebody_who_looks_known_is_told_by_code(
    scope: None, front_desk: Membership, family: str
) -> None:
    add(front_desk)

    with pytest.raises(clients.LooksKnown, match="C-0001 has the same") as raised:
        add(front_desk, family)
    assert "ñez" not in str(raised.value)
    assert Client.objects.count() == 1


def test_other_people_do_not_look_known(scope: None, front_desk: Membership) -> None:
    add(front_desk)

    add(front_desk, birth_date=date(1990, 3, 22))

    assert Client.objects.count() == 2


def test_twins_are_added_when_somebody_says_so(scope: None, front_desk: Membership) -> None:
    add(front_desk)

    assert add(front_desk, is_another_person=True).code == "C-0002"


def test_the_blind_index_tells_nobody_apart(scope: None, front_desk: Membership) -> None:
    client = added(front_desk)

    assert len(bytes(client.likeness)) == 1


def test_adding_a_client_is_told_to_the_log(practice: House, front_desk: Membership) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        client = added(front_desk)

    with practice_scope(practice.id):
        event = Event.objects.get(target_id=client.pk)
        assert (event.action, event.label) == ("clients.client.created", "C-0001")
        assert event.person_id == front_desk.person_id
        assert Touch.objects.filter(client_id=client.pk, seq=event.seq).exists()


def test_the_database_holds_no_name(scope: None, front_desk: Membership) -> None:
    added(front_desk, given_names="Marisol", family_name="Quetzal", email="quetzal@example.org")

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM clients_client c")
        row = cursor.fetchone()[0]
    for word in ("Marisol", "Quetzal", "quetzal", "1973-08-01"):
        assert word not in row
        assert word.encode().hex() not in row


def test_a_value_moved_to_another_client_does_not_open(scope: None, front_desk: Membership) -> None:
    one, other = added(front_desk), added(front_desk, family_name="Other")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clients_client SET family_name ="
            " (SELECT family_name FROM clients_client WHERE id = %s) WHERE id = %s",
            [other.pk, one.pk],
        )

    with pytest.raises(Exception, match="does not open"):
        _ = Client.objects.get(pk=one.pk).family_name


def test_the_database_refuses_an_author_of_another_practice(
    stranger: Membership, scope: None
) -> None:
    with pytest.raises(IntegrityError, match="same_practice"), transaction.atomic():
        added(stranger)


def test_a_client_is_never_deleted(scope: None, front_desk: Membership) -> None:
    client = added(front_desk)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("DELETE FROM clients_client WHERE id = %s", [client.pk])


@pytest.mark.commits
def test_people_who_add_at_once_get_different_codes(practice: House) -> None:
    def add_one(number: int) -> str:
        try:
            with practice_scope(practice.id):
                return added(practice.people["front-desk"], family_name=f"Family {number}").code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(add_one, range(8)))

    assert sorted(codes) == [f"C-{number:04d}" for number in range(1, 9)]
