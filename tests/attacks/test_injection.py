"""Arbitrary SQL as ``app``, inside one practice's scope: what an injection could send."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.db import connection, connections, transaction

from accounts import tenancy
from accounts.tenancy import Scope
from tests.attacks import raw
from tests.attacks.conftest import Street
from tests.catalogue import TENANT_TABLES
from tests.figures import Tell

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

REFUSALS = {"42501", "0A000"}
"""Not permitted, or not with row security."""

UNHARMED = {"", "P0001", "22012", "0A000", "42883", "42501"}
"""Obeyed, raised or divided by zero as it was told to, not built into this server, not there,
or refused once nothing was in scope any more."""

FEWEST = 200
"""Statements in the two files (G3)."""

DOORS = {
    "SELECT * FROM memberships_of('{person}')": {"there"},
    "SELECT * FROM practice_ids()": {"here", "there", "beyond"},
    "SELECT practice_of_slug('summit-row')": {"there"},
    "SELECT practice_of_endpoint('{endpoint}')": {"there"},
    "SELECT practice_of_token('\\x{token}')": {"there"},
    "SELECT practice_of_pay_link('{billing_paylink}', '\\x{pay_link}')": {"there"},
    "SELECT practice FROM holder_of_api_token('{accounts_apitoken}', '\\x{api_token}')": {"there"},
}
"""What may be asked before a scope exists, and whose ids it tells: nothing else."""

READ_BY_DOORS = {
    ("accounts_apitoken", "digest"),
    ("accounts_apitoken", "id"),
    ("accounts_apitoken", "made_by_id"),
    ("accounts_apitoken", "practice_id"),
    ("accounts_invitation", "digest"),
    ("accounts_invitation", "practice_id"),
    ("accounts_membership", "ended_at"),
    ("accounts_membership", "id"),
    ("accounts_membership", "person_id"),
    ("accounts_membership", "practice_id"),
    ("accounts_practice", "id"),
    ("accounts_practice", "slug"),
    ("billing_paylink", "digest"),
    ("billing_paylink", "id"),
    ("billing_paylink", "practice_id"),
    ("billing_webhookendpoint", "id"),
    ("billing_webhookendpoint", "practice_id"),
}


def lines_of(name: str) -> list[str]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("--")]


@pytest.fixture(scope="module")
def words(street: Street) -> dict[str, str]:
    """What an attacker may have learned elsewhere, to be put into the statements."""
    own = tenancy._signed(Scope(street.here.id, None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenancy, "CONTEXT_SECONDS", -1)
        expired = tenancy._signed(Scope(street.there.id, None))
    token, api_token, pay_link = (
        raw.looked_up(
            f"SELECT encode(digest, 'hex') FROM {table} WHERE practice_id = %s"
            " ORDER BY id = %s DESC LIMIT 1",
            street.there.id,
            street.there.ids.get(table),
        )
        for table in ("accounts_invitation", "accounts_apitoken", "billing_paylink")
    )
    return {
        "token": str(token[0][0]),
        "api_token": str(api_token[0][0]),
        "pay_link": str(pay_link[0][0]),
        "beyond": str(street.beyond.id),
        "here": str(street.here.id),
        "there": str(street.there.id),
        "forged": own.replace(str(street.here.id), str(street.there.id)),
        "expired": expired,
        "person": str(street.there.house.people["therapist"].person_id),
        "database": str(connection.settings_dict["NAME"]),
        **{name: str(found) for name, found in street.there.ids.items()},
    }


@pytest.fixture(scope="module")
def secrets(street: Street) -> set[str]:
    """Every id and every long value that stands in the other practices' rows alone."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    return (texts_of(street.there.id) | texts_of(street.beyond.id)) - texts_of(street.here.id)


def texts_of(practice_id: UUID) -> set[str]:
    values = (
        value
        for table in TENANT_TABLES
        for row in raw.looked_up(f"SELECT * FROM {table} WHERE practice_id = %s", practice_id)
        for value in row
    )
    texts = {str(bytes(value) if isinstance(value, memoryview) else value) for value in values}
    return {text for text in texts if len(text) > 20}


def sent(statement: str) -> tuple[str, str]:
    """Send a string of statements; return the code of a refusal, and all that was told."""
    told: list[object] = []
    try:
        with transaction.atomic(), psycopg.Cursor(connection.connection) as cursor:
            if statement.startswith("COPY") and statement.endswith("TO STDOUT"):
                with cursor.copy(statement) as copy:
                    told += [bytes(part) for part in copy]
                transaction.set_rollback(True)
                return "", str(told)
            cursor.execute(statement)
            told += cursor.fetchall() if cursor.description else []
            while cursor.nextset():
                told += cursor.fetchall() if cursor.description else []
            transaction.set_rollback(True)
    except psycopg.Error as error:
        return error.sqlstate or "", f"{told} {error} {error.diag.message_detail}"
    return "", str(told)


def refused(street: Street, asked: str) -> None:
    with raw.inside(street.here.id):
        code, told = sent(asked)

    assert code in REFUSALS, told


def nothing_learned(street: Street, asked: str, secrets: set[str]) -> None:
    with raw.inside(street.here.id):
        code, told = sent(asked)

    assert code in UNHARMED, told
    assert not {secret for secret in secrets if secret in told and secret not in asked}


@pytest.mark.parametrize("statement", lines_of("refused.sql"))
def test_it_is_refused(street: Street, words: dict[str, str], statement: str) -> None:
    refused(street, statement.format(**words))


@pytest.mark.parametrize("statement", lines_of("nothing_learned.sql"))
def test_it_tells_nothing_of_the_other_practice(
    street: Street, words: dict[str, str], secrets: set[str], statement: str
) -> None:
    nothing_learned(street, statement.format(**words), secrets)


@pytest.mark.isolation
def test_all_of_them_once_more(
    street: Street, words: dict[str, str], secrets: set[str], tell: Tell
) -> None:
    """The long attack tells how many were sent; the tests above name the one that goes wrong."""
    done: Counter[str] = Counter()
    for statement in lines_of("refused.sql"):
        refused(street, statement.format(**words))
        done["refused"] += 1
    for statement in lines_of("nothing_learned.sql"):
        nothing_learned(street, statement.format(**words), secrets)
        done["told nothing"] += 1

    counts = ", ".join(f"{count} {name}" for name, count in done.items())
    tell(f"G3 arbitrary SQL as app: {done.total()} statements sent: {counts}")
    assert done.total() >= FEWEST


def test_there_are_many_of_them() -> None:
    lines = [*lines_of("refused.sql"), *lines_of("nothing_learned.sql")]

    assert len({*lines}) == len(lines) >= FEWEST


def test_what_is_looked_for_would_be_found(street: Street, secrets: set[str]) -> None:
    """The check above is not blind: the other practice is told its own rows."""
    for table in TENANT_TABLES:
        with raw.inside(street.there.id):
            told = sent(f"SELECT * FROM {table}")[1]
        assert any(secret in told for secret in secrets), table


@pytest.mark.parametrize("asked", DOORS)
def test_a_door_tells_ids_and_nothing_else(
    street: Street, words: dict[str, str], asked: str
) -> None:
    with raw.with_context(""):
        told = raw.ask(asked.format(**words)).rows

    assert {str(found) for (found,) in told} == {words[side] for side in DOORS[asked]}


def test_there_is_no_other_door(street: Street) -> None:
    granted = raw.looked_up(
        "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a"
        " ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0"
        " AND has_column_privilege('doors', c.oid, a.attnum, 'SELECT, INSERT, UPDATE')"
    )
    owned = raw.looked_up("SELECT proname FROM pg_proc WHERE proowner = 'doors'::regrole")

    assert set(granted) == READ_BY_DOORS
    assert len(owned) == len(DOORS)
    assert all(any(f"{name}(" in asked for asked in DOORS) for (name,) in owned)


def test_an_event_cannot_be_put_into_another_chain(street: Street, words: dict[str, str]) -> None:
    events = (
        '[{{"action": "forged", "practice_id": "{there}", "practice": "{there}",'
        ' "person_id": "{person}", "person": "{person}", "seq": 1, "touched": ["{client}"]}}]'
    ).format(**words)
    written = f"SELECT audit_append('{events}')"
    found = "SELECT practice_id, person_id FROM audit_event WHERE action = 'forged'"
    with raw.inside(street.here.id):
        told = sent(f"{written}; {found}")[1]

    assert f"({street.here.id!r}, None)" in told
    assert words["there"] not in told


def test_no_setting_of_the_server_can_be_changed(street: Street) -> None:
    """It needs no transaction, so it is tried without one."""
    with connection.cursor() as cursor:
        for statement in ("ALTER SYSTEM SET log_statement = 'all'", "CREATE DATABASE mine"):
            with pytest.raises(Exception, match="permission denied"):
                cursor.execute(statement)


def test_the_role_keeps_what_the_superuser_set_for_it(street: Street) -> None:
    with raw.inside(street.here.id):
        kept = sent(
            "ALTER ROLE app RESET ALL; SELECT setconfig FROM pg_db_role_setting"
            " WHERE setrole = 'app'::regrole"
        )[1]

    assert "track_activities=off" in kept
