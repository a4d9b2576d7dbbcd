"""What the owner of the database, or a superuser, can do when nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections, transaction

WRITTEN = """
    SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
"""The columns of a table that somebody writes; the others the database works out."""

TABLES = (
    "audit_event",
    "audit_head",
    "audit_touch",
    "audit_checkpoint",
    "audit_value",
    "audit_archive",
)


def tamper(*statements: str) -> None:
    """Run statements over every practice's log with triggers and row security off, and commit."""
    with transaction.atomic(using="owner"), unguarded(), connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount, f"changed nothing: {statement}"


@contextmanager
def unguarded() -> Iterator[None]:
    """Take triggers and row security off while the block lasts."""
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@contextmanager
def copied() -> Iterator[Callable[[], None]]:
    """Give a function that puts everything back as it was when the block began."""
    with unguarded(), connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE old_{table} AS TABLE {table}")
    yield _put_back
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE old_{table}")


@contextmanager
def put_back() -> Iterator[None]:
    """Undo afterwards what was tampered with inside the block."""
    with copied() as restore:
        yield
        with transaction.atomic(using="owner"), unguarded():
            restore()


def _put_back() -> None:
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(WRITTEN, [table])
            [[columns]] = cursor.fetchall()
            cursor.execute(f"DELETE FROM {table}")
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM old_{table}")
