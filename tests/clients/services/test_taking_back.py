"""The clients of a file are taken out again as a whole, while nothing else hangs on them."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Membership
from accounts.selectors import members, sealed
from accounts.services import roles
from clients.models import (
    Address,
    Assignment,
    Client,
    ClientImport,
    ClientImportUndo,
    Contact,
    Coverage,
    SearchText,
)
from clients.selectors import import_undos
from clients.services import clients, contacts, parties, taking_back
from tests.billing import desk
from tests.clients.people import NOW, added
from tests.clients.services.test_imports import KENJI, MARIA, actions, carried_out, confirmed

pytestmark = pytest.mark.usefixtures("scope")

LATER = NOW + timedelta(hours=1)
TABLES = (Client, Contact, Address, Coverage, Assignment, SearchText)


def taken_in(by: Membership) -> ClientImport:
    return carried_out(confirmed(by, MARIA, KENJI))


def taken_back(run: ClientImport, by: Membership) -> ClientImportUndo:
    undo = taking_back.ask(run=run, now=LATER, by=by)
    taking_back.carry_out(undo_id=undo.pk, now=LATER)
    undo.refresh_from_db()
    return undo


def held(run: ClientImport) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.code, each.because) for each in import_undos.held_back(run).shown]


def test_all_of_a_file_goes_and_nothing_else(front_desk: Membership) -> None:
    other = added(front_desk, family_name="Other")
    before = [model.objects.count() for model in TABLES]
    run = taken_in(front_desk)

    undo = taken_back(run, front_desk)

    assert undo.finished_at == LATER
    assert [model.objects.count() for model in TABLES] == before
    assert Client.objects.get() == other
    assert actions()[-3:] == [
        "clients.file.undo_asked",
        "clients.client.removed_with_file",
        "clients.file.undone",
    ]


def test_codes_of_clients_who_are_gone_are_not_given_again(front_desk: Membership) -> None:
    taken_back(taken_in(front_desk), front_desk)

    assert added(front_desk).code == "C-0003"


def test_a_file_that_was_taken_back_can_come_in_again(front_desk: Membership) -> None:
    taken_back(taken_in(front_desk), front_desk)

    assert taken_in(front_desk).created_count == 2


def test_whatever_was_added_since_keeps_all_of_them_and_is_told(front_desk: Membership) -> None:
    run = taken_in(front_desk)
    maria, kenji = Client.objects.order_by("code")
    desk.open_books(front_desk)
    desk.session(maria, front_desk)
    parties.add(client=kenji, kind="PERSON", relation="PARENT", name="X", now=LATER, by=front_desk)

    assert held(run) == [("C-0001", ("session",)), ("C-0002", ("responsible party",))]
    with pytest.raises(taking_back.HeldBack):
        taking_back.ask(run=run, now=LATER, by=front_desk)
    assert Client.objects.count() == 2


def test_a_change_of_what_the_file_told_keeps_them(front_desk: Membership) -> None:
    run = taken_in(front_desk)
    kenji = Client.objects.get(code="C-0002")
    contacts.change(contact=Contact.objects.get(), seen=1, number_or_address="+1 777")
    clients.change_wishes(
        client=kenji,
        seen=1,
        contact_wish="ANY",
        channels=["PHONE"],
        preferred_channel="",
        language="",
    )

    assert held(run) == [("C-0001", ("contact",)), ("C-0002", ("changed record",))]


def test_what_is_added_after_it_was_asked_for_keeps_all_of_them(front_desk: Membership) -> None:
    run = taken_in(front_desk)
    undo = taking_back.ask(run=run, now=LATER, by=front_desk)
    kenji = Client.objects.get(code="C-0002")
    parties.add(client=kenji, kind="PERSON", relation="PARENT", name="X", now=LATER, by=front_desk)

    taking_back.carry_out(undo_id=undo.pk, now=LATER)

    undo.refresh_from_db()
    assert undo.refused_at == LATER
    assert Client.objects.count() == 2
    assert SearchText.objects.count() == 2


def test_who_lost_the_right_meanwhile_takes_nobody_out(front_desk: Membership) -> None:
    undo = taking_back.ask(run=taken_in(front_desk), now=LATER, by=front_desk)
    role = members.roles_of(front_desk)[0]
    roles.withdraw(member=front_desk, role=role, now=LATER, by=front_desk)

    taking_back.carry_out(undo_id=undo.pk, now=LATER)

    assert Client.objects.count() == 2


def test_what_was_refused_or_failed_can_be_asked_for_again(front_desk: Membership) -> None:
    run = taken_in(front_desk)
    first = taking_back.ask(run=run, now=LATER, by=front_desk)
    assert taking_back.ask(run=run, now=LATER, by=front_desk) == first

    assert taking_back.give_up(now=LATER + timedelta(hours=1)) == 1
    assert taken_back(run, front_desk).finished_at
    with pytest.raises(taking_back.NothingToTakeBack):
        taking_back.ask(run=run, now=LATER, by=front_desk)


def test_the_database_lets_nobody_delete_a_client_otherwise(front_desk: Membership) -> None:
    run = taken_in(front_desk)
    ids = list(Client.objects.values_list("pk", flat=True))

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Client.objects.filter(pk__in=ids)._raw_delete("default")
    with pytest.raises(DatabaseError, match="no file is being"), transaction.atomic():
        removed(run.pk, ids)


def removed(undo_id: UUID, ids: list[UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT remove_imported_clients(%s, %s)", [undo_id, ids])
        return int(cursor.fetchone()[0])


def test_the_database_deletes_clients_of_the_file_alone(front_desk: Membership) -> None:
    other = added(front_desk, family_name="Other")
    undo = taking_back.ask(run=taken_in(front_desk), now=LATER, by=front_desk)

    assert removed(undo.pk, [other.pk]) == 0
    assert Client.objects.filter(pk=other.pk).exists()


def test_the_database_keeps_a_client_on_whom_something_hangs(front_desk: Membership) -> None:
    undo = taking_back.ask(run=taken_in(front_desk), now=LATER, by=front_desk)
    kenji = Client.objects.get(code="C-0002")
    parties.add(client=kenji, kind="PERSON", relation="PARENT", name="X", now=LATER, by=front_desk)

    with pytest.raises(DatabaseError, match="clients_responsibleparty"), transaction.atomic():
        removed(undo.pk, [kenji.pk])


def test_the_database_refuses_to_open_an_undo_again(front_desk: Membership) -> None:
    undo = taken_back(taken_in(front_desk), front_desk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ClientImportUndo.objects.filter(pk=undo.pk).update(finished_at=None)


def test_what_is_gone_is_no_offence_against_the_log(front_desk: Membership) -> None:
    taken_back(taken_in(front_desk), front_desk)

    assert sealed.first_offence() is None
