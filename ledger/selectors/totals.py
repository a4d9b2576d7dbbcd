"""Sums by account that cost what happened since the last close, not all of history.

A month that is closed to everybody takes no entry, so its totals are as good as its postings: as
long as the close stands, and for ever for who asks what was known while it stood. Everything
else, the tail, is summed posting by posting. Both are read by one statement, at one moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.chart import Kind, Role
from ledger.days import FIRST_DAY
from ledger.money import ZERO, Money

SUMS = """
WITH asked AS MATERIALIZED (
    SELECT %(since)s::date AS since, %(as_of)s::date AS as_of, %(known_at)s::timestamptz AS known_at
), covered AS MATERIALIZED (
    -- A month that lies within the days, took nothing since its close, and has its totals.
    SELECT close.id, period.month, (period.month + INTERVAL '1 month')::date AS following
    FROM asked CROSS JOIN ledger_periodclose AS close
    JOIN ledger_period AS period
        ON period.practice_id = close.practice_id AND period.id = close.period_id
    WHERE close.kind = 'HARD' AND {covered}
    AND period.month >= asked.since AND period.month + INTERVAL '1 month' <= asked.as_of + 1
    AND (asked.known_at IS NULL OR close.closed_at <= asked.known_at)
    AND NOT EXISTS (SELECT FROM ledger_periodreopen AS reopen
        WHERE reopen.practice_id = close.practice_id AND reopen.close_id = close.id
        AND (asked.known_at IS NULL OR reopen.reopened_at <= asked.known_at))
    AND EXISTS (SELECT FROM ledger_monthtotal AS total
        WHERE total.practice_id = close.practice_id AND total.close_id = close.id)
), stretch AS MATERIALIZED (
    -- The days of no covered month: before the first, between two, and after the last.
    SELECT first, last FROM (
        SELECT coalesce(lag(covered.following) OVER (ORDER BY covered.month), asked.since) AS first,
            covered.month - 1 AS last
        FROM asked CROSS JOIN covered
        UNION ALL
        SELECT greatest(asked.since, (SELECT max(following) FROM covered)), asked.as_of FROM asked
    ) AS days WHERE first <= last
), summed AS (
    SELECT account_id, debit, credit, posting_count
    FROM ledger_monthtotal WHERE close_id IN (SELECT covered.id FROM covered)
    UNION ALL
    {tail}
)
SELECT account.id, account.role, account.code, account.name, account.kind,
    coalesce(sum(summed.debit), 0)::bigint, coalesce(sum(summed.credit), 0)::bigint,
    coalesce(sum(summed.posting_count), 0)::bigint
FROM ledger_account AS account LEFT JOIN summed ON summed.account_id = account.id
WHERE (%(role)s = '' OR account.role = %(role)s)
AND (%(kinds)s::text[] IS NULL OR account.kind = ANY (%(kinds)s))
GROUP BY account.id, account.role, account.code, account.name, account.kind
ORDER BY account.code
"""
# Each account, and each stretch, is a range of the index by account and day.
TAIL = """
    SELECT account.id, moved.debit, moved.credit, moved.posting_count
    FROM stretch CROSS JOIN ledger_account AS account CROSS JOIN LATERAL (
        SELECT sum(debit) AS debit, sum(credit) AS credit, count(*) AS posting_count
        FROM ledger_posting AS posting
        WHERE posting.practice_id = account.practice_id AND posting.account_id = account.id
        AND posting.entry_date BETWEEN stretch.first AND stretch.last
    ) AS moved
    WHERE (%(role)s = '' OR account.role = %(role)s)
    AND (%(kinds)s::text[] IS NULL OR account.kind = ANY (%(kinds)s))
"""
# When a posting was known, its entry tells.
KNOWN_TAIL = """
    SELECT posting.account_id, sum(posting.debit), sum(posting.credit), count(*)
    FROM stretch JOIN ledger_journalentry AS entry
        ON entry.entry_date BETWEEN stretch.first AND stretch.last
    JOIN ledger_posting AS posting
        ON posting.practice_id = entry.practice_id AND posting.entry_id = entry.id
    WHERE entry.posted_at <= %(known_at)s
    GROUP BY posting.account_id
"""


@dataclass(frozen=True, slots=True)
class Net:
    """Debits less credits of one account."""

    code: str
    name: str
    role: str
    kind: str
    net: Money


@dataclass(frozen=True, slots=True)
class Sums:
    """What the postings of one account over a time add up to; ``count`` is how many they are."""

    id: UUID
    role: str
    code: str
    name: str
    kind: str
    debits: Money
    credits: Money
    count: int

    @property
    def net(self) -> Money:
        return self.debits - self.credits


def sums(
    *,
    since: date | None,
    as_of: date,
    known_at: datetime | None,
    role: Role | None = None,
    kinds: Sequence[Kind] | None = None,
    from_postings: bool = False,
) -> list[Sums]:
    """Return each account with its postings from ``since`` to ``as_of``, in chart order.

    ``role`` keeps to one account, ``kinds`` to those of some kinds.

    ``from_postings`` reads every posting, whatever totals there are.
    """
    asked: dict[str, Any] = {
        "since": since or FIRST_DAY,
        "as_of": as_of,
        "known_at": known_at,
        "role": role or "",
        "kinds": None if kinds is None else [str(kind) for kind in kinds],
    }
    statement = SUMS.format(
        covered="false" if from_postings else "true",
        tail=TAIL if known_at is None else KNOWN_TAIL,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        rows = cursor.fetchall()
    return [
        Sums(pk, of, code, name, kind, Money(debits), Money(credits), count)
        for pk, of, code, name, kind, debits, credits, count in rows
    ]


def nets(
    *,
    since: date | None,
    as_of: date,
    known_at: datetime | None,
    kinds: Sequence[Kind] | None = None,
    from_postings: bool = False,
) -> list[Net]:
    """Return what each account moved by from ``since`` to ``as_of``, in chart order.

    Accounts at zero are left out; for the rest see ``sums``.
    """
    found = sums(
        since=since, as_of=as_of, known_at=known_at, kinds=kinds, from_postings=from_postings
    )
    return [Net(each.code, each.name, each.role, each.kind, each.net) for each in found if each.net]


def net(role: Role, *, as_of: date, known_at: datetime | None) -> Money:
    """Return debits less credits of one account at the close of ``as_of``; zero without it."""
    found = sums(since=None, as_of=as_of, known_at=known_at, role=role)
    return found[0].net if found else ZERO
