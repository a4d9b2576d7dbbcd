"""Random SQL against the wall between practices: not one row of somebody else takes part."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction

from accounts import tenancy
from accounts.tenancy import Scope
from tests.attacks import raw, tables
from tests.attacks.conftest import Street
from tests.attacks.statements import NOBODY, Author, Statement, Table
from tests.catalogue import TENANT_TABLES

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

IN_ONE_TRANSACTION = 50
GROUPS = "name LIKE {0}::text || ':%%'"
OWNED = {
    "accounts_practice": "id = {0}",
    "auth_group": GROUPS,
    "auth_group_permissions": f"group_id IN (SELECT id FROM public.auth_group WHERE {GROUPS})",
}
"""Whose a row is, where no practice_id says it."""


def every_table() -> dict[str, Table]:
    return {
        name: Table(
            name,
            [column.name for column in tables.columns(name)],
            [c.name for c in tables.columns(name) if tables.may(name, "UPDATE", c.name)],
            OWNED.get(name, "practice_id = {0}").replace("%%", "%"),
        )
        for name in [*TENANT_TABLES, *OWNED]
    }


def values_of(found: dict[str, Table]) -> list[str]:
    """Return texts that stand in the rows of both practices."""
    texts = {
        text
        for table in found.values()
        for column in table.columns
        for (text,) in raw.looked_up(f"SELECT {column}::text FROM {table.name} LIMIT 12")
        if text is not None and len(text) < 100 and not text.endswith("\\")
    }
    return sorted(texts)


def answer(statement: str, using: str, *, is_copy: bool = False) -> list[str] | None:
    """Return what comes back, in an order of its own; None for a refusal. Nothing stays done."""
    try:
        with (
            transaction.atomic(using=using),
            psycopg.Cursor(connections[using].connection) as cursor,
        ):
            rows: list[Any]
            if is_copy:
                with cursor.copy(statement) as copy:
                    rows = [bytes(part) for part in copy]
            else:
                cursor.execute(statement)
                while cursor.nextset():
                    pass
                rows = cursor.fetchall() if cursor.description else []
            transaction.set_rollback(True, using=using)
            return sorted(map(repr, rows))
    except psycopg.Error:
        return None


def stands(street: Street) -> list[tuple[str, Callable[[], AbstractContextManager[None]]]]:
    """Return where an attack can stand, and whose rows it owns there."""
    signed = tenancy._signed(Scope(street.here.id, None))
    forged = signed.replace(str(street.here.id), str(street.there.id))
    here, there = f"'{street.here.id}'::uuid", f"'{street.there.id}'::uuid"
    return [
        (here, partial(raw.inside, street.here.id)),
        (there, partial(raw.inside, street.there.id)),
        (here, partial(raw.with_context, signed)),
        (NOBODY, partial(raw.with_context, "")),
        (NOBODY, partial(raw.with_context, forged)),
    ]


def attack(street: Street, count: int, seed: int) -> list[str]:
    """Send so many statements, and return those in which somebody else's row took part."""
    found, leaks = every_table(), []
    author, places = Author(list(found.values()), values_of(found), seed), stands(street)
    for _ in range(0, count, IN_ONE_TRANSACTION):
        owner, stand = author.random.choice(places)
        with stand():
            for _ in range(IN_ONE_TRANSACTION):
                statement = author.write()
                if not is_sound(statement, found, owner):
                    leaks.append(statement.attack())
    return leaks


def is_sound(statement: Statement, found: dict[str, Table], owner: str) -> bool:
    told = answer(statement.attack(), "default", is_copy=statement.is_copy)
    if told is None and statement.may_be_refused:
        return True
    truth = answer(statement.truth(found, owner), "backup", is_copy=statement.is_copy)
    assert truth is not None, f"this is no SQL: {statement.truth(found, owner)}"
    return told == truth


def test_no_row_of_somebody_else_takes_part_in_random_sql(street: Street) -> None:
    assert attack(street, 600, seed=1) == []


@contextmanager
def hole_in(table: str) -> Iterator[None]:
    """Break the wall round one table for a while, as a careless migration would."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE POLICY hole ON {table} FOR SELECT USING (true)")
        try:
            yield
        finally:
            cursor.execute(f"DROP POLICY hole ON {table}")


def test_the_attack_finds_a_hole_that_is_there(street: Street) -> None:
    with hole_in("billing_session"):
        assert attack(street, 300, seed=1) != []


@pytest.mark.isolation
@pytest.mark.parametrize("seed", range(2, 12))
def test_no_row_takes_part_in_a_hundred_thousand_statements(street: Street, seed: int) -> None:
    assert attack(street, 10_000, seed) == []
