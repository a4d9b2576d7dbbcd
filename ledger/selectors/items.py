"""Open items of a whole account: from those of the closed months and the postings since.

What a snapshot says of the closed months is as good as their postings, because they took none since
(see ``ItemSnapshot``). Where there is none that fits, every posting is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.chart import Role
from ledger.money import Money

ITEMS = """
WITH kept AS MATERIALIZED (
    SELECT snapshot.id, snapshot.ends_on FROM ledger_itemsnapshot AS snapshot
    WHERE snapshot.ends_on <= %(as_of)s
    AND (%(known_at)s::timestamptz IS NULL OR snapshot.made_at <= %(known_at)s)
    AND NOT EXISTS (SELECT FROM ledger_journalentry AS entry
        WHERE entry.practice_id = snapshot.practice_id AND entry.entry_date < snapshot.begins_on)
), account AS MATERIALIZED (
    SELECT id, practice_id FROM ledger_account WHERE role = %(role)s
), known AS (
    SELECT total.party, total.item, total.debit, total.credit, total.debit_count, total.first_on,
        true AS was_open
    FROM kept JOIN account ON true
    JOIN ledger_itemtotal AS total
        ON total.snapshot_id = kept.id AND total.account_id = account.id
    UNION ALL
    SELECT posting.party, posting.item, sum(posting.debit), sum(posting.credit),
        count(*) FILTER (WHERE posting.debit > 0),
        min(posting.entry_date) FILTER (WHERE posting.debit > 0), false
    FROM account JOIN ledger_posting AS posting
        ON posting.practice_id = account.practice_id AND posting.account_id = account.id
    {entries}
    WHERE posting.entry_date > coalesce((SELECT ends_on FROM kept), '-infinity'::date)
    AND posting.entry_date <= %(as_of)s
    GROUP BY posting.party, posting.item
    -- Said here, so that the index by account and day is taken, and not the one by party.
    HAVING count(posting.party) > 0 AND count(posting.item) > 0
)
"""
KNOWN = """
    JOIN ledger_journalentry AS entry
        ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
        AND entry.posted_at <= %(known_at)s
"""
EACH = """, summed AS (
    SELECT party, item, sum(debit - credit)::bigint AS net,
        sum(debit_count)::bigint AS debit_count,
        min(first_on) FILTER (WHERE debit_count > 0) AS first_on,
        bool_or(was_open) AS was_open
    FROM known GROUP BY party, item HAVING sum(debit) <> sum(credit)
)
SELECT summed.party, summed.item, summed.net, summed.debit_count, summed.first_on,
    -- An item that was at zero then has postings that were not added up.
    NOT was_open AND EXISTS (SELECT FROM kept) AND coalesce((
        SELECT true FROM account JOIN ledger_posting AS posting
            ON posting.practice_id = account.practice_id AND posting.account_id = account.id
        WHERE posting.party = summed.party AND posting.item = summed.item
        AND posting.entry_date <= (SELECT ends_on FROM kept) LIMIT 1
    ), false)
FROM summed ORDER BY party, item
"""
OF_PARTIES = """
SELECT party, sum(debit - credit)::bigint FROM known GROUP BY party
HAVING sum(debit) <> sum(credit)
"""
# What was added up, where it is used, against the postings that it was made of.
WRONG = """
WITH kept AS MATERIALIZED (
    SELECT snapshot.id, snapshot.practice_id, snapshot.ends_on FROM ledger_itemsnapshot AS snapshot
    WHERE NOT EXISTS (SELECT FROM ledger_journalentry AS entry
        WHERE entry.practice_id = snapshot.practice_id AND entry.entry_date < snapshot.begins_on)
), posted AS (
    SELECT posting.account_id, posting.party, posting.item, sum(posting.debit)::bigint,
        sum(posting.credit)::bigint, count(*) FILTER (WHERE posting.debit > 0),
        coalesce(min(posting.entry_date) FILTER (WHERE posting.debit > 0), min(posting.entry_date))
    FROM kept JOIN ledger_posting AS posting
        ON posting.practice_id = kept.practice_id AND posting.entry_date <= kept.ends_on
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE account.is_control AND posting.party IS NOT NULL AND posting.item IS NOT NULL
    GROUP BY posting.account_id, posting.party, posting.item
    HAVING sum(posting.debit) <> sum(posting.credit)
), told AS (
    SELECT account_id, party, item, debit, credit, debit_count::bigint, first_on
    FROM ledger_itemtotal WHERE snapshot_id IN (SELECT kept.id FROM kept)
)
SELECT DISTINCT item FROM (
    (TABLE posted EXCEPT TABLE told) UNION ALL (TABLE told EXCEPT TABLE posted)
) AS differing ORDER BY item
"""


@dataclass(frozen=True, slots=True)
class Item:
    """An item that is not at zero: ``net`` is debits less credits.

    ``first_on`` is the day of the first of its debits. They are counted of all its postings, unless
    ``has_more`` says that older ones were left out, which are at zero together.
    """

    party: UUID
    item: UUID
    net: Money
    debit_count: int
    first_on: date | None
    has_more: bool


def of_account(role: Role, *, as_of: date, known_at: datetime | None = None) -> list[Item]:
    """Return the items of a control account that are open at the close of ``as_of``."""
    return [
        Item(party, item, Money(cents), count, first_on, has_more)
        for party, item, cents, count, first_on, has_more in _read(EACH, role, as_of, known_at)
    ]


def of_parties(role: Role, *, as_of: date, known_at: datetime | None = None) -> dict[UUID, Money]:
    """Return party → debits less credits of its open items at the close of ``as_of``."""
    return {party: Money(cents) for party, cents in _read(OF_PARTIES, role, as_of, known_at)}


def wrong() -> list[UUID]:
    """Return the items whose sums at the end of the closed months are not what was posted."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        return [item for (item,) in cursor.fetchall()]


def _read(
    question: str, role: Role, as_of: date, known_at: datetime | None
) -> Sequence[tuple[Any, ...]]:
    statement = ITEMS.format(entries=KNOWN if known_at is not None else "") + question
    with connection.cursor() as cursor:
        cursor.execute(statement, {"role": role, "as_of": as_of, "known_at": known_at})
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows
