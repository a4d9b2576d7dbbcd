"""Files of clients on their way in: all rows become clients, or none."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Membership
from accounts.selectors import members
from accounts.services import roles
from audit.models import Event
from audit.services.events import Pending
from clients.csv_import import Field, Unreadable
from clients.models import Assignment, Client, ClientImport, ClientImportFile, Coverage
from clients.selectors import contacts
from clients.selectors import imports as reads
from clients.services import clients, imports, taking_in
from tests.clients.people import NOW, TODAY, added

pytestmark = pytest.mark.usefixtures("scope")

HEAD = "First,Last,DOB,Phone,Insurance,Member ID,Therapist\r\n"
MARIA = "María Luisa,Razo,1973-08-01,'+1 555,Aetna,M-1,\r\n"
KENJI = "健二,山田,1985-02-11,,,,Therapist of Harbor Lane\r\n"
WRONG = "Ann,,soon,,,,\r\n"
COLUMNS = [
    Field.GIVEN_NAMES,
    Field.FAMILY_NAME,
    Field.BIRTH_DATE,
    Field.PHONE,
    Field.PAYER,
    Field.MEMBER_ID,
    Field.THERAPIST,
]


def uploaded(by: Membership, *rows: str) -> ClientImport:
    """Upload a file and say what its columns hold."""
    run = imports.upload(content=(HEAD + "".join(rows)).encode(), now=NOW, by=by)
    imports.name_columns(run=run, columns=COLUMNS, date_order="")
    run.refresh_from_db()
    return run


def checked(run: ClientImport) -> reads.Checked:
    content = reads.content_of(run)
    assert content is not None
    return reads.check(run, content, today=TODAY)


def confirmed(by: Membership, *rows: str, adds_alike: bool = False) -> ClientImport:
    run = uploaded(by, *rows)
    imports.confirm(run=run, checked=checked(run), adds_alike=adds_alike, now=NOW, by=by)
    return run


def carried_out(run: ClientImport) -> ClientImport:
    taking_in.carry_out(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    return run


def is_gone(run: ClientImport) -> bool:
    return ClientImportFile.objects.get(run=run).content is None


def phone_of(client: Client) -> str:
    return contacts.first_ones([client.pk], "PHONE")[client.pk]


def actions() -> list[str]:
    """Return what the log was told so far, in order."""
    hooks = [hook for _, hook, *_ in connection.run_on_commit if isinstance(hook, Pending)]
    return [str(event["action"]) for hook in hooks for event in hook.events]


def test_each_row_becomes_a_client_with_insurance_and_therapist(front_desk: Membership) -> None:
    run = carried_out(confirmed(front_desk, MARIA, KENJI))

    maria, kenji = Client.objects.order_by("code")
    assert [maria.code, maria.full_name, phone_of(maria)] == [
        "C-0001",
        "María Luisa Razo",
        "+1 555",
    ]
    assert [kenji.code, kenji.full_name] == ["C-0002", "健二 山田"]
    assert Coverage.objects.get().client_id == maria.pk
    assert Coverage.objects.get().member_id == "M-1"
    assert Assignment.objects.get().client_id == kenji.pk
    assert (run.created_count, run.rows_count) == (2, 2)
    assert is_gone(run)


def test_a_client_of_a_file_is_one_like_any_other(front_desk: Membership) -> None:
    carried_out(confirmed(front_desk, MARIA))

    with pytest.raises(clients.LooksKnown):
        clients.add(
            given_names="M",
            family_name="razo",
            birth_date=Client.objects.get().birth_date,
            now=NOW,
            by=front_desk,
        )


def test_the_log_tells_of_the_run_once_and_of_its_clients_together(front_desk: Membership) -> None:
    carried_out(confirmed(front_desk, MARIA, KENJI))

    told = actions()
    assert told.count("clients.client.added_from_file") == 1
    assert told.count("clients.assignment.started_from_file") == 1
    assert told.count("clients.file.uploaded") == 1
    assert told.count("clients.file.confirmed") == 1
    assert told[-1] == "clients.file.taken_in"
    assert not Event.objects.filter(action="clients.file.refused").exists()


def test_a_file_is_taken_in_once(front_desk: Membership) -> None:
    run = carried_out(confirmed(front_desk, MARIA))

    carried_out(run)

    assert Client.objects.count() == 1


def test_a_wrong_row_is_told_and_nothing_can_be_confirmed(front_desk: Membership) -> None:
    run = uploaded(front_desk, MARIA, WRONG)
    found = checked(run)

    with pytest.raises(imports.NotClean):
        imports.confirm(run=run, checked=found, adds_alike=True, now=NOW, by=front_desk)

    assert [(problem.row, problem.column) for problem in found.problems] == [(3, "DOB")]
    assert not Client.objects.exists()


def test_a_row_that_went_wrong_after_the_check_stops_the_whole_file(
    front_desk: Membership, therapist: Membership
) -> None:
    run = confirmed(front_desk, MARIA, KENJI)
    role = members.roles_of(therapist)[0]
    roles.withdraw(member=therapist, role=role, now=NOW, by=front_desk)

    carried_out(run)

    assert run.refusal == ClientImport.Refusal.PROBLEMS
    assert not Client.objects.exists()
    assert not Coverage.objects.exists()
    assert is_gone(run)
    assert "clients.client.created" not in actions()


def test_rows_that_look_like_a_client_are_told_and_left_out(front_desk: Membership) -> None:
    known = added(front_desk)
    run = uploaded(front_desk, MARIA, KENJI, KENJI)

    first, second = checked(run).alike
    assert (first.row, first.codes, first.rows) == (2, (known.code,), ())
    assert (second.row, second.codes, second.rows) == (4, (), (3,))

    imports.confirm(run=run, checked=checked(run), adds_alike=False, now=NOW, by=front_desk)
    assert carried_out(run).created_count == 1


def test_rows_that_look_like_a_client_are_added_when_somebody_says_so(
    front_desk: Membership,
) -> None:
    added(front_desk)

    run = carried_out(confirmed(front_desk, MARIA, KENJI, adds_alike=True))

    assert run.created_count == 2


def test_a_file_of_known_clients_adds_nothing(front_desk: Membership) -> None:
    added(front_desk)

    with pytest.raises(imports.NothingToAdd):
        confirmed(front_desk, MARIA)


def test_a_client_added_since_the_check_stops_the_file(front_desk: Membership) -> None:
    run = confirmed(front_desk, MARIA, KENJI, adds_alike=True)
    added(front_desk)

    carried_out(run)

    assert run.refusal == ClientImport.Refusal.CHANGED
    assert Client.objects.count() == 1


def test_who_lost_the_right_meanwhile_adds_nothing(front_desk: Membership) -> None:
    run = confirmed(front_desk, MARIA)
    role = members.roles_of(front_desk)[0]
    roles.withdraw(member=front_desk, role=role, now=NOW, by=front_desk)

    carried_out(run)

    assert run.refusal == ClientImport.Refusal.NOT_ALLOWED
    assert not Client.objects.exists()


def test_a_run_that_is_not_confirmed_is_not_carried_out(front_desk: Membership) -> None:
    carried_out(uploaded(front_desk, MARIA))

    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"First,Last\r\n", "no rows"),
        (b'First,Last\r\n"Ann,x\r\n', "never closes"),
        (b"First,Note\r\nAnn,4242 4242 4242 4242\r\n", "Row 2, column “Note”.*card number"),
    ],
)
def test_what_cannot_be_read_is_not_kept(
    front_desk: Membership, content: bytes, words: str
) -> None:
    with pytest.raises(Unreadable, match=words):
        imports.upload(content=content, now=NOW, by=front_desk)

    assert not ClientImport.objects.exists()
    assert not ClientImportFile.objects.exists()


def test_the_file_stands_sealed_and_nowhere_else(front_desk: Membership) -> None:
    run = uploaded(front_desk, MARIA)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM clients_clientimportfile")
        (held,) = cursor.fetchone()
        cursor.execute("SELECT clients_clientimport::text FROM clients_clientimport")
        (row,) = cursor.fetchone()
    assert b"Razo" not in bytes(held)
    assert "Razo" not in row
    assert reads.content_of(run) == (HEAD + MARIA).encode()


def test_the_same_file_is_known_again(front_desk: Membership) -> None:
    first = carried_out(confirmed(front_desk, MARIA))

    again, other = uploaded(front_desk, MARIA), uploaded(front_desk, KENJI)

    assert reads.before(again) == first
    assert reads.before(other) is None


def test_the_same_headings_bring_back_what_was_chosen_for_them(front_desk: Membership) -> None:
    chosen: list[Field | None] = [None, *COLUMNS[1:]]
    run = uploaded(front_desk, MARIA)
    imports.name_columns(run=run, columns=chosen, date_order="")

    again = imports.upload(content=(HEAD + KENJI).encode(), now=NOW, by=front_desk)
    looked = reads.look(again, (HEAD + KENJI).encode())

    assert looked.is_remembered
    assert [column.likely for column in looked.columns] == chosen
    assert looked.columns[0].samples == ["健二"]


def test_a_file_that_nobody_confirmed_is_gone_after_a_day(front_desk: Membership) -> None:
    run = uploaded(front_desk, MARIA)

    assert imports.forget_old(now=NOW + timedelta(hours=23)) == 0
    assert imports.forget_old(now=NOW + timedelta(hours=24)) == 1

    run.refresh_from_db()
    assert run.discarded_at
    assert is_gone(run)
    with pytest.raises(imports.ImportOver):
        imports.name_columns(run=run, columns=COLUMNS, date_order="")


def test_a_file_is_thrown_away_by_hand(front_desk: Membership) -> None:
    run = uploaded(front_desk, MARIA)

    imports.discard(run=run, now=NOW)

    assert is_gone(run)


def test_what_fails_for_an_hour_ends_without_a_client(front_desk: Membership) -> None:
    run = confirmed(front_desk, MARIA)

    assert reads.left_behind(now=NOW + timedelta(minutes=1)) == [run.pk]
    assert imports.give_up(now=NOW + timedelta(minutes=59)) == 0
    assert imports.give_up(now=NOW + timedelta(minutes=60)) == 1

    run.refresh_from_db()
    assert run.refusal == ClientImport.Refusal.FAILED
    assert is_gone(run)
    assert reads.left_behind(now=NOW + timedelta(hours=2)) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"finished_at": None, "created_count": None},
        {"created_count": 0},
        {"confirmed_at": NOW + timedelta(hours=1)},
    ],
)
def test_the_database_refuses_to_open_a_run_again(
    front_desk: Membership, changed: dict[str, Any]
) -> None:
    run = carried_out(confirmed(front_desk, MARIA))

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ClientImport.objects.filter(pk=run.pk).update(**changed)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"finished_at": NOW}, "ends_confirmed"),
        ({"confirmed_at": NOW}, "confirmed_by_someone"),
        ({"refused_at": NOW, "refusal": ""}, "ends_confirmed|for_a_reason"),
        ({"created_count": 1}, "counts_what_it_made"),
    ],
)
def test_the_database_holds_how_a_run_ends(
    front_desk: Membership, changed: dict[str, Any], rule: str
) -> None:
    run = uploaded(front_desk, MARIA)

    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        ClientImport.objects.filter(pk=run.pk).update(**changed)
