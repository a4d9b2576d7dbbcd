"""Moving out of the log what is older than six years, and proving both parts afterwards."""

import json
import stat
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts.tenancy import owner_scope, practice_scope
from audit import terms, verifier
from audit.actions import Action
from audit.models import Archive, Event, Touch, Value
from audit.selectors import archives, chain, marks
from audit.services import checkpoints, events
from audit.services.events import SealedValues
from clients.models import Client
from tests.audit.chains import KEY
from tests.audit.owner import put_back, tamper
from tests.audit.script import run
from tests.clients.people import added
from tests.houses import House

pytestmark = pytest.mark.commits

SEVEN_YEARS = timedelta(days=7 * 366)
OLD, YOUNG = 25, 7


def append(practice: House, count: int, *, is_sealed: bool = True) -> None:
    """Append events of which some touch a client, and some carry what looks like sealed values."""
    with practice_scope(practice.id):
        for place in range(count):
            carries = is_sealed and place % 5 == 0
            sealed = SealedValues(b"sealed", 1, bytes(32)) if carries else None
            touched = [practice.id] if place % 3 == 0 else []
            events.record(Action.CLIENT_CHANGED, touched=touched, values=sealed)


def sign(practice: House, folder: Path, now: datetime) -> None:
    with practice_scope(practice.id):
        checkpoints.write(signer=KEY, directories=[folder / "first", folder / "second"], now=now)


def age(practice: House, by: timedelta) -> None:
    """Let all that stands on a log have happened long ago, each with the hash that it then has."""
    with practice_scope(practice.id):
        told = [*chain.read(practice.id).events]
    previous, statements = verifier.ZEROS, []
    for each in told:
        old = each._replace(at=each.at - by // timedelta(microseconds=1))
        previous = verifier.link(str(practice.id), previous, old)
        statements.append(
            f"UPDATE audit_event SET at = at - interval '{by.days} days', hash = '\\x{previous}'"
            f" WHERE practice_id = '{practice.id}' AND seq = {each.seq}"
        )
    tamper(
        *statements,
        f"UPDATE audit_touch SET at = at - interval '{by.days} days'"
        f" WHERE practice_id = '{practice.id}'",
        f"UPDATE audit_head SET hash = '\\x{previous}' WHERE practice_id = '{practice.id}'",
    )


def archive(practice: House, into: Path, *more: str) -> str:
    said = StringIO()
    call_command(
        "archive_audit", "--into", str(into), "--practice", practice.slug, *more, stdout=said
    )
    return said.getvalue()


def verified(practice: House, *more: str) -> str:
    said = StringIO()
    call_command("verify_audit", "--practice", practice.slug, *more, stdout=said, stderr=said)
    return said.getvalue()


def dumped(practice: House, folder: Path) -> Path:
    file = folder / "log.jsonl"
    verified(practice, "--dump", str(file))
    return file


@pytest.fixture
def aged(practice: House, tmp_path: Path) -> House:
    """A log with a part of seven years ago and a part of today, each signed."""
    append(practice, OLD)
    age(practice, SEVEN_YEARS)
    sign(practice, tmp_path, timezone.now() - SEVEN_YEARS + timedelta(minutes=1))
    append(practice, YOUNG)
    sign(practice, tmp_path, timezone.now())
    (tmp_path / "files").mkdir()
    return practice


def test_what_is_older_than_six_years_moves_into_files_and_both_parts_prove(
    aged: House, tmp_path: Path
) -> None:
    outside, files = tmp_path / "first", tmp_path / "files"
    with practice_scope(aged.id):
        size = Event.objects.latest("seq").seq - YOUNG
        sealed = Value.objects.filter(seq__lte=size).count()

    said = archive(aged, files, "--checkpoints", str(outside))

    assert f"Events 1 to {size:,} are in" in said
    with practice_scope(aged.id):
        assert Event.objects.earliest("seq").seq == size + 1
        assert not Touch.objects.filter(seq__lte=size).exists()
        assert not Value.objects.filter(seq__lte=size).exists()
        told = Event.objects.get(action=Action.LOG_ARCHIVED)
    assert told.facts["count"] == size
    held = archives.files(files, aged.id, 0, size)
    assert len(held.values.read_text().splitlines()) == sealed > 0

    sign(aged, tmp_path, timezone.now())
    proof = verified(aged, "--checkpoints", str(outside), "--archives", str(files))
    assert f"{size:,} events that were moved out are whole" in proof
    assert f"the log is whole from event {size + 1:,} on" in proof
    dump = dumped(aged, tmp_path)
    rest = run([str(dump), str(outside), "--practice", str(aged.id)])
    assert (rest.returncode, rest.stderr) == (0, "")
    assert f"whole from event {size + 1} to" in rest.stdout
    piece = run([str(held.events), str(outside), "--piece", "--practice", str(aged.id)])
    assert (piece.returncode, piece.stderr) == (0, "")
    assert f"whole from event 1 to {size}" in piece.stdout


def test_a_second_archive_goes_on_where_the_first_ended(aged: House, tmp_path: Path) -> None:
    files = tmp_path / "files"
    archive(aged, files)

    assert "Nothing on the log is older than six years." in archive(aged, files)


def test_the_first_event_that_is_left_is_provable_alone(aged: House, tmp_path: Path) -> None:
    archive(aged, tmp_path / "files")
    sign(aged, tmp_path, timezone.now())
    with practice_scope(aged.id):
        first = Event.objects.earliest("seq").seq
    piece = tmp_path / "piece.jsonl"
    verified(aged, "--dump", str(piece), "--event", str(first))

    done = run([str(piece), str(tmp_path / "first"), "--piece", "--practice", str(aged.id)])
    assert done.returncode == 0
    with pytest.raises(CommandError, match="No checkpoint covers an event"):
        verified(aged, "--dump", str(piece), "--event", str(first - 1))


def test_what_is_younger_than_six_years_stays(practice: House, tmp_path: Path) -> None:
    append(practice, 9)
    age(practice, timedelta(days=6 * 365 - 40))
    sign(practice, tmp_path, timezone.now() - timedelta(days=6 * 365 - 41))

    assert "Nothing on the log is older than six years." in archive(practice, tmp_path)
    with practice_scope(practice.id):
        assert Event.objects.count() >= 9


def test_an_archive_of_a_young_checkpoint_is_refused_by_the_database(
    practice: House, tmp_path: Path
) -> None:
    append(practice, 3)
    sign(practice, tmp_path, timezone.now() - SEVEN_YEARS)
    append(practice, 3)
    sign(practice, tmp_path, timezone.now())
    with practice_scope(practice.id):
        young, old = chain.checkpoints()[-1], chain.checkpoints()[0]

    # The one was signed a minute ago; the events of the other happened a minute ago.
    for mark in (young, old):
        with (
            pytest.raises(DatabaseError, match="the log is kept for six years"),
            owner_scope(practice.id) as cursor,
        ):
            cursor.execute(
                "INSERT INTO audit_archive VALUES (%s, %s, 0, decode(%s, 'hex'), %s, now())",
                [practice.id, mark.size, mark.hash, bytes(32)],
            )


@pytest.mark.parametrize("table", ["audit_event", "audit_touch", "audit_value"])
def test_the_owner_takes_nothing_out_that_was_not_archived(
    aged: House, tmp_path: Path, table: str
) -> None:
    archive(aged, tmp_path / "files")
    append(aged, 6)

    with (
        pytest.raises(DatabaseError, match="append-only"),
        owner_scope(aged.id) as cursor,
    ):
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "change", ["UPDATE audit_archive SET size = size", "DELETE FROM audit_archive"]
)
def test_what_was_moved_out_stays_so(aged: House, tmp_path: Path, change: str) -> None:
    archive(aged, tmp_path / "files")

    with pytest.raises(DatabaseError, match="append-only"), owner_scope(aged.id) as cursor:
        cursor.execute(change)


def test_the_app_moves_nothing_out(aged: House) -> None:
    for statement in ("INSERT INTO audit_archive DEFAULT VALUES", "DELETE FROM audit_event"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            practice_scope(aged.id),
            transaction.atomic(),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_young_log_whose_beginning_was_cut_off_is_found_out(
    practice: House, tmp_path: Path
) -> None:
    """Somebody with the owner's rights and no respect for triggers says it was archived."""
    append(practice, 5)
    sign(practice, tmp_path, timezone.now() - timedelta(days=300))
    append(practice, 5)
    sign(practice, tmp_path, timezone.now())
    with practice_scope(practice.id):
        mark = chain.checkpoints()[0]
    mine = f"practice_id = '{practice.id}' AND seq <= {mark.size}"
    with put_back():
        tamper(
            f"DELETE FROM audit_touch WHERE {mine}",
            f"DELETE FROM audit_value WHERE {mine}",
            f"DELETE FROM audit_event WHERE {mine}",
        )
        dump = tmp_path / "cut.jsonl"
        with practice_scope(practice.id):
            told = chain.read(practice.id)._replace(start=terms.Head(mark.size, mark.hash))
            dump.write_text("".join(chain.lines(told)))

        done = run([str(dump), str(tmp_path / "first"), "--practice", str(practice.id)])

    assert done.returncode == 1
    assert f"The log has only events {mark.size + 1} to" in done.stdout


def test_the_checkpoints_folder_takes_no_archive(aged: House, tmp_path: Path) -> None:
    outside = tmp_path / "first"

    with pytest.raises(CommandError, match="counts as a log"):
        archive(aged, outside, "--checkpoints", str(outside))


def test_files_are_their_owners_alone(aged: House, tmp_path: Path) -> None:
    archive(aged, tmp_path / "files")

    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "files").iterdir()}
    assert modes == {0o600}


def test_values_that_were_lost_are_found_out(aged: House, tmp_path: Path) -> None:
    files = tmp_path / "files"
    archive(aged, files)
    with practice_scope(aged.id):
        row = Archive.objects.get()
    held = archives.files(files, aged.id, row.after, row.size)
    lines = held.values.read_text().splitlines(keepends=True)
    held.values.write_text("".join(lines[1:]))

    with pytest.raises(CommandError, match="that of its values, was changed"):
        verified(aged, "--archives", str(files))
    with practice_scope(aged.id), pytest.raises(archives.Lost, match="not the values of each"):
        archives.require_whole(held, aged.id)
    held.values.unlink()
    with pytest.raises(CommandError, match=r"values.jsonl is not there"):
        verified(aged, "--archives", str(files))


@pytest.mark.parametrize("change", ["other", "cut", "gone"])
def test_an_archive_that_was_tampered_with_is_found_out(
    aged: House, tmp_path: Path, change: str
) -> None:
    files, outside = tmp_path / "files", tmp_path / "first"
    archive(aged, files)
    with practice_scope(aged.id):
        row = Archive.objects.get()
    held = archives.files(files, aged.id, row.after, row.size).events
    lines = held.read_text().splitlines(keepends=True)
    if change == "gone":
        held.unlink()
    elif change == "cut":
        held.write_text("".join(lines[:-1]))
    else:
        event = json.loads(lines[5])
        event[7] = "somebody else"
        held.write_text("".join([*lines[:5], json.dumps(event) + "\n", *lines[6:]]))

    with pytest.raises(CommandError, match=r"is not there|was changed"):
        verified(aged, "--archives", str(files))
    if change != "gone":
        done = run([str(held), str(outside), "--piece", "--practice", str(aged.id)])
        assert done.returncode == 1


def test_a_file_that_does_not_prove_itself_takes_nothing_out(aged: House, tmp_path: Path) -> None:
    tamper(
        f"UPDATE audit_event SET label = 'x' WHERE practice_id = '{aged.id}' AND seq = 4",
    )

    with pytest.raises(CommandError, match="proves nothing: Event 4"):
        archive(aged, tmp_path / "files")
    with practice_scope(aged.id):
        assert Event.objects.earliest("seq").seq == 1
        assert not Archive.objects.exists()
        assert not Event.objects.filter(action=Action.LOG_ARCHIVED).exists()


def test_whole_months_are_moved(practice: House, tmp_path: Path) -> None:
    now = datetime(2032, 5, 17, 9, tzinfo=UTC)
    for at in (datetime(2026, 4, 30, 23, 59, tzinfo=UTC), datetime(2026, 5, 1, 0, 1, tzinfo=UTC)):
        append(practice, 2)
        sign(practice, tmp_path, at)

    with practice_scope(practice.id):
        first = chain.checkpoints()[0]
        mark = archives.due(now)
        assert mark is not None
        assert mark.size == first.size
        assert archives.due(datetime(2032, 4, 30, tzinfo=UTC)) is None


def test_the_newest_mark_of_a_sealed_value_stays_on_the_log(
    practice: House, tmp_path: Path
) -> None:
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        client = added(by, family_name="Okonkwo")
        was = sealed_name(client)
    with practice_scope(practice.id):
        client.family_name = "Whitfield"
        client.save(update_fields=["family_name"])
    age(practice, SEVEN_YEARS)
    sign(practice, tmp_path, timezone.now() - SEVEN_YEARS + timedelta(minutes=1))
    append(practice, 2, is_sealed=False)
    with practice_scope(practice.id):
        known = marks.newest()
    archive(practice, tmp_path)

    with practice_scope(practice.id):
        kept = marks.newest()
    assert {cell: mark.mac for cell, mark in kept.items()} == {
        cell: mark.mac for cell, mark in known.items()
    }
    call_command("verify_phi", practice=practice.slug)
    with practice_scope(practice.id), connection.cursor() as cursor:
        cursor.execute("UPDATE clients_client SET family_name = %s", [was])
    with pytest.raises(CommandError):
        call_command("verify_phi", practice=practice.slug)


def sealed_name(client: Client) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT family_name FROM clients_client WHERE id = %s", [client.pk])
        return bytes(cursor.fetchone()[0])
