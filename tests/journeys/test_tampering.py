"""Somebody with every right in the database changes what is written, and is found out."""

import contextlib
from collections.abc import Iterator

import psycopg
import pytest

from tests.journeys import JOURNEY, desk
from tests.journeys.house import House

pytestmark = JOURNEY

FIRST_DEBIT = "SELECT id FROM ledger_posting WHERE debit > 0 ORDER BY id LIMIT 1"
FIRST_CLIENT = (
    "SELECT tableoid::regclass, practice_id, seq, label FROM audit_event"
    " WHERE action = 'clients.client.created' ORDER BY practice_id, seq LIMIT 1"
)


@pytest.fixture
def superuser(house: House, paid_by_card: desk.Billed) -> Iterator[psycopg.Connection]:
    with house.superuser() as database:
        yield database


def test_a_changed_posting_is_found(house: House, superuser: psycopg.Connection) -> None:
    [posting] = superuser.execute(FIRST_DEBIT).fetchone() or ()
    change = "UPDATE ledger_posting SET debit = debit + %s WHERE id = %s"

    with unguarded(superuser, "ledger_posting"):
        superuser.execute(change, [1, posting])
        found = house.manage("verify_ledger")
        superuser.execute(change, [-1, posting])

    assert found.returncode == 1
    assert "does not hold" in found.stderr
    house.run("verify_ledger")


def test_a_changed_event_is_found(house: House, superuser: psycopg.Connection) -> None:
    partition, practice, seq, label = superuser.execute(FIRST_CLIENT).fetchone() or ()
    change = f"UPDATE {partition} SET label = %s WHERE practice_id = %s AND seq = %s"

    with unguarded(superuser, partition):
        superuser.execute(change, ["C-9999", practice, seq])
        found = house.manage("verify_audit")
        superuser.execute(change, [label, practice, seq])

    assert found.returncode == 1
    assert f"Event {seq} (clients.client.created) was changed" in found.stderr
    house.run("verify_audit")


@contextlib.contextmanager
def unguarded(superuser: psycopg.Connection, table: str) -> Iterator[None]:
    """Switch off what guards a table, for the length of the block."""
    superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        superuser.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
