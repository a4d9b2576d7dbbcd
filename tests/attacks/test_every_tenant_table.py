"""The tenant filter taken out: plain SQL as ``app`` against every table of every practice."""

from uuid import UUID

import pytest

from accounts import tenancy
from accounts.ids import NIL, uuid7
from accounts.tenancy import Scope
from tests.attacks import raw, tables
from tests.attacks.conftest import Street
from tests.catalogue import TENANT_MODELS, TENANT_TABLES, rows

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

FOREIGN_KEY, UNIQUE, NOT_A_NUMBER, DENIED = "23503", "23505", "22P02", "42501"

ONLY_LATER = {"ledger_knownpoint"}
"""Tables that take only what is newer than all they hold, so nothing comes as far as colliding."""

INSERTED = sorted(set(TENANT_TABLES) - tables.THROUGH_A_FUNCTION)
WITH_ID = [m._meta.db_table for m in TENANT_MODELS if "id" in {f.name for f in m._meta.fields}]

each_table = pytest.mark.parametrize("table", TENANT_TABLES)
each_reference = pytest.mark.parametrize(
    ("table", "column"), tables.references(), ids=lambda name: name
)


@each_table
def test_every_practice_has_rows_in_it(street: Street, table: str) -> None:
    owners = {row[0] for row in raw.looked_up(f"SELECT DISTINCT practice_id FROM {table}")}

    assert owners - {NIL} == {furnished.id for furnished in street.all}


@each_table
def test_a_scope_shows_its_own_rows_and_no_others(street: Street, table: str) -> None:
    for side in street.all:
        with raw.inside(side.id):
            assert raw.ask(f"SELECT DISTINCT practice_id FROM {table}").rows == ((side.id,),)


@each_table
def test_without_a_valid_context_there_are_no_rows(
    street: Street, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = tenancy._signed(Scope(street.here.id, None))
    monkeypatch.setattr(tenancy, "CONTEXT_SECONDS", -1)
    contexts = {
        "none": "",
        "of another practice": signed.replace(str(street.here.id), str(street.there.id)),
        "over": tenancy._signed(Scope(street.there.id, None)),
        "of a plain setting": str(street.there.id),
    }
    for name, context in contexts.items():
        with raw.with_context(context):
            assert raw.ask(f"SELECT count(*) FROM {table}").rows == ((0,),), name


@each_table
def test_no_function_meets_a_row_of_somebody_else(street: Street, table: str) -> None:
    """A function that fails loudly is not run on rows that row security hides."""
    leaky = [
        f'SELECT count(*) FROM {table} WHERE ("{column.name}"::text || $$x$$)::integer = 0'
        for column in tables.columns(table)
    ]
    with raw.inside(street.here.id):
        assert NOT_A_NUMBER in {raw.ask(statement).code for statement in leaky}

    with raw.inside(uuid7()):
        assert {raw.ask(statement) for statement in leaky} == {raw.Told(rows=((0,),))}


@each_table
def test_no_row_is_written_for_the_other_practice(street: Street, table: str) -> None:
    with raw.inside(street.here.id):
        there, nowhere = (
            raw.ask(tables.copied(table, {"practice_id": f"'{practice}'"}))
            for practice in (street.there.id, uuid7())
        )

    assert there.is_refusal
    assert there == nowhere


@each_table
def test_no_row_is_moved_to_the_other_practice(street: Street, table: str) -> None:
    with raw.inside(street.here.id):
        told = raw.ask(f"UPDATE {table} SET practice_id = %s", [street.there.id])

    assert told.code == DENIED
    assert "row-level security" in told.words or "permission denied" in told.words


@each_table
def test_no_row_of_the_other_practice_is_changed(street: Street, table: str) -> None:
    granted = [c.name for c in tables.columns(table) if tables.may(table, "UPDATE", c.name)]
    with raw.inside(street.here.id):
        for column in granted:
            change = (
                f'UPDATE {table} SET "{column}" = "{column}" WHERE practice_id = %s RETURNING 1'
            )
            assert raw.ask(change, [street.there.id]) == raw.Told()
        for act in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"MERGE INTO {table} USING"):
            merge = " (VALUES (1)) AS one ON true WHEN MATCHED THEN DELETE"
            assert raw.ask(act + (merge if "MERGE" in act else "")).code == DENIED


def test_what_app_may_insert_is_known(street: Street) -> None:
    assert {table for table in TENANT_TABLES if tables.may(table, "INSERT")} == set(INSERTED)


@pytest.mark.parametrize("table", INSERTED)
def test_what_is_taken_there_is_free_here(street: Street, table: str) -> None:
    """A unique value of the other practice collides with nothing, so it is no oracle."""
    again = tables.copies_of(table, street.there.id)
    with raw.inside(street.there.id):
        collide = [raw.ask(*insert).code == UNIQUE for insert in again]
    with raw.inside(uuid7()):
        told = [raw.ask(*insert) for insert in again]
        silent = [
            raw.ask(f"{insert} ON CONFLICT DO NOTHING RETURNING 1", values)
            for insert, values in again
        ]

    assert any(collide) == (bool(tables.natural_keys(table)) and table not in ONLY_LATER)
    assert not [answer for answer in told if answer.code == UNIQUE]
    assert all(answer.is_refusal or answer.rows == ((1,),) for answer in silent)


@pytest.mark.parametrize("table", WITH_ID)
def test_a_known_id_there_opens_nothing(street: Street, table: str) -> None:
    """Somebody who has learned an id of the other practice can neither take nor read its row."""
    known = foreign_id(table, street.there.id)
    takes = tables.copied(table, {"id": f"'{known}'"})
    with raw.inside(street.here.id):
        taken = raw.ask(f"{takes} ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING *")
        found = raw.ask(f"SELECT * FROM {table} WHERE id = %s", [known])
        locked = raw.ask(f"SELECT 1 FROM {table} WHERE id = %s FOR KEY SHARE", [known])

    assert taken.is_refusal
    assert found == raw.Told()
    assert locked.code == DENIED or not locked.rows


@each_reference
def test_a_link_into_the_other_practice_is_refused_like_one_to_nothing(
    street: Street, table: str, column: str
) -> None:
    target = next(c.target for c in tables.columns(table) if c.name == column)
    assert target
    with raw.inside(street.here.id):
        there, nowhere = (
            raw.ask(tables.linked(table, column, to))
            for to in (foreign_id(target, street.there.id), uuid7())
        )

    assert there.code == FOREIGN_KEY, there.words
    assert there == nowhere


@each_reference
def test_a_link_inside_the_practice_is_held(street: Street, table: str, column: str) -> None:
    """The refusal above is the wall's own: a link to a row of the same practice goes through."""
    target = next(c.target for c in tables.columns(table) if c.name == column)
    assert target
    with raw.inside(street.here.id):
        told = {
            raw.ask(tables.linked(table, column, own_id)).code
            for (own_id,) in rows(f"SELECT id FROM {target}")
        }

    assert FOREIGN_KEY not in told


def foreign_id(table: str, practice_id: UUID) -> UUID:
    found = raw.looked_up(f"SELECT id FROM {table} WHERE practice_id = %s LIMIT 1", practice_id)
    return UUID(str(found[0][0]))
