"""Going round Python: rows written by plain SQL, as the app role or as the tables' owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from tests.ledger.events import JANUARY

LEDGER_TABLES = (
    "ledger_account",
    "ledger_journalentry",
    "ledger_posting",
    "ledger_period",
    "ledger_periodclose",
    "ledger_periodreopen",
    "ledger_periodsnapshot",
)
UNGUARDED = (
    *LEDGER_TABLES,
    "ledger_monthtotal",
    "ledger_itemsnapshot",
    "ledger_itemtotal",
    "accounts_approval",
)


@contextmanager
def committing() -> Iterator[None]:
    """Run the checks of a commit at the end of the block, without one; roll back what failed."""
    with transaction.atomic():
        yield
        check_as_at_commit()


def check_as_at_commit() -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")


def execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def insert_entry(
    by: Membership,
    *,
    on: date = JANUARY,
    postings: int = 2,
    source: str = "raw:1",
    reverses: UUID | None = None,
    posted_at: datetime | None = None,
) -> UUID:
    pk = uuid7()
    execute(
        "INSERT INTO public.ledger_journalentry"
        " (id, source, entry_date, memo, posting_count, posted_by_id, reverses_id, posted_at)"
        " VALUES (%s, %s, %s, 'Raw', %s, %s, %s, coalesce(%s, statement_timestamp()))",
        *(pk, source, on, postings, by.pk, reverses, posted_at),
    )
    return pk


def insert_posting(
    entry: UUID,
    code: str,
    debit: int = 0,
    credit: int = 0,
    party: UUID | None = None,
    item: UUID | None = None,
) -> None:
    """Insert a posting on the account with this code; amounts are cents."""
    execute(
        "INSERT INTO public.ledger_posting"
        " (id, entry_id, entry_date, account_id, debit, credit, party, item)"
        " SELECT %s, %s, coalesce("
        "(SELECT entry_date FROM public.ledger_journalentry WHERE id = %s), %s),"
        " id, %s, %s, %s, %s FROM public.ledger_account WHERE code = %s",
        *(uuid7(), entry, entry, JANUARY, debit, credit, party, item, code),
    )


def insert_rent(by: Membership, **entry: object) -> UUID:
    """Insert a balanced entry of 5.00 between two accounts without a subledger."""
    pk = insert_entry(by, **entry)  # type: ignore[arg-type]  # passed on as it came
    insert_posting(pk, "6100", debit=500)
    insert_posting(pk, "1000", credit=500)
    return pk


def as_owner_unguarded(*statements: str) -> None:
    """Run statements as the tables' owner, with the ledger's triggers and row security off."""
    off = ["ALTER TABLE {} DISABLE TRIGGER USER", "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY"]
    on = ["ALTER TABLE {} ENABLE TRIGGER USER", "ALTER TABLE {} FORCE ROW LEVEL SECURITY"]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for switch in off:
            for table in UNGUARDED:
                cursor.execute(switch.format(table))
        for statement in statements:
            cursor.execute(statement)
        for switch in on:
            for table in UNGUARDED:
                cursor.execute(switch.format(table))
