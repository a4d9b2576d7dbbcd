"""Open items of a whole account: from those of the closed months and the postings since.

What a snapshot says of the closed months is as good as their postings, because they took none since
(see ``ItemSnapshot``). Where there is none that fits, every posting is read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.chart import Role
from ledger.money import Money

NAMED = re.compile(r"%\((\w+)\)s")

HEAD = """
WITH kept AS MATERIALIZED (
    SELECT snapshot.id, snapshot.ends_on FROM ledger_itemsnapshot AS snapshot
    WHERE snapshot.ends_on <= %(as_of)s
    AND (%(known_at)s::timestamptz IS NULL OR snapshot.made_at <= %(known_at)s)
    AND NOT EXISTS (SELECT FROM ledger_journalentry AS entry
        WHERE entry.practice_id = snapshot.practice_id AND entry.entry_date < snapshot.begins_on)
), account AS MATERIALIZED (
    SELECT id, practice_id FROM ledger_account WHERE role = %(role)s
), totals AS (
    SELECT total.party, total.item, total.debit, total.credit, total.debit_count, total.first_on
    FROM kept CROSS JOIN account JOIN ledger_itemtotal AS total
        ON total.practice_id = account.practice_id AND total.account_id = account.id
        AND total.snapshot_id = kept.id
)
"""
# The postings since, found by account and day: each account by itself, or all would be read.
SINCE = """
    FROM ledger_posting AS posting
    {entries}
    WHERE posting.practice_id = account.practice_id AND posting.account_id = account.id
    AND posting.entry_date > coalesce((SELECT ends_on FROM kept), '-infinity'::date)
    AND posting.entry_date <= %(as_of)s
"""
KNOWN = """
    JOIN ledger_journalentry AS entry
        ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
        AND entry.posted_at <= %(known_at)s
"""
EACH = """{head}, known AS (
    SELECT party, item, debit, credit, debit_count, first_on, true AS was_open FROM totals
    UNION ALL
    SELECT moved.* FROM account CROSS JOIN LATERAL (
        SELECT posting.party, posting.item, sum(posting.debit)::bigint AS debit,
            sum(posting.credit)::bigint AS credit,
            (count(*) FILTER (WHERE posting.debit > 0))::integer AS debit_count,
            min(posting.entry_date) FILTER (WHERE posting.debit > 0) AS first_on,
            false AS was_open
        {since}
        GROUP BY posting.party, posting.item
        HAVING count(posting.party) > 0 AND count(posting.item) > 0
    ) AS moved
), summed AS (
    SELECT party, item, sum(debit - credit)::bigint AS net,
        sum(debit_count)::bigint AS debit_count,
        min(first_on) FILTER (WHERE debit_count > 0) AS first_on,
        bool_or(was_open) AS was_open
    FROM known GROUP BY party, item HAVING sum(debit) <> sum(credit)
), open_item AS (
    SELECT summed.party, summed.item, summed.net,
        CASE WHEN debit_count = 1 AND net > 0 AND NOT (
            -- An item that was at zero then has postings that were not added up.
            NOT was_open AND EXISTS (SELECT FROM kept) AND coalesce((
                SELECT true FROM account JOIN ledger_posting AS posting
                    ON posting.practice_id = account.practice_id AND posting.account_id = account.id
                WHERE posting.party = summed.party AND posting.item = summed.item
                AND posting.entry_date <= (SELECT ends_on FROM kept) LIMIT 1
            ), false)
        ) THEN first_on END AS charged_on
    FROM summed
)
"""
OPEN = "SELECT party, item, net, charged_on FROM open_item ORDER BY party, item"
OF_PARTIES = """{head}
SELECT party, sum(net)::bigint FROM (
    SELECT party, sum(debit - credit)::bigint AS net FROM totals GROUP BY party
    UNION ALL
    SELECT moved.* FROM account CROSS JOIN LATERAL (
        SELECT posting.party,
            sum(posting.debit - posting.credit) FILTER (WHERE posting.item IS NOT NULL)::bigint
        {since}
        GROUP BY posting.party HAVING count(posting.party) > 0
    ) AS moved
) AS summed GROUP BY party HAVING sum(net) <> 0
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

    Where it was charged once and more of that is left than all its credits, ``charged_on`` is the
    day: it mirrors none of them. Of others the postings tell their age.
    """

    party: UUID
    item: UUID
    net: Money
    charged_on: date | None


def of_account(role: Role, *, as_of: date, known_at: datetime | None = None) -> list[Item]:
    """Return the items of a control account that are open at the close of ``as_of``."""
    rows = of_each(OPEN, role, as_of=as_of, known_at=known_at)
    return [Item(party, item, Money(cents), on) for party, item, cents, on in rows]


def of_each(
    question: str, role: Role, *, as_of: date, known_at: datetime | None, **more: Any
) -> Sequence[tuple[Any, ...]]:
    """Return what a question finds in ``open_item``: what an ``Item`` has, in cents.

    A hundred thousand of them are better added up where they lie.
    """
    return _read(EACH + question, role, as_of, known_at, more)


def of_rows(
    question: str, role: Role, *, as_of: date, rows: tuple[str, Sequence[Any]], **more: Any
) -> Sequence[tuple[Any, ...]]:
    """Return what ``of_each`` does of a question that asks rows of its own where ``{rows}`` stands:
    a statement and its values in their order, as a query set has them.
    """
    before, after = (_whole(EACH + question)).split("{rows}")
    statement, told = rows
    asked = {"role": role, "as_of": as_of, "known_at": None, **more}
    values = [
        *(asked[name] for name in NAMED.findall(before)),
        *told,
        *(asked[name] for name in NAMED.findall(after)),
    ]
    with connection.cursor() as cursor:
        cursor.execute(NAMED.sub("%s", before) + statement + NAMED.sub("%s", after), values)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return found


def of_parties(role: Role, *, as_of: date, known_at: datetime | None = None) -> dict[UUID, Money]:
    """Return party → debits less credits of its open items at the close of ``as_of``."""
    rows = _read(OF_PARTIES, role, as_of, known_at, {})
    return {party: Money(cents) for party, cents in rows}


def wrong() -> list[UUID]:
    """Return the items whose sums at the end of the closed months are not what was posted."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        return [item for (item,) in cursor.fetchall()]


def _read(
    statement: str, role: Role, as_of: date, known_at: datetime | None, more: dict[str, Any]
) -> Sequence[tuple[Any, ...]]:
    asked = {"role": role, "as_of": as_of, "known_at": known_at, **more}
    with connection.cursor() as cursor:
        cursor.execute(_whole(statement, is_known=known_at is not None), asked)
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _whole(statement: str, *, is_known: bool = False) -> str:
    since = SINCE.format(entries=KNOWN if is_known else "")
    return statement.replace("{head}", HEAD).replace("{since}", since)
