"""A database of its own for tests that really commit: cloned from the suite's, dropped after.

Django's flush cannot clean up after them: the append-only tables refuse TRUNCATE.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.db import connections

from accounts import keys
from accounts.management.commands.provision_context import forbid_temporary_tables

ALIASES = ("default", "gate", "owner", "backup")


@contextmanager
def cloned() -> Iterator[str]:
    """Make a copy of the suite's database and give its name; drop it afterwards."""
    template = connections.settings["owner"]["NAME"]
    clone = f"{template}_{uuid4().hex[:8]}"
    connections.close_all()
    _maintain(f'CREATE DATABASE "{clone}" TEMPLATE "{template}" STRATEGY file_copy')
    try:
        with pointed_at(clone):
            forbid_temporary_tables()
        yield clone
    finally:
        connections.close_all()
        _maintain(f'DROP DATABASE "{clone}"')


@contextmanager
def pointed_at(database: str) -> Iterator[None]:
    """Let every alias reach another database of the same server."""
    names = {alias: connections.settings[alias]["NAME"] for alias in ALIASES}
    connections.close_all()
    for alias in ALIASES:
        connections.settings[alias]["NAME"] = database
    keys.forget()
    try:
        yield
    finally:
        connections.close_all()
        for alias in ALIASES:
            connections.settings[alias]["NAME"] = names[alias]
        keys.forget()


def drop_older(named: str) -> None:
    """Drop the databases kept from runs whose database was made of something else.

    ``named`` is how the names of today's begin. Only one process of a run may do it.
    """
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database AS kept JOIN pg_roles ON pg_roles.oid = datdba"
            " WHERE rolname = current_user AND starts_with(datname, 'test_')"
            " AND NOT starts_with(datname, %s)"
            " AND kept.oid NOT IN (SELECT datid FROM pg_stat_activity WHERE datid IS NOT NULL)",
            [named],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{name}"')


def _maintain(statement: str) -> None:
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(statement)
