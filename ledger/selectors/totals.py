"""Sums by account that cost what happened since the last close, not all of history.

A month that is closed to everybody takes no entry, so its totals are as good as its postings: as
long as the close stands, and for ever for who asks what was known while it stood. Everything
else, the tail, is summed posting by posting. Both are read by one statement, at one moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.models import CloseKind, MonthTotal, PeriodClose, PeriodReopen
from ledger.money import Money

DAY = timedelta(days=1)

NETS = """
WITH covered AS MATERIALIZED ({covered}), summed AS (
    SELECT account_id, debit AS debits, credit AS credits
    FROM ledger_monthtotal WHERE close_id IN (SELECT covered.id FROM covered)
    UNION ALL
    SELECT posting.account_id, sum(posting.debit), sum(posting.credit)
    FROM ledger_journalentry AS entry
    JOIN ledger_posting AS posting
        ON posting.practice_id = entry.practice_id AND posting.entry_id = entry.id
    WHERE ({tail}) AND (%s::timestamptz IS NULL OR entry.posted_at <= %s)
    GROUP BY posting.account_id
)
SELECT account.code, account.name, account.role, account.kind,
    coalesce(sum(summed.debits - summed.credits), 0)::bigint, (SELECT count(*) FROM covered)
FROM ledger_account AS account LEFT JOIN summed ON summed.account_id = account.id
GROUP BY account.id, account.code, account.name, account.role, account.kind
ORDER BY account.code
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
class Stretch:
    """Days one after the other, both ends included; None is as far as there are any."""

    first: date | None
    last: date | None


def nets(
    *,
    since: date | None,
    as_of: date,
    known_at: datetime | None,
    from_postings: bool = False,
) -> list[Net]:
    """Return what each account moved by from ``since`` to ``as_of``, in chart order.

    Accounts at zero are left out. ``from_postings`` reads every posting, whatever totals there are.
    """
    usable = _usable(since, as_of, known_at)
    closes = [] if from_postings else list(usable.values_list("pk", "period__month"))
    rows = _read(usable, dict(closes), since, as_of, known_at)
    if rows is None:
        # A month was reopened, or its totals dropped, since they were looked up.
        rows = _read(usable, {}, since, as_of, known_at) or []
    return [
        Net(code, name, role, kind, Money(cents)) for code, name, role, kind, cents in rows if cents
    ]


def _read(
    usable: QuerySet[PeriodClose],
    closes: dict[UUID, date],
    since: date | None,
    as_of: date,
    known_at: datetime | None,
) -> list[tuple[str, str, str, str, int]] | None:
    """Return the sums, or None where not all of these closes can be used any more."""
    tail, days = _written(stretches_without(sorted(closes.values()), since=since, as_of=as_of))
    covered, which = _sql_of(usable.filter(pk__in=list(closes)).order_by().values("id"))
    with connection.cursor() as cursor:
        cursor.execute(NETS.format(covered=covered, tail=tail), [*which, *days, known_at, known_at])
        rows = cursor.fetchall()
    if any(found != len(closes) for *_, found in rows):
        return None
    return [(code, name, role, kind, cents) for code, name, role, kind, cents, _ in rows]


def _sql_of(closes: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    try:
        return closes.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::uuid AS id WHERE false", ()


def _usable(since: date | None, as_of: date, known_at: datetime | None) -> QuerySet[PeriodClose]:
    """Return the closes whose totals answer for their month: it lies within the days asked about,
    and nothing was posted into it since, up to the moment that is asked about.
    """
    reopened = PeriodReopen.objects.filter(close=OuterRef("pk"))
    # The month is over at as_of: it begins before the month of the day after.
    within = Q(period__month__lt=(as_of + DAY).replace(day=1) if as_of < date.max else as_of)
    if since is not None:
        within &= Q(period__month__gte=since)
    if known_at is not None:
        reopened = reopened.filter(reopened_at__lte=known_at)
        within &= Q(closed_at__lte=known_at)
    have_totals = Exists(MonthTotal.objects.filter(close=OuterRef("pk")))
    return PeriodClose.objects.filter(~Exists(reopened), have_totals, within, kind=CloseKind.HARD)


def stretches_without(months: Sequence[date], *, since: date | None, as_of: date) -> list[Stretch]:
    """Return the days from ``since`` to ``as_of`` that lie in none of some months, in order.

    ``months`` are their first days, in order; each lies within these days as a whole.
    """
    found, begins = [], since
    for month in months:
        if begins is None or begins < month:
            found.append(Stretch(begins, month - DAY))
        begins = (month + timedelta(days=31)).replace(day=1)
    if begins is None or begins <= as_of:
        found.append(Stretch(begins, as_of))
    return found


def _written(stretches: Sequence[Stretch]) -> tuple[str, list[date]]:
    """Return a condition on the date of entries, and its parameters."""
    parts, days = [], []
    for stretch in stretches:
        ends = [("<=", stretch.last), (">=", stretch.first)]
        given = [(sign, day) for sign, day in ends if day is not None]
        parts.append(" AND ".join(f"entry.entry_date {sign} %s" for sign, _ in given))
        days += [day for _, day in given]
    return " OR ".join(f"({part})" for part in parts) or "false", days
