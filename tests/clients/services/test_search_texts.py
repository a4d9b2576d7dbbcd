"""What a search reads of a client follows the record."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from clients.models import Client, SearchText
from clients.services import search_texts
from tests.clients.people import added
from tests.houses import House


def kept(client: Client) -> str:
    return str(SearchText.objects.get(client=client).text)


def test_everything_by_which_a_client_is_found_is_kept_folded(
    scope: None, front_desk: Membership
) -> None:
    client = added(
        front_desk, "Søren", "Núñez", email="Soren@Example.org", phone="+1 (555) 533-1316"
    )

    assert kept(client) == "c-0001\nsoren nunez\nsoren@example.org\n\n15555331316\n1973-08-01"


def test_a_change_is_kept_in_the_same_row(scope: None, front_desk: Membership) -> None:
    client = added(front_desk)
    before = SearchText.objects.get(client=client).pk
    client.preferred_name = "Lu"
    client.save(update_fields=["preferred_name"])

    search_texts.renew(client)

    assert "\nlu\n" in kept(client)
    assert SearchText.objects.get(client=client).pk == before


def test_the_longest_names_are_kept(scope: None, front_desk: Membership) -> None:
    ligature = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}"

    client = added(front_desk, ligature * 200, ligature * 200, phone="5" * 40)

    assert kept(client).endswith("5" * 40 + "\n1973-08-01")


def test_the_database_holds_none_of_it_in_the_clear(scope: None, front_desk: Membership) -> None:
    added(front_desk, "Marisol", "Quetzal")

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM clients_searchtext")
        sealed = bytes(cursor.fetchone()[0])
    assert b"quetzal" not in sealed
    assert b"1973-08-01" not in sealed


def test_the_database_keeps_one_text_of_a_client(scope: None, front_desk: Membership) -> None:
    client = added(front_desk)

    with pytest.raises(IntegrityError, match="one_per_client"), transaction.atomic():
        SearchText.objects.create(client=client, text="another")


@pytest.mark.commits
def test_clients_of_before_are_found_once_the_command_ran(
    practice: House, capsys: pytest.CaptureFixture[str]
) -> None:
    with practice_scope(practice.id):
        client = added(practice.people["front-desk"])
        row = SearchText.objects.get(client=client)
        row.text = ""
        row.save(update_fields=["text"])

    for _ in range(2):
        call_command("renew_search")

    assert capsys.readouterr().out == "Harbor Lane: 1 clients.\n" * 2
    with practice_scope(practice.id):
        assert "razo" in kept(client)


@pytest.mark.commits
def test_of_two_who_change_one_record_at_once_both_changes_are_found(practice: House) -> None:
    with practice_scope(practice.id):
        client = added(practice.people["front-desk"])
    both_wrote = Barrier(2)

    def change(field: str, value: str) -> None:
        try:
            with practice_scope(practice.id):
                mine = Client.objects.get(pk=client.pk)
                setattr(mine, field, value)
                both_wrote.wait()
                mine.save(update_fields=[field])
                search_texts.renew(mine)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(change, ["preferred_name", "given_names"], ["Zuzu", "Xerxes"]))

    with practice_scope(practice.id):
        assert "zuzu" in kept(client)
        assert "xerxes" in kept(client)
