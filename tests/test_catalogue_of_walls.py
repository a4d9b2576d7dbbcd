"""The walls between practices, read from the catalogue alone: also what no model knows of."""

from collections import Counter
from inspect import isfunction, signature
from typing import Any

import pytest

from tests import test_catalogue
from tests.catalogue import TENANT_MODELS, TENANT_TABLES, rows
from tests.figures import Tell

SERVING = "('app', 'gate', 'backup', 'doors')"
OF_DJANGO = {"auth_permission", "django_content_type", "django_migrations"}
"""Tables that hold nothing of any practice and have no model of ours."""

RUN_BY_APP = {
    "audit_append",
    "current_person_id",
    "current_practice_id",
    "holder_of_api_token",
    "ledger_drop_items",
    "ledger_drop_totals",
    "ledger_renew_items",
    "memberships_of",
    "open_role_group",
    "practice_ids",
    "practice_of_pay_link",
    "practice_of_endpoint",
    "practice_of_slug",
    "practice_of_token",
    "remove_imported_clients",
    "set_role_permissions",
}
"""Functions that act with more rights than their caller's, and may be called by app."""

FOR_EVERYBODY = {"current_person_id", "current_practice_id"}

IN_PUBLIC = "relnamespace = 'public'::regnamespace"


def names(query: str) -> set[str]:
    return {str(name) for (name,) in rows(query)}


def test_every_table_with_a_practice_is_known_and_forces_row_security() -> None:
    found = rows(
        "SELECT c.relname::text, c.relispartition, relrowsecurity AND relforcerowsecurity"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'practice_id'"
        f" WHERE c.relkind IN ('r', 'p') AND c.{IN_PUBLIC}"
    )

    assert {name for name, is_part, _ in found if not is_part} == set(TENANT_TABLES)
    assert [name for name, _, is_forced in found if not is_forced] == []


def test_a_table_without_row_security_belongs_to_the_gate_or_to_nobody() -> None:
    """Nothing that ``app`` may write, or that it reads besides words of the product, is open."""
    open_to_app = names(
        f"SELECT relname FROM pg_class WHERE {IN_PUBLIC} AND relkind IN ('r', 'p')"
        " AND NOT relrowsecurity AND has_any_column_privilege('app', oid, 'SELECT')"
    )
    written = names(
        f"SELECT relname FROM pg_class WHERE {IN_PUBLIC} AND relkind IN ('r', 'p')"
        " AND NOT relrowsecurity AND has_any_column_privilege('app', oid, 'INSERT, UPDATE')"
    )

    assert open_to_app == OF_DJANGO | {
        "accounts_demomark",
        "billing_knownaddon",
        "billing_knowncode",
        "billing_knowndetail",
        "clients_diagnosiscode",
    }
    assert written == set()


def test_a_row_is_known_by_its_practice_and_its_id() -> None:
    """What composite keys refer to."""
    without = names(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute p ON p.attrelid = c.oid"
        " AND p.attname = 'practice_id' JOIN pg_attribute i ON i.attrelid = c.oid"
        f" AND i.attname = 'id' WHERE c.relkind IN ('r', 'p') AND c.{IN_PUBLIC}"
        " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid"
        " AND k.contype IN ('u', 'p') AND k.conkey = ARRAY[p.attnum, i.attnum])"
    )

    assert without == set()


def test_no_foreign_key_crosses_a_wall() -> None:
    """Checks of references look past row security: only the practice in the key holds them."""
    crossing = rows(
        "WITH tenant AS (SELECT attrelid AS oid, attnum FROM pg_attribute"
        "   WHERE attname = 'practice_id' AND NOT attisdropped)"
        " SELECT k.conname::text FROM pg_constraint k"
        " LEFT JOIN tenant AS one ON one.oid = k.conrelid"
        " LEFT JOIN tenant AS other ON other.oid = k.confrelid"
        " WHERE k.contype = 'f' AND other.oid IS NOT NULL"
        " AND (k.conkey[1] IS DISTINCT FROM one.attnum OR k.confkey[1] <> other.attnum)"
    )

    assert crossing == []


def test_no_foreign_key_changes_rows_by_itself() -> None:
    assert (
        names(
            "SELECT conname FROM pg_constraint WHERE contype = 'f'"
            " AND (confdeltype NOT IN ('a', 'r') OR confupdtype NOT IN ('a', 'r'))"
        )
        == set()
    )


def test_an_id_of_all_practices_is_no_number() -> None:
    """A counter that practices share would tell each one how busy the others are."""
    numbered = names(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        f" WHERE c.relkind IN ('r', 'p') AND c.{IN_PUBLIC} AND a.attnum > 0"
        " AND (a.attidentity <> '' OR EXISTS (SELECT FROM pg_depend d JOIN pg_class s"
        "   ON s.oid = d.objid AND s.relkind = 'S'"
        "   WHERE d.refobjid = c.oid AND d.refobjsubid = a.attnum))"
    )

    assert numbered & set(TENANT_TABLES) == set()


def test_no_sequence_is_open_to_who_serves() -> None:
    open_ones = names(
        f"SELECT relname FROM pg_class, unnest(ARRAY['app', 'gate']) AS role WHERE {IN_PUBLIC}"
        " AND relkind = 'S' AND has_sequence_privilege(role, oid, 'USAGE, SELECT, UPDATE')"
    )

    assert open_ones == set()


def test_who_serves_holds_no_right_that_changes_a_table() -> None:
    for role in ("app", "gate", "backup", "doors"):
        held = names(
            f"SELECT relname FROM pg_class WHERE {IN_PUBLIC} AND relkind IN ('r', 'p', 'v')"
            f" AND has_table_privilege('{role}', oid, 'TRUNCATE, REFERENCES, TRIGGER')"
        )
        assert held == set(), role


def test_no_right_can_be_handed_on() -> None:
    handed_on = rows(
        "SELECT c.relname FROM pg_class c, aclexplode(c.relacl) AS right_of"
        f" WHERE c.{IN_PUBLIC} AND right_of.is_grantable"
        f" AND right_of.grantee::regrole::text IN {SERVING}"
    )
    to_come = rows("SELECT * FROM pg_default_acl")

    assert handed_on == []
    assert to_come == []


def test_who_serves_owns_nothing() -> None:
    owners = names(
        f"SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE {IN_PUBLIC}"
        " UNION SELECT DISTINCT typowner::regrole::text FROM pg_type"
        " WHERE typnamespace = 'public'::regnamespace"
    )
    of_functions = names(
        "SELECT DISTINCT proowner::regrole::text FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
    )

    assert owners == {"owner"}
    assert of_functions == {"owner", "doors"}


def test_the_functions_with_more_rights_than_their_caller_are_known() -> None:
    definers = "pronamespace = 'public'::regnamespace AND prosecdef"
    of_app = names(
        f"SELECT proname FROM pg_proc WHERE {definers}"
        " AND has_function_privilege('app', oid, 'EXECUTE')"
    )
    of_gate = names(
        f"SELECT proname FROM pg_proc WHERE {definers}"
        " AND has_function_privilege('gate', oid, 'EXECUTE')"
    )

    assert of_app == RUN_BY_APP
    assert of_gate == FOR_EVERYBODY


def test_nothing_looks_at_rows_from_the_side() -> None:
    """No rule, foreign table, publication, inheritance or extension gets round the policies."""
    assert rows("SELECT rulename FROM pg_rules WHERE schemaname = 'public'") == []
    assert rows("SELECT pubname FROM pg_publication") == []
    assert rows("SELECT subname FROM pg_stat_subscription") == []
    assert rows("SELECT foreign_table_name FROM information_schema.foreign_tables") == []
    assert rows("SELECT evtname FROM pg_event_trigger") == []
    assert names("SELECT extname FROM pg_extension") == {"plpgsql"}
    inherited = rows(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE c.relkind = 'r' AND NOT c.relispartition"
    )
    assert inherited == []


def test_what_a_policy_compares_is_asked_once_and_fails_closed() -> None:
    """A function for each row would be slow; one without a context must be NULL, not an error."""
    volatility = rows(
        "SELECT proname::text, provolatile FROM pg_proc WHERE proname IN"
        " ('current_practice_id', 'current_person_id', 'context_part') ORDER BY 1"
    )

    assert {kind for _, kind in volatility} == {"s"}
    assert rows("SELECT current_practice_id(), current_person_id()") == [(None, None)]


@pytest.mark.isolation
def test_the_whole_catalogue_once_more(tell: Tell) -> None:
    """The long attack tells how much was looked at; each test by itself names what is wrong."""
    asked: dict[str, list[tuple[Any, ...]]] = {
        "": [()],
        "table": [(table,) for table in TENANT_TABLES],
        "model": [(model,) for model in TENANT_MODELS],
    }
    here = {**vars(test_catalogue), **globals()}
    done: Counter[str] = Counter()
    for check in [each for name, each in here.items() if name[:5] == "test_" and isfunction(each)]:
        about = next(iter(signature(check).parameters), "")
        for given in asked.get(about, []):
            check(*given)
            done[f"of a {about}" if about else "of the whole"] += 1

    counts = ", ".join(f"{count} {name}" for name, count in done.items())
    tell(f"G2 the catalogue: {done.total()} checks ({counts}): 0 findings")
    assert done.keys() == {"of the whole", "of a table", "of a model"}
