"""The signed context: what opens a practice, and what does not."""

import time
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts import crypto, tenancy
from accounts.models import Membership, Practice
from accounts.tenancy import (
    NoScope,
    Scope,
    ScopesDoNotNest,
    current_scope,
    practice_scope,
)
from audit.actions import Action
from audit.services import events
from tests import key_rings
from tests.houses import House


def seen_with(context: str) -> int:
    """Return how many memberships the app role sees after setting a context by hand."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.context', %s, true)", [context])
        cursor.execute("SELECT count(*) FROM accounts_membership")
        count = int(cursor.fetchone()[0])
        cursor.execute("SELECT set_config('app.context', '', true)")
    return count


def signed_for(practice_id: UUID) -> str:
    return tenancy._signed(Scope(practice_id, None))


def test_without_a_scope_there_are_no_rows(practice: House) -> None:
    assert not Membership.objects.exists()
    assert not Practice.objects.exists()


def test_without_a_scope_nothing_can_be_written(practice: House) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Membership.objects.create(display_name="Nobody", created_at="2026-01-01T00:00Z")


def test_a_practice_sees_only_its_own_people(practice: House, other_practice: House) -> None:
    with practice_scope(practice.id):
        assert {m.practice_id for m in Membership.objects.all()} == {practice.id}
        assert Practice.objects.get().pk == practice.id


def test_a_scope_leaves_no_context_behind(practice: House) -> None:
    with practice_scope(practice.id):
        pass

    assert not Membership.objects.exists()
    with pytest.raises(NoScope):
        current_scope()


def test_scopes_do_not_nest(practice: House, other_practice: House) -> None:
    with (
        practice_scope(practice.id),
        pytest.raises(ScopesDoNotNest),
        practice_scope(other_practice.id),
    ):
        pass


def test_a_signed_context_opens_its_practice(practice: House) -> None:
    assert seen_with(signed_for(practice.id)) == len(practice.people) + 1


@given(st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=200))
def test_no_text_opens_a_practice(text: str) -> None:
    assert seen_with(text) == 0


@pytest.mark.parametrize("part", range(6))
def test_a_context_with_any_part_changed_opens_nothing(
    practice: House, other_practice: House, part: int
) -> None:
    changed = ["v2", "999", str(other_practice.id), str(uuid4()), "99999999999", "0" * 64]
    parts = signed_for(practice.id).split(".")
    parts[part] = changed[part]

    assert seen_with(".".join(parts)) == 0


def test_an_expired_context_opens_nothing(practice: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy, "CONTEXT_SECONDS", -3600)

    assert seen_with(signed_for(practice.id)) == 0


def test_a_context_lasts_as_long_as_its_transaction(
    practice: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expiry is compared with the transaction's start, so a long job keeps its rows."""
    monkeypatch.setattr(tenancy, "CONTEXT_SECONDS", 1)
    with practice_scope(practice.id):
        time.sleep(1.2)

        assert Membership.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM accounts_contextkey",
        "SELECT context_part(3)",
        "SET ROLE owner",
        "SET ROLE doors",
        "SET SESSION AUTHORIZATION owner",
        "ALTER TABLE accounts_membership DISABLE ROW LEVEL SECURITY",
        "DROP POLICY practice ON accounts_membership",
        "CREATE FUNCTION current_practice_id(x int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET track_activities = on",
        "SELECT password FROM accounts_user",
        "SELECT * FROM accounts_signinsession",
        "TRUNCATE accounts_membership",
        "DELETE FROM accounts_membership",
        "UPDATE auth_group SET name = 'x'",
        "INSERT INTO audit_event DEFAULT VALUES",
    ],
)
def test_the_app_role_may_not(practice: House, statement: str) -> None:
    with (
        practice_scope(practice.id),
        pytest.raises(DatabaseError, match=r"permission denied|must be owner|not permitted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_row_security_off_is_refused_not_obeyed(practice: House) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        cursor.execute("SELECT * FROM accounts_membership")


@pytest.mark.parametrize("table", ["accounts_membership", "accounts_practice", "audit_event"])
def test_the_gate_role_reads_no_tenant_table(table: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(using="gate"),
        connections["gate"].cursor() as cursor,
    ):
        cursor.execute(f"SELECT * FROM {table}")


@pytest.mark.commits
def test_another_session_of_the_app_role_cannot_read_the_context(practice: House) -> None:
    """The value is bound by the server and activity tracking is off: nothing to steal."""
    parameters = connection.get_connection_params()
    with (
        practice_scope(practice.id),
        psycopg.connect(**{**parameters, "cursor_factory": psycopg.Cursor}) as thief,
    ):
        rows = thief.execute("SELECT query FROM pg_stat_activity WHERE usename = 'app'").fetchall()

        assert rows
        assert not any("v1." in (query or "") for (query,) in rows)


@pytest.mark.commits
def test_the_context_does_not_outlive_its_transaction(practice: House) -> None:
    with practice_scope(practice.id):
        assert Membership.objects.exists()

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.context', true), '')")
        assert cursor.fetchone() == ("",)
    assert not Membership.objects.exists()


@pytest.mark.commits
def test_an_act_whose_event_cannot_be_written_does_not_happen(practice: House) -> None:
    with pytest.raises(DatabaseError), practice_scope(practice.id):
        Membership.objects.create(
            display_name="Ghost", created_at="2026-01-01T00:00Z", person_id=uuid4()
        )
        events.record(Action.MEMBER_ADDED)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.context', 'forged', true)")

    with practice_scope(practice.id):
        assert not Membership.objects.filter(display_name="Ghost").exists()


def test_the_key_of_the_context_is_not_a_key_that_seals() -> None:
    assert crypto.context_key(1) not in key_rings.own().keks.values()
