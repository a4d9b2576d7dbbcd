"""The roles of the database, each tried with everything that it must not do."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connections, transaction

from accounts import tenancy
from accounts.ids import uuid7
from accounts.router import GATE_MODELS
from accounts.tenancy import Scope
from tests.attacks import raw
from tests.attacks.conftest import Street
from tests.catalogue import OUR_MODELS, TENANT_TABLES

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

ALIASES = {"app": "default", "gate": "gate", "owner": "owner", "backup": "backup"}
ROLES = [*ALIASES, "doors"]
DENIED, READ_ONLY, NOT_WITH_ROW_SECURITY = "42501", "25006", "0A000"
REFUSED = {DENIED, READ_ONLY}

GATE_TABLES = sorted(
    apps.get_model("accounts", name)._meta.db_table for name in GATE_MODELS if name
)
KEY_TABLE = "accounts_contextkey"
EVERY_TABLE = sorted(model._meta.db_table for model in OUR_MODELS)
DECIDED_BEFORE_A_SCOPE = [
    "memberships_of(gen_random_uuid())",
    "practice_ids()",
    "practice_of_slug('x')",
    "practice_of_endpoint(gen_random_uuid())",
    "practice_of_token('x')",
    "practice_of_pay_link(gen_random_uuid(), 'x')",
    "holder_of_api_token(gen_random_uuid(), 'x')",
]
THROUGH_A_FUNCTION = [
    "audit_append('[]')",
    "open_role_group('x')",
    "set_role_permissions(gen_random_uuid(), ARRAY['x'])",
    "ledger_drop_totals()",
    "remove_imported_clients(gen_random_uuid(), ARRAY[gen_random_uuid()])",
    "context_part(3)",
]
OF_THE_SERVER = [
    "SET session_replication_role = replica",
    "SET track_activities = on",
    "SET log_statement = 'all'",
    "SET log_min_duration_statement = 0",
    "SET log_min_error_statement = 'error'",
    "SET log_error_verbosity = 'verbose'",
    "SET debug_print_plan = on; SET log_duration = on",
    "SET SESSION AUTHORIZATION postgres",
    "CREATE ROLE mine",
    "ALTER ROLE postgres PASSWORD 'mine'",
    "ALTER ROLE app BYPASSRLS",
    "ALTER ROLE app RESET track_activities",
    "ALTER ROLE backup PASSWORD 'mine'",
    "GRANT owner TO gate",
    "GRANT pg_read_all_data TO app",
    "GRANT pg_monitor TO app",
    "SELECT * FROM pg_authid",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/out'",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT pg_create_physical_replication_slot('mine')",
    "CREATE EXTENSION file_fdw",
    "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION refuse_change()",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE c AS '/tmp/mine.so'",
]
OF_THE_SCHEMA = [
    "CREATE TABLE public.mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE VIEW public.mine AS SELECT 1",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TYPE public.mine AS (id int)",
    "CREATE SEQUENCE public.mine",
    "CREATE INDEX mine ON accounts_membership (id)",
    "ALTER TABLE accounts_membership DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE accounts_membership NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "DROP POLICY practice ON accounts_membership",
    "DROP TABLE accounts_user",
    "DROP FUNCTION current_practice_id() CASCADE",
    "COMMENT ON TABLE accounts_user IS 'mine'",
    "LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE",
    "SELECT nextval('auth_group_id_seq')",
]


def writes(table: str) -> list[str]:
    column = columns_of(table)[0]
    return [
        f'INSERT INTO {table} ("{column}") SELECT "{column}" FROM {table}',
        f"INSERT INTO {table} DEFAULT VALUES",
        f'UPDATE {table} SET "{column}" = "{column}"',
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"COPY {table} FROM STDIN",
        f"LOCK TABLE {table} IN SHARE MODE",
    ]


def reads(table: str) -> list[str]:
    return [
        f"SELECT * FROM {table}",
        f"SELECT count(*) FROM {table}",
        f'SELECT "{columns_of(table)[0]}" FROM {table} FOR UPDATE',
        f"COPY {table} TO STDOUT",
        f"TABLE {table}",
    ]


def columns_of(table: str) -> list[str]:
    model = next(model for model in OUR_MODELS if model._meta.db_table == table)
    return [str(field.column) for field in model._meta.concrete_fields]


def obeyed(role: str, statements: list[str]) -> list[str]:
    """Return the statements that a role is not refused; each is undone."""
    using = ALIASES[role]
    with transaction.atomic(using=using):
        told = {statement: raw.ask(statement, using=using) for statement in statements}
    return [statement for statement, answer in told.items() if answer.code not in REFUSED]


@pytest.mark.parametrize("table", [*GATE_TABLES, KEY_TABLE])
def test_app_has_nothing_to_do_with_what_is_behind_the_gate(street: Street, table: str) -> None:
    assert obeyed("app", reads(table) + writes(table)) == []


@pytest.mark.parametrize("table", [*TENANT_TABLES, "accounts_practice", "auth_group", KEY_TABLE])
def test_gate_has_nothing_to_do_with_a_practice(street: Street, table: str) -> None:
    statements = reads("accounts_practice" if table == "auth_group" else table)
    if table == "auth_group":
        statements = ["SELECT * FROM auth_group", "SELECT * FROM auth_group_permissions"]
    assert obeyed("gate", statements) == []
    if table != "auth_group":
        assert obeyed("gate", writes(table)) == []


def test_gate_with_a_context_that_it_got_hold_of_reads_nothing(street: Street) -> None:
    signed = tenancy._signed(Scope(street.here.id, None))
    stolen = [f"SELECT set_config('app.context', '{signed}', true); TABLE {table}"
              for table in ("accounts_membership", "clients_client", "audit_event")]  # fmt: skip

    assert obeyed("gate", stolen) == []


def test_gate_calls_none_of_the_functions_that_app_may(street: Street) -> None:
    asked = [f"SELECT {call}" for call in DECIDED_BEFORE_A_SCOPE + THROUGH_A_FUNCTION]

    assert obeyed("gate", asked) == []


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_backup_writes_nothing(street: Street, table: str) -> None:
    assert obeyed("backup", writes(table)) == []


def test_backup_writes_nothing_either_when_it_says_that_it_may(street: Street) -> None:
    """Read-only is a habit of the role; that it has no grant is the wall."""
    with psycopg.connect(**_params("backup"), autocommit=True) as backup:
        backup.execute("SET default_transaction_read_only = off")
        for table in EVERY_TABLE:
            for statement in writes(table)[:4]:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    backup.execute(statement)


def test_backup_reads_everything_but_the_keys_of_contexts(street: Street) -> None:
    for table in TENANT_TABLES:
        owners = {row[0] for row in raw.looked_up(f"SELECT practice_id FROM {table}")}
        assert owners >= {home.id for home in street.all}
    unread = [table for table in EVERY_TABLE if raw.ask(f"TABLE {table}", using="backup").code]

    assert unread == [KEY_TABLE]


def test_backup_calls_nothing_that_writes(street: Street) -> None:
    asked = [f"SELECT {call}" for call in THROUGH_A_FUNCTION + DECIDED_BEFORE_A_SCOPE]

    assert obeyed("backup", asked) == []


@pytest.mark.parametrize("table", [*TENANT_TABLES, "accounts_practice", "auth_group"])
def test_owner_sees_no_row_and_changes_none(street: Street, table: str) -> None:
    assert raw.looked_up(f"SELECT count(*) FROM {table}") != [(0,)]
    with transaction.atomic(using="owner"):
        assert raw.ask(f"SELECT count(*) FROM {table}", using="owner").rows == ((0,),)
        touched = raw.ask(f"DELETE FROM {table} RETURNING 1", using="owner")

    assert touched.is_refusal or touched == raw.Told()


def test_owner_does_not_get_round_row_security(street: Street) -> None:
    with transaction.atomic(using="owner"):
        told = raw.ask("SET LOCAL row_security = off; TABLE clients_client", using="owner")

    assert told.code in {DENIED, NOT_WITH_ROW_SECURITY}


@pytest.fixture
def as_doors(street: Street) -> Iterator[None]:
    """The owner, who may, stands there as the role doors."""
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET LOCAL ROLE doors")
        yield
        transaction.set_rollback(True, using="owner")


def test_nobody_logs_in_as_doors(street: Street) -> None:
    known = connections["owner"].get_connection_params()
    for password in (known["password"], "", "doors"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**known | {"user": "doors", "password": password})


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_doors_writes_nothing_and_reads_no_whole_row(as_doors: None, table: str) -> None:
    assert obeyed("owner", [*writes(table), f"TABLE {table}", f"COPY {table} TO STDOUT"]) == []


@pytest.mark.parametrize("role", ["app", "gate", "backup"])
def test_only_the_owner_becomes_anybody_else(street: Street, role: str) -> None:
    others = [*ROLES, "postgres", "pg_read_all_data", "pg_database_owner", "pg_signal_backend"]
    asked = [f"SET ROLE {other}" for other in others if other != role]

    assert obeyed(role, asked) == []


def test_the_owner_becomes_doors_and_nobody_else(street: Street) -> None:
    asked = {f"SET ROLE {other}": other for other in ("app", "gate", "backup", "postgres", "doors")}

    assert [asked[statement] for statement in obeyed("owner", list(asked))] == ["doors"]


@pytest.mark.parametrize("role", ALIASES)
def test_no_role_reaches_the_server_round_the_database(street: Street, role: str) -> None:
    assert obeyed(role, OF_THE_SERVER) == []


@pytest.mark.parametrize("role", ["app", "gate", "backup"])
def test_no_role_that_serves_makes_or_changes_objects(street: Street, role: str) -> None:
    assert obeyed(role, OF_THE_SCHEMA) == []


def test_the_serving_roles_own_nothing(street: Street) -> None:
    owned = raw.looked_up(
        "SELECT classid::regclass::text, objid, refobjid::regrole::text FROM pg_shdepend"
        " WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass"
        " AND refobjid IN ('app'::regrole, 'gate'::regrole, 'backup'::regrole)"
    )

    assert owned == []


def test_no_statement_and_no_value_of_a_row_goes_into_the_servers_log(street: Street) -> None:
    wanted = {
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length_on_error": "0",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_duration": "off",
        "debug_print_parse": "off",
        "debug_print_plan": "off",
    }
    for alias in ALIASES.values():
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)", [[*wanted]]
            )
            assert dict(cursor.fetchall()) == wanted


def test_what_a_session_of_app_is_doing_is_told_to_nobody(street: Street) -> None:
    mark = uuid7().hex
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT pg_backend_pid() /* {mark} */")
        pid = cursor.fetchone()[0]
        for role in ("app", "gate", "backup", "owner"):
            with psycopg.connect(**_params(role)) as other:
                told = other.execute(
                    "SELECT query, client_addr::text FROM pg_stat_activity WHERE pid = %s", [pid]
                ).fetchall()
                assert len(told) == 1
                assert mark not in str(told)


def _params(role: str) -> dict[str, Any]:
    parameters: dict[str, Any] = connections[ALIASES[role]].get_connection_params()
    return parameters | {"cursor_factory": psycopg.Cursor}
