"""The books beside the log: each entry is an event that says the same, and each event an entry.

An entry's event was appended with it, and the chain of hashes covers what it says. So whoever
changes an entry, its date, or any line of it later, contradicts the log.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from audit.actions import Action
from ledger.money import Money
from ledger.selectors.integrity import Finding

ACTIONS = [Action.ENTRY_POSTED.value, Action.ENTRY_REVERSED.value]
MOST = 100
"""Contradictions that are told at once: the first is what matters."""

# Read once and joined by hashing; the lines are put together only once for all entries.
CONTRADICTIONS = """
    WITH told AS (
        SELECT target_id, count(*) AS times, min(action) AS action, min(facts::text)::jsonb AS facts
        FROM audit_event WHERE action = ANY(%s) GROUP BY target_id
    ), said AS (
        SELECT entry_id, sum(debit) AS cents, ledger_lines(array_agg(
            ledger_line(account_id, debit, credit, party, item)
            ORDER BY ledger_line(account_id, debit, credit, party, item) COLLATE "C")) AS digest
        FROM ledger_posting GROUP BY entry_id
    ), compared AS (
        SELECT coalesce(entry.id, told.target_id) AS id,
            coalesce(entry.source, told.facts ->> 'source') AS source,
            CASE
                WHEN entry.id IS NULL THEN 'GONE'
                WHEN told.times IS NULL THEN 'UNTOLD'
                WHEN told.times > 1 THEN 'TWICE'
                WHEN entry.entry_date::text <> told.facts ->> 'entry_date' THEN 'DATE'
                WHEN entry.source <> told.facts ->> 'source' THEN 'SOURCE'
                WHEN entry.posting_count <> (told.facts ->> 'postings')::integer THEN 'COUNT'
                WHEN said.cents IS DISTINCT FROM (told.facts ->> 'amount_cents')::bigint
                    THEN 'CENTS'
                WHEN said.digest <> told.facts ->> 'digest' THEN 'LINES'
            END AS verdict,
            entry.entry_date, told.facts, said.cents
        FROM ledger_journalentry AS entry
        FULL JOIN told ON told.target_id = entry.id
        LEFT JOIN said ON said.entry_id = entry.id
    )
    SELECT id, source, verdict, entry_date::text, facts ->> 'entry_date', cents,
        (facts ->> 'amount_cents')::bigint
    FROM compared WHERE verdict IS NOT NULL ORDER BY id LIMIT %s
"""


def findings() -> Iterator[Finding]:
    """Yield where books and log contradict each other (I-16), at most a hundred times.

    Read it in a scope that posted nothing: what a scope posts is told when it ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(CONTRADICTIONS, [ACTIONS, MOST])
        rows = cursor.fetchall()
    for pk, source, verdict, *values in rows:
        yield Finding("I-16", f"Entry {pk} ({source}) {_told(verdict, *values)}.", (UUID(str(pk)),))


def _told(verdict: str, dated: str, told_date: str, cents: Any, told_cents: Any) -> str:
    match verdict:
        case "GONE":
            return "is on the log, and not in the books"
        case "UNTOLD":
            return "is not on the log"
        case "TWICE":
            return "is on the log more than once"
        case "DATE":
            return f"is dated {dated}; when it was posted, it was dated {told_date}"
        case "SOURCE":
            return "is of another event than when it was posted"
        case "COUNT":
            return "has another number of postings than when it was posted"
        case "CENTS":
            now, then = Money(int(cents or 0)), Money(int(told_cents))
            return f"is over {now}; when it was posted, it was over {then}"
    return "has other lines than when it was posted"
