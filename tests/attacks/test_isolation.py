"""Random SQL against the wall between practices: not one row of somebody else takes part."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connections, transaction

from accounts import tenancy
from accounts.tenancy import Scope
from tests.attacks import raw, tables
from tests.attacks.conftest import Street
from tests.attacks.statements import NOBODY, Author, Statement, Table
from tests.attacks.trespasses import Ids, Trespasser
from tests.catalogue import TENANT_TABLES
from tests.figures import Tell

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

IN_ONE_TRANSACTION = 50
TRESPASSES = 0.2
"""The share of statements that try to write into another practice."""

GROUPS = "name LIKE {0}::text || ':%%'"
OWNED = {
    "accounts_practice": "id = {0}",
    "auth_group": GROUPS,
    "auth_group_permissions": f"group_id IN (SELECT id FROM public.auth_group WHERE {GROUPS})",
}
"""Whose a row is, where no practice_id says it."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an attack stands: the context that it holds, and whose rows it owns with it."""

    name: str
    owner: UUID | None
    enter: Callable[[], AbstractContextManager[None]]

    @property
    def owned(self) -> str:
        return f"'{self.owner}'::uuid" if self.owner else NOBODY


@dataclass(slots=True)
class Outcome:
    """What an attack did, and each statement in which somebody else's row took part."""

    leaks: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    stands: Counter[str] = field(default_factory=Counter)

    def line(self, seed: int) -> str:
        return (
            f"G1 random SQL as app, 3 practices, seed {seed}: {self.sent.total()} statements"
            f" ({_counted(self.sent)}; contexts: {_counted(self.stands)}):"
            f" {len(self.leaks)} with a row of somebody else"
        )


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items()))


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
    """Return texts that stand in the rows of all practices."""
    texts = {
        text
        for table in found.values()
        for column in table.columns
        for (text,) in raw.looked_up(f'SELECT "{column}"::text FROM {table.name} LIMIT 12')
        if text is not None and len(text) < 100 and not text.endswith("\\")
    }
    return sorted(texts)


def ids_of(practice_id: UUID) -> Ids:
    with_id = [table for table in TENANT_TABLES if "id" in {c.name for c in tables.columns(table)}]
    return {
        table: [
            UUID(str(row[0]))
            for row in raw.looked_up(
                f"SELECT id FROM {table} WHERE practice_id = %s ORDER BY id LIMIT 20", practice_id
            )
        ]
        for table in with_id
    }


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


def written(statement: str) -> int:
    """Return how many rows a statement would have written or told of; it is undone."""
    try:
        with transaction.atomic(), psycopg.Cursor(connections["default"].connection) as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
            return cursor.rowcount
    except psycopg.Error:
        return 0


def signed(practice_id: UUID, seconds: int = tenancy.CONTEXT_SECONDS) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenancy, "CONTEXT_SECONDS", seconds)
        return tenancy._signed(Scope(practice_id, None))


def stands(street: Street) -> list[Stand]:
    """Return where an attack can stand: in each practice, with no context, or with a false one."""
    here, there = street.here.id, street.there.id
    moved = signed(here).replace(str(here), str(there))
    resigned = signed(there).rsplit(".", 1)[0] + "." + "0" * 64
    return [
        *(Stand("scope", place.id, partial(raw.inside, place.id)) for place in street.all),
        Stand("own", here, partial(raw.with_context, signed(here))),
        Stand("none", None, partial(raw.with_context, "")),
        Stand("forged", None, partial(raw.with_context, moved)),
        Stand("forged", None, partial(raw.with_context, resigned)),
        Stand("expired", None, partial(raw.with_context, signed(there, -1))),
        Stand("unknown", uuid4(), partial(raw.inside, uuid4())),
    ]


def attack(street: Street, count: int, seed: int) -> Outcome:
    """Send so many statements, and return what became of them."""
    found, outcome = every_table(), Outcome()
    author, places = Author(list(found.values()), values_of(found), seed), stands(street)
    ids = {place.id: ids_of(place.id) for place in street.all}
    for _ in range(0, count, IN_ONE_TRANSACTION):
        stand = author.random.choice(places)
        strangers = {practice: rows for practice, rows in ids.items() if practice != stand.owner}
        trespasser = Trespasser(author.random, strangers)
        outcome.stands[stand.name] += IN_ONE_TRANSACTION
        with stand.enter():
            for _ in range(IN_ONE_TRANSACTION):
                if author.random.random() < TRESPASSES:
                    act = trespasser.write()
                    outcome.sent[act.split()[0]] += 1
                    if written(act):
                        outcome.leaks.append(act)
                    continue
                statement = author.write()
                outcome.sent[statement.attack().lstrip("(").split()[0]] += 1
                if not is_sound(statement, found, stand.owned):
                    outcome.leaks.append(statement.attack())
    return outcome


def is_sound(statement: Statement, found: dict[str, Table], owner: str) -> bool:
    told = answer(statement.attack(), "default", is_copy=statement.is_copy)
    if told is None and statement.may_be_refused:
        return True
    truth = answer(statement.truth(found, owner), "backup", is_copy=statement.is_copy)
    assert truth is not None, f"this is no SQL: {statement.truth(found, owner)}"
    return told == truth


def test_no_row_of_somebody_else_takes_part_in_random_sql(street: Street, tell: Tell) -> None:
    outcome = attack(street, 800, seed=1)

    tell(outcome.line(1))
    assert outcome.leaks == []


@contextmanager
def hole_in(table: str, policy: str) -> Iterator[None]:
    """Break the wall round one table for a while, as a careless migration would."""
    _as_owner(f"CREATE POLICY hole ON {table} {policy}")
    try:
        yield
    finally:
        _as_owner(f"DROP POLICY hole ON {table}")


def _as_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "policy",
    ["FOR SELECT USING (true)", "FOR ALL USING (true) WITH CHECK (true)"],
    ids=["to read", "to write"],
)
def test_the_attack_finds_a_hole_that_is_there(street: Street, policy: str) -> None:
    with hole_in("billing_session", policy):
        assert attack(street, 1_200, seed=1).leaks != []


def test_a_row_that_is_written_there_and_not_shown_is_counted(street: Street) -> None:
    insert = tables.copied("ledger_account", {"practice_id": f"'{street.there.id}'"})
    with raw.inside(street.here.id):
        assert written(insert) == 0

    everywhere = hole_in("ledger_account", "FOR INSERT WITH CHECK (true)")
    with everywhere, raw.inside(street.here.id):
        assert written(insert) == 1


@pytest.mark.isolation
@pytest.mark.parametrize("seed", range(2, 12))
def test_no_row_takes_part_in_a_hundred_thousand_statements(
    street: Street, seed: int, tell: Tell
) -> None:
    outcome = attack(street, 10_000, seed)

    tell(outcome.line(seed))
    assert outcome.leaks == []
