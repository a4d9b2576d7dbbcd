"""What is written stays: the database refuses, to the app by grants and to all by triggers."""

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F

from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event, Head, Value
from audit.services import events
from audit.services.events import SealedValues
from tests.houses import House

LOG_TABLES = ("audit_event", "audit_touch", "audit_checkpoint")
CHANGES = (
    "UPDATE {table} SET practice_id = practice_id",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
)


def run(statement: str, alias: str = "default") -> None:
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(statement)


def partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'audit_event'::regclass"
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def sealed(practice: House) -> House:
    """A practice whose log holds an event with sealed values."""
    with practice_scope(practice.id):
        events.record(Action.CLIENT_CHANGED, values=SealedValues(b"sealed", 1, b"c" * 32))
    return practice


@pytest.mark.parametrize("table", LOG_TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_may_not_change_the_log(table: str, change: str) -> None:
    with pytest.raises(DatabaseError, match=f"{table} is append-only"):
        run(change.format(table=table), "owner")


@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_may_not_change_a_month_of_the_log(change: str) -> None:
    for partition in partitions():
        with pytest.raises(DatabaseError, match="is append-only"):
            run(change.format(table=partition), "owner")


@pytest.mark.parametrize("table", [*LOG_TABLES, "audit_head", "audit_value"])
@pytest.mark.parametrize("change", CHANGES)
def test_the_app_may_not_change_the_log(sealed: House, table: str, change: str) -> None:
    with practice_scope(sealed.id), pytest.raises(DatabaseError, match="permission denied"):
        run(change.format(table=table))


@pytest.mark.parametrize("table", ["audit_event", "audit_head", "audit_touch", "audit_value"])
def test_the_app_may_not_write_round_the_function(practice: House, table: str) -> None:
    with practice_scope(practice.id), pytest.raises(DatabaseError, match="permission denied"):
        run(f"INSERT INTO {table} DEFAULT VALUES")


def test_the_app_reads_no_month_directly(practice: House) -> None:
    for partition in partitions():
        with practice_scope(practice.id), pytest.raises(DatabaseError, match="permission denied"):
            run(f"SELECT * FROM {partition}")


@pytest.mark.commits
@pytest.mark.parametrize(
    "change", ["seq = seq - 1", "seq = seq", "practice_id = gen_random_uuid()"]
)
def test_a_head_moves_forward_only(practice: House, change: str) -> None:
    with (
        pytest.raises(DatabaseError, match="audit_head is append-only"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute("ALTER TABLE audit_head NO FORCE ROW LEVEL SECURITY")
        cursor.execute(f"UPDATE audit_head SET {change}")


@pytest.mark.parametrize("change", ["DELETE FROM audit_head", "TRUNCATE audit_head"])
def test_no_head_is_removed(change: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(change, "owner")


def test_rotation_may_seal_a_value_anew(sealed: House) -> None:
    with practice_scope(sealed.id):
        changed = Value.objects.update(ciphertext=b"sealed again", key_version=F("key_version") + 1)

    assert changed == 1


@pytest.mark.parametrize("change", CHANGES)
def test_a_sealed_value_stays_with_its_event(change: str) -> None:
    with pytest.raises(DatabaseError, match="audit_value is append-only"):
        run(change.format(table="audit_value"), "owner")


def test_only_the_app_may_append(practice: House) -> None:
    with pytest.raises(DatabaseError, match="permission denied for function audit_append"):
        run("SELECT audit_append('[]')", "gate")


def test_a_forged_event_in_the_arguments_is_still_of_the_practice_in_scope(
    practice: House, other_practice: House
) -> None:
    forged = (
        f'[{{"action": "x.y.z", "practice_id": "{other_practice.id}", "seq": 1,'
        f' "person": "{other_practice.id}", "person_id": "{other_practice.id}"}}]'
    )
    with practice_scope(practice.id):
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_append(%s)", [forged])
        event = Event.objects.latest("seq")

        assert (event.practice_id, event.person_id) == (practice.id, None)
        assert event.seq == Head.objects.get().seq


@pytest.mark.parametrize(
    "given",
    [
        '[{"label": "no action"}]',
        '[{"action": "a.b.c", "facts": [1]}]',
        '[{"action": "a.b.c", "touched": [null]}]',
        '[{"action": "a.b.c", "commitment": "ab"}]',
        '{"action": "a.b.c"}',
        "null",
    ],
)
def test_what_is_no_event_is_refused_whole(practice: House, given: str) -> None:
    with practice_scope(practice.id):
        before = Head.objects.get().seq
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT audit_append(%s)", [given])

        assert Head.objects.get().seq == before


def test_the_next_years_have_their_months() -> None:
    assert len(partitions()) == 49


def test_every_month_is_guarded_like_the_whole() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid"
            " WHERE inhparent = 'audit_event'::regclass AND relrowsecurity AND relforcerowsecurity"
            " AND has_table_privilege('backup', pg_class.oid, 'SELECT')"
        )

        assert cursor.fetchone() == (len(partitions()),)
