"""What the catalogue says about a table, as far as copying one of its rows needs it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps

from tests.attacks.raw import looked_up
from tests.catalogue import TENANT_TABLES

OTHER_VALUE = {
    "bigint": "{} + 30000",
    "bytea": "sha256(convert_to(random()::text, 'UTF8'))",
    "date": "({} + interval '100 years')::date",
    "integer": "{} + 30000",
    "smallint": "{} + 3000",
    "text": "substr(md5(random()::text), 1, 10)",
    "character varying": "substr(md5(random()::text), 1, 10)",
    "timestamp with time zone": "{} + interval '1 second'",
    "uuid": "gen_random_uuid()",
}
"""How to make a value that no row has, by type."""

NOW = "clock_timestamp()"

THROUGH_A_FUNCTION = {
    "audit_archive",
    "audit_event",
    "audit_head",
    "audit_touch",
    "audit_value",
    "ledger_itemsnapshot",
    "ledger_itemtotal",
}
"""Tables in which ``app`` inserts nothing itself."""

WAITING = (
    "(SELECT id FROM billing_session AS held"
    " WHERE NOT EXISTS (SELECT FROM billing_invoiceline AS line WHERE line.session_id = held.id)"
    " AND NOT EXISTS (SELECT FROM billing_notbilled AS kept WHERE kept.session_id = held.id)"
    " LIMIT 1)"
)
"""A session that waits for an invoice."""

BESIDE = {
    "accounts_accessreviewitem.decided_by_id": {"decision": "'CONFIRMED'", "decided_at": "now()"},
    "accounts_approval.decided_by_id": {"decision": "'REFUSED'", "decided_at": "now()"},
    "accounts_auditrequeststep": {"turn": "1", "kind": "'ANSWERED'"},
    "accounts_auditrequeststep.request_id": {
        "turn": "coalesce((SELECT max(turn) FROM accounts_auditrequeststep AS step"
        " WHERE step.request_id = {to}), 0) + 1",
        "kind": "'WITHDRAWN'",
        "page": "''",
    },
    "accounts_logreview": {
        "week_starts_on": "week_starts_on - 700",
        "starts_at": "starts_at - interval '700 days'",
        "ends_at": "ends_at - interval '700 days'",
    },
    "accounts_logreviewmark": {"turn": "2", "says": "'ANSWERED'"},
    "accounts_logreviewsignature": {
        "review_id": "(SELECT id FROM accounts_logreview ORDER BY week_starts_on LIMIT 1)"
    },
    "accounts_membership.ended_by_id": {"ended_at": "now()"},
    "accounts_networkrange": {"network": "'10.' || floor(random() * 256) || '.0.0/16'"},
    "accounts_rolegrant.withdrawn_by_id": {"withdrawn_at": "now()"},
    "billing_appointment": {"group_hour_id": "NULL"},
    "billing_appointment.group_hour_id": {"series_id": "NULL"},
    "billing_appointmentoutcome": {
        "kind": "'NO_SHOW'",
        "told_at": "NULL",
        "cancelled_for": "''",
        "session_id": "NULL",
        "moved_to_id": "NULL",
    },
    "billing_appointmentoutcome.session_id": {"kind": "'HELD'", "is_free": "false"},
    "billing_appointmentoutcome.moved_to_id": {"kind": "'MOVED'", "is_free": "false"},
    "billing_billfile": {"place": "place + 1"},
    "billing_document": {
        "kind": "'RECEIPT'",
        "invoice_id": "NULL",
        "payment_id": "(SELECT id FROM billing_payment WHERE id NOT IN"
        " (SELECT payment_id FROM billing_document WHERE payment_id IS NOT NULL) LIMIT 1)",
        "statement_id": "NULL",
        "estimate_id": "NULL",
        "superbill_id": "NULL",
        "payment_plan_id": "NULL",
    },
    "billing_document.invoice_id": {"kind": "'INVOICE'", "payment_id": "NULL"},
    "billing_document.statement_id": {"kind": "'STATEMENT'", "payment_id": "NULL"},
    "billing_document.estimate_id": {"kind": "'ESTIMATE'", "payment_id": "NULL"},
    "billing_document.superbill_id": {"kind": "'SUPERSEDED'", "payment_id": "NULL"},
    "billing_document.payment_plan_id": {"kind": "'PLAN'", "payment_id": "NULL"},
    "billing_externalcode.member_id": {
        "kind": "'PRACTITIONER'",
        "service_code_id": "NULL",
        "mapped_at": "now()",
        "mapped_by_id": "(SELECT id FROM accounts_membership LIMIT 1)",
    },
    "billing_externalcode.service_code_id": {
        "kind": "'SERVICE'",
        "member_id": "NULL",
        "mapped_at": "now()",
        "mapped_by_id": "(SELECT id FROM accounts_membership LIMIT 1)",
    },
    "billing_group": {"code": "upper(substr(md5(random()::text), 1, 10))"},
    "billing_groupmember": {"joins_on": "joins_on + 36500"},
    "billing_groupmemberleft": {
        "member_id": "(SELECT id FROM billing_groupmember ORDER BY joins_on DESC LIMIT 1)"
    },
    "billing_invoiceline": {
        "session_id": WAITING,
        "missed_fee_id": "NULL",
        "package_id": "NULL",
        "service_code_id": "(SELECT id FROM billing_servicecode LIMIT 1)",
    },
    "billing_invoiceline.missed_fee_id": {"session_id": "NULL"},
    "billing_invoiceline.package_id": {"session_id": "NULL", "service_code_id": "NULL"},
    "billing_invoicequestion": {
        "line_id": "NULL",
        "kind": "'PAID'",
        "how": "'CASH'",
        "paid_on": "current_date",
        "doubt": "''",
    },
    "billing_invoicequestion.line_id": {
        "kind": "'LINE'",
        "how": "''",
        "paid_on": "NULL",
        "amount": "NULL",
        "doubt": "'ABSENT'",
    },
    "billing_letter": {
        "kind": "'REMINDER'",
        "statement_id": "NULL",
        "payment_id": "NULL",
        "repeats_id": "NULL",
    },
    "billing_letter.payment_id": {"kind": "'RECEIPT'"},
    "billing_letter.statement_id": {"kind": "'STATEMENT'"},
    "billing_paylink": {
        "statement_id": "NULL",
        "text": "NULL",
        "expires_at": "made_at + interval '1 day'",
    },
    "billing_paylink.made_by_id": {
        "made_at": "now()",
        "expires_at": "now() + interval '1 day'",
    },
    "billing_paylink.statement_id": {"text": "'x'", "sent_at": "NULL"},
    "billing_questionanswer": {"payment_id": "NULL", "outcome": "'NOT_FOUND'"},
    "billing_questionanswer.payment_id": {"outcome": "'FOUND'"},
    "billing_reminderstep": {"days": "days + 1"},
    "billing_statementrun": {
        "started_at": "NULL",
        "started_by_id": "NULL",
        "dropped_at": "now()",
        "dropped_by_id": "(SELECT id FROM accounts_membership LIMIT 1)",
    },
    "billing_notbilled": {"session_id": WAITING, "missed_fee_id": "NULL"},
    "billing_notbilled.missed_fee_id": {"session_id": "NULL"},
    "billing_invoicevoided": {"replacement_id": "NULL"},
    "billing_paymenttakenback": {"replacement_id": "NULL", "reason": "'TWICE'"},
    "billing_paymenttakenback.replacement_id": {"reason": "'CLIENT'"},
    "billing_returnedcheck": {
        "entry_id": "NULL",
        "fee_entry_id": "NULL",
        "fee": "0",
        "line_id": "NULL",
        "was_deposited": "false",
    },
    "billing_returnedcheck.entry_id": {"was_deposited": "true"},
    "billing_returnedcheck.line_id": {
        "was_deposited": "true",
        "entry_id": "(SELECT id FROM ledger_journalentry LIMIT 1)",
    },
    "billing_returnedcheck.fee_entry_id": {"fee": "1"},
    "billing_rejectedrecord.settled_by_id": {
        "state": "'TAKEN_IN'",
        "dismissal": "''",
        "body": "NULL",
        "settled_at": "now()",
    },
    "billing_cardintent.payment_id": {"state": "'PAID'"},
    "billing_cardintent": {
        "payment_id": "NULL",
        "pay_link_id": "NULL",
        "client_id": "NULL",
        "key": "NULL",
    },
    "billing_cardintent.client_id": {
        "invoice_id": "NULL",
        "pay_link_id": "(SELECT id FROM billing_paylink LIMIT 1)",
    },
    "billing_cardintent.pay_link_id": {
        "invoice_id": "NULL",
        "client_id": "(SELECT id FROM clients_client LIMIT 1)",
    },
    "clients_assignment": {
        "ends_on": "starts_on",
        "ended_at": "now()",
        "ended_by_id": "assigned_by_id",
    },
    "clients_merge": {
        "merged_id": "(SELECT other.id FROM clients_client AS other"
        " WHERE other.id NOT IN (kept_id, merged_id) LIMIT 1)",
    },
    "clients_clientimport.confirmed_by_id": {"confirmed_at": "now()", "columns": "'[]'"},
    "clients_consent.withdrawn_by_id": {"withdrawn_on": "given_on", "withdrawn_at": "now()"},
    "clients_coverage.ended_by_id": {
        "ends_on": "coalesce(starts_on, current_date)",
        "ended_at": "now()",
    },
    "clients_coverage.withdrawn_by_id": {"withdrawal": "'IN_ERROR'", "withdrawn_at": "now()"},
    "clients_diagnosis.ended_by_id": {"ends_on": "starts_on", "ended_at": "now()"},
    "clients_externalrecord.party_id": {"kind": "'RELATED'"},
    "clients_feeagreement.ended_by_id": {"ends_on": "starts_on", "ended_at": "now()"},
    "clients_release.consent_id": {
        "recipient_kind": "'CLIENT'",
        "recipient": "NULL",
        "recipient_address": "NULL",
    },
    "clients_emergencyaccess.reviewed_by_id": {"finding": "'JUSTIFIED'", "reviewed_at": "now()"},
    "ledger_periodclose": {
        "closed_at": NOW,
        "period_id": "(SELECT close.period_id FROM ledger_periodclose AS close"
        " JOIN ledger_periodreopen ON close_id = close.id)",
    },
    "ledger_posting.entry_id": {
        "entry_date": "coalesce((SELECT entry_date FROM ledger_journalentry WHERE id = {to}),"
        " entry_date)",
    },
    "ledger_periodreopen": {
        "reopened_at": NOW,
        "approval_id": "(SELECT id FROM accounts_approval"
        " WHERE act = 'REOPEN' AND spent_at IS NULL LIMIT 1)",
    },
}
"""What must change with it, so that nothing but the wall stands in the way of a copied row.

``{to}`` is the row that it is linked to.
"""


WHICH = {
    "accounts_approval.decided_by_id": "WHERE decision = ''",
    "accounts_invitation.accepted_by_id": "WHERE revoked_at IS NULL",
    "billing_statementrun.dropped_by_id": "WHERE started_at IS NULL",
    "billing_statementrun.started_by_id": "WHERE started_at IS NULL",
    "billing_statementrunitem.statement_id": "WHERE run_id IN"
    " (SELECT id FROM billing_statementrun WHERE started_at IS NOT NULL)",
    "clients_clientimport.confirmed_by_id": "WHERE finished_at IS NULL",
    "clients_coverage.withdrawn_by_id": "WHERE withdrawn_at IS NULL",
}
"""Which row can still change in that column, where not every one can."""


def beside(table: str, column: str) -> dict[str, str]:
    """Return what must be said together with a column: who did something, and when they did."""
    told = column.removesuffix("_by_id") + "_at"
    when = {told: "now()"} if told in {c.name for c in columns(table)} else {}
    return BESIDE.get(f"{table}.{column}", when)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type, whether a unique index holds it, and where it refers to, if anywhere."""

    name: str
    type: str
    is_unique: bool
    target: str | None
    is_choice: bool

    @property
    def is_key(self) -> bool:
        """Whether it tells rows of a practice apart; one of a few words does not."""
        return self.is_unique and not self.is_choice

    @property
    def other_value(self) -> str:
        """Return SQL for a value that would collide with no row of the same practice."""
        if self.target:
            return (
                f"coalesce((SELECT id FROM {self.target} WHERE id NOT IN (SELECT {self.name}"
                f" FROM {{table}} WHERE {self.name} IS NOT NULL) LIMIT 1), {self.name})"
            )
        return OTHER_VALUE[self.type].format(self.name)


def _target(field: Any) -> str:
    return str(field.related_model._meta.db_table)


@cache
def columns(table: str) -> list[Column]:
    targets = {
        field.column: _target(field)
        for field in _fields(table)
        if field.is_relation and _target(field) in TENANT_TABLES
    }
    choices = {field.column for field in _fields(table) if field.choices or field.name == "kind"}
    rows = looked_up(
        "SELECT a.attname::text, regexp_replace(format_type(a.atttypid, a.atttypmod), '\\(.*', ''),"
        " EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique"
        "   AND a.attnum = ANY (i.indkey))"
        " FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0"
        " AND NOT a.attisdropped ORDER BY a.attnum",
        table,
    )
    return [
        Column(name, kind, unique, targets.get(name), name in choices)
        for name, kind, unique in rows
    ]


def _fields(table: str) -> list[Any]:
    return [
        field
        for model in apps.get_models()
        if model._meta.db_table == table
        for field in model._meta.concrete_fields
    ]


def references() -> list[tuple[str, str]]:
    """Return (table, column) of every reference between tenant tables that ``app`` writes."""
    return [
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        if model._meta.db_table in set(TENANT_TABLES) - THROUGH_A_FUNCTION
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model._meta.db_table in TENANT_TABLES  # type: ignore[union-attr]  # a model
    ]


def copied(table: str, changed: Mapping[str, str]) -> str:
    """Return an INSERT of one row made after another, with values of its own where it must."""
    values = {
        column.name: (column.other_value if column.is_key else f'"{column.name}"').format(
            table=table
        )
        for column in columns(table)
        if column.name != "practice_id"
    }
    values |= {**BESIDE.get(table, {}), **changed}
    return (
        f"INSERT INTO {table} ({quoted(values)})"
        f" SELECT {', '.join(values.values())} FROM {table} LIMIT 1"
    )


def linked(table: str, column: str, to: UUID) -> str:
    """Return a statement that links a row to another by id: an UPDATE where ``app`` may do one."""
    with_it = {name: told.format(to=f"'{to}'") for name, told in beside(table, column).items()}
    if may(table, "UPDATE", column):
        changed = with_it | {column: f"'{to}'"}
        sets = ", ".join(f"{name} = {value}" for name, value in changed.items())
        which = WHICH.get(f"{table}.{column}", "")
        return f"UPDATE {table} SET {sets} WHERE id = (SELECT id FROM {table} {which} LIMIT 1)"
    return copied(table, with_it | {column: f"'{to}'"})


def quoted(names: Iterable[str]) -> str:
    """Return a list of columns; one of them is called ``to``."""
    return ", ".join(f'"{name}"' for name in names)


def copies_of(table: str, practice_id: UUID) -> list[tuple[str, list[object]]]:
    """Return an INSERT for each row of a practice: all of its values under a fresh id."""
    fresh = {"id": "gen_random_uuid()"} if "id" in {c.name for c in columns(table)} else {}
    fresh |= {name: now for name, now in BESIDE.get(table, {}).items() if now == NOW}
    names = [c.name for c in columns(table) if c.name not in {"practice_id", *fresh}]
    places = ", ".join([*fresh.values(), *(["%s"] * len(names))])
    into = quoted([*fresh, *names])
    shown = ", ".join(f'"{name}"::text' for name in names)
    found = looked_up(
        f"SELECT {shown} FROM {table} WHERE practice_id = %s",
        practice_id,
    )
    return [(f"INSERT INTO {table} ({into}) VALUES ({places})", list(row)) for row in found]


def natural_keys(table: str) -> list[str]:
    """Return the unique indexes of a table that hold more than the practice and an id."""
    found = looked_up(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass"
        " AND indisunique AND NOT indkey::int2[] <@ (SELECT array_agg(attnum) FROM pg_attribute"
        "   WHERE attrelid = indrelid AND attname IN ('id'))"
        " AND indexrelid::regclass::text <> %s",
        table,
        f"{table}_identity",
    )
    return [name for (name,) in found]


@cache
def may(table: str, privilege: str, column: str | None = None) -> bool:
    """Return whether the role ``app`` holds a privilege on a table or one of its columns."""
    if column is None:
        asked = looked_up("SELECT has_table_privilege('app', %s, %s)", table, privilege)
    else:
        asked = looked_up(
            "SELECT has_column_privilege('app', %s, %s, %s)", table, column, privilege
        )
    return bool(asked[0][0])
