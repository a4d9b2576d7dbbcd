"""An injection that holds every lock it can get does not stop another practice's log."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, connections

from accounts import tenancy
from accounts.tenancy import Scope, practice_scope
from audit.actions import Action
from audit.services import events
from clients.models import Client
from tests.attacks import raw
from tests.attacks.conftest import Street
from tests.catalogue import TENANT_TABLES

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

PATIENCE = "2s"
NUMBERS = 200
OF_THE_LOG = ["audit_checkpoint", "audit_event", "audit_head", "audit_touch", "audit_value"]
STRONG = ["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"]


@pytest.fixture
def attacker(street: Street) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Another session of app, in the attacker's practice, in a transaction that stays open."""
    parameters = connections["default"].get_connection_params()
    with psycopg.connect(**parameters | {"cursor_factory": psycopg.Cursor}) as session:
        signed = tenancy._signed(Scope(street.here.id, None))
        session.execute("SELECT set_config('app.context', %s, true)", [signed])
        yield session
        session.rollback()


def try_all(session: psycopg.Connection[tuple[object, ...]], statements: list[str]) -> list[str]:
    """Send each statement in a savepoint of its own; return those that were obeyed."""
    done = []
    for statement in statements:
        try:
            with session.transaction():
                session.execute(statement)
            done.append(statement)
        except psycopg.errors.InsufficientPrivilege:
            continue
    return done


def note_there(street: Street) -> None:
    """Act and be logged in the other practice, and give up soon instead of waiting."""
    with practice_scope(street.there.id):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        assert Client.objects.exists()
        events.record(Action.LOG_VIEWED, count=1)


def logged(street: Street) -> int:
    counted = raw.looked_up(
        "SELECT count(*) FROM audit_event WHERE practice_id = %s", street.there.id
    )
    return int(counted[0][0])


def test_advisory_locks_do_not_stop_it(
    street: Street, attacker: psycopg.Connection[tuple[object, ...]]
) -> None:
    guesses = [f"{number}" for number in range(-NUMBERS, NUMBERS)]
    guesses += [
        f"hashtextextended('{prefix}{street.there.id}', 0)"
        for prefix in ("", "audit ", "audit checkpoint ", "audit head ")
    ]
    held = try_all(attacker, [f"SELECT pg_advisory_lock({guess})" for guess in guesses])
    before = logged(street)

    note_there(street)

    assert len(held) == len(guesses)
    assert logged(street) == before + 1


def test_row_locks_do_not_stop_it(
    street: Street, attacker: psycopg.Connection[tuple[object, ...]]
) -> None:
    held = try_all(
        attacker,
        [
            f"SELECT 1 FROM {table} {how}"
            for table in TENANT_TABLES
            for how in ("FOR UPDATE", "FOR KEY SHARE")
        ],
    )
    before = logged(street)

    note_there(street)

    assert held
    assert not [statement for statement in held if "audit_head" in statement]
    assert logged(street) == before + 1


def test_the_tables_of_the_log_cannot_be_locked(
    street: Street, attacker: psycopg.Connection[tuple[object, ...]]
) -> None:
    asked = [f"LOCK TABLE {table} IN {mode} MODE" for table in OF_THE_LOG for mode in STRONG]
    before = logged(street)

    assert try_all(attacker, asked) == []
    note_there(street)
    assert logged(street) == before + 1


def test_listening_and_notifying_reach_no_further(
    street: Street, attacker: psycopg.Connection[tuple[object, ...]]
) -> None:
    """Channels belong to the database, so nothing of a practice may ever be sent by one."""
    attacker.execute("LISTEN audit_event")
    attacker.execute("LISTEN clients_client")
    attacker.commit()

    note_there(street)

    assert list(attacker.notifies(timeout=0.2)) == []
