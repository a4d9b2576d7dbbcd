"""The walls between practices, read from PostgreSQL's catalogue for every tenant table."""

import pytest
from django.db import models

from accounts.tenancy import PracticeKey
from tests.catalogue import OUR_MODELS, TENANT_MODELS, TENANT_TABLES, foreign_keys, rows

DOORS = {
    "accounts_apitoken",
    "accounts_invitation",
    "accounts_membership",
    "accounts_practice",
    "billing_paylink",
    "billing_webhookendpoint",
}
"""Tables of which the role ``doors`` may read a few columns before any scope exists."""

OF_ALL_PRACTICES = {"accounts_practice"}

WITHOUT_PRACTICE = {
    "accounts_breachedpassword",
    "accounts_contextkey",
    "accounts_demomark",
    "accounts_knowndevice",
    "accounts_passkey",
    "accounts_passkeychallenge",
    "accounts_passwordreset",
    "accounts_passwordresetask",
    "accounts_pastpassword",
    "accounts_recoverycode",
    "accounts_signinsession",
    "accounts_signinticket",
    "accounts_signintry",
    "accounts_sprayalarm",
    "accounts_totpdevice",
    "accounts_user",
    "billing_knownaddon",
    "billing_knowncode",
    "billing_knowndetail",
    "clients_diagnosiscode",
}

tenant_table = pytest.mark.parametrize("table", TENANT_TABLES)


def test_every_table_is_a_tenants_or_listed_as_without_practice() -> None:
    others = {model._meta.db_table for model in OUR_MODELS} - set(TENANT_TABLES)

    assert others == WITHOUT_PRACTICE | OF_ALL_PRACTICES


@pytest.mark.parametrize("table", [*TENANT_TABLES, *OF_ALL_PRACTICES])
def test_the_table_forces_row_security(table: str) -> None:
    query = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"

    assert rows(query, table) == [(True, True)]


@pytest.mark.parametrize("table", [*TENANT_TABLES, *OF_ALL_PRACTICES])
def test_the_table_has_one_policy_for_reading_and_writing(table: str) -> None:
    policies = rows(
        "SELECT policyname::text, roles::text[], permissive, cmd, qual, with_check"
        " FROM pg_policies WHERE tablename = %s ORDER BY policyname DESC",
        table,
    )
    column = "id" if table in OF_ALL_PRACTICES else "practice_id"
    rule = f"({column} = ( SELECT current_practice_id() AS current_practice_id))"
    expected: list[tuple[object, ...]] = [("practice", ["public"], "PERMISSIVE", "ALL", rule, rule)]
    if table in DOORS:
        themselves = "(CURRENT_USER = 'doors'::name)"
        expected.append(("doors", ["doors"], "PERMISSIVE", "SELECT", themselves, None))

    assert policies == expected


@tenant_table
def test_every_unique_index_begins_with_the_practice(table: str) -> None:
    indexes = rows(
        "SELECT i.indexrelid::regclass::text, a.attname::text FROM pg_index i"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary",
        table,
    )

    assert [index for index, first in indexes if first != "practice_id"] == []


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
def test_every_reference_stays_inside_the_practice(model: type[models.Model]) -> None:
    held = foreign_keys(model._meta.db_table)
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or field.related_model not in TENANT_MODELS:
            continue
        assert isinstance(field, PracticeKey), f"{field} is not a PracticeKey"
        # A key may name more, such as the day of an entry: it refuses more then.
        assert any(
            key.columns[:2] == ["practice_id", field.column]
            and key.target == field.related_model._meta.db_table
            and not key.is_deferrable
            for key in held
        ), f"{field} has no composite key"


@tenant_table
def test_the_app_role_may_not_delete_or_truncate(table: str) -> None:
    granted = {
        privilege
        for (privilege,) in rows(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name = %s AND grantee IN ('app', 'PUBLIC')",
            table,
        )
    }

    assert granted <= {"SELECT", "INSERT", "UPDATE"}


def test_the_gate_has_no_grant_on_a_tenant_table() -> None:
    granted = rows(
        "SELECT DISTINCT table_name FROM information_schema.role_table_grants"
        " WHERE grantee = 'gate' AND table_schema = 'public'"
    )

    assert {name for (name,) in granted} & {*TENANT_TABLES, *OF_ALL_PRACTICES} == set()


def test_the_app_role_has_no_grant_on_the_gates_tables() -> None:
    granted = rows(
        "SELECT DISTINCT table_name FROM information_schema.role_table_grants"
        " WHERE grantee IN ('app', 'PUBLIC') AND table_schema = 'public'"
    )

    assert {name for (name,) in granted} & WITHOUT_PRACTICE == {
        "accounts_demomark",
        "billing_knownaddon",
        "billing_knowncode",
        "billing_knowndetail",
        "clients_diagnosiscode",
    }


def test_partitions_are_reached_through_their_parent_only() -> None:
    granted = rows(
        "SELECT c.relname FROM pg_class c JOIN information_schema.role_table_grants g"
        " ON g.table_name = c.relname"
        " WHERE c.relispartition AND g.grantee IN ('app', 'gate', 'PUBLIC')"
    )

    assert granted == []


def test_the_login_roles_cannot_bypass_anything() -> None:
    roles = rows(
        "SELECT rolname::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin"
        " FROM pg_roles WHERE rolname IN ('app', 'gate', 'doors') ORDER BY rolname"
    )

    assert roles == [
        ("app", False, False, False, False, True),
        ("doors", False, False, False, False, False),
        ("gate", False, False, False, False, True),
    ]


def test_the_app_role_is_a_member_of_nothing() -> None:
    assert (
        rows(
            "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
            " JOIN pg_roles u ON u.oid = m.member WHERE u.rolname IN ('app', 'gate')"
        )
        == []
    )


def test_there_are_no_views_that_look_past_row_security() -> None:
    assert (
        rows(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND (relkind = 'm' OR relkind = 'v'"
            " AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}')"
        )
        == []
    )


def test_every_definer_function_pins_its_search_path() -> None:
    assert (
        rows(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'public' AND prosecdef"
            " AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c LIKE 'search_path=%%')"
        )
        == []
    )


def test_nobody_but_the_owner_may_create_in_the_schema() -> None:
    for role in ("app", "gate", "backup", "doors"):
        assert rows("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role) == [(False,)]
