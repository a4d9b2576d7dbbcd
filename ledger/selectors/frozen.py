"""What the statements of a month said when it was closed, and whether they say the same now.

The bytes are JSON without spaces, its names in the order of the alphabet, amounts in whole cents.
Accounts stand there by role: codes and names may be changed later, what an account is for not.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import connection

from ledger.chart import CHART, Kind
from ledger.models import Account, JournalEntry, PeriodSnapshot
from ledger.money import ZERO, Money
from ledger.selectors import periods, totals

FORMAT = "quietledger month 1"
KINDS = {str(account.role): account.type.kind for account in CHART}
BY_MONTH = """
SELECT account.role, date_trunc('month', entry.entry_date)::date,
    width_bucket(entry.posted_at, %s::timestamptz[]),
    sum(posting.debit)::bigint, sum(posting.credit)::bigint
FROM ledger_posting AS posting
JOIN ledger_journalentry AS entry
    ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
JOIN ledger_account AS account
    ON account.practice_id = posting.practice_id AND account.id = posting.account_id
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Rerun:
    """What the books say of a closed month today, beside what they said when it was closed.

    ``is_identical`` compares what was known at the close: it is never False in sound books.
    ``later`` counts the entries dated up to the month's end that were posted since: they stand
    in a report of today, and not in the frozen one.
    """

    snapshot: PeriodSnapshot
    sha256: str
    is_identical: bool
    later: int


@dataclass(frozen=True, slots=True)
class Row:
    """An account of a frozen statement, with its balance on the side of the column."""

    code: str
    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account of a frozen trial balance: its balance is a debit or a credit, never both."""

    code: str
    name: str
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class Statements:
    """The frozen statements of a month. ``total`` is of each side of the trial balance."""

    trial: list[TrialRow]
    total: Money
    income: list[Row]
    expenses: list[Row]
    net_income: Money
    assets: list[Row]
    liabilities: list[Row]
    equity: list[Row]
    earnings: Money

    @property
    def owned(self) -> list[Row]:
        """Equity with what was earned so far."""
        return [*self.equity, Row("", "Earnings so far", self.earnings)]

    @property
    def total_income(self) -> Money:
        return _sum(self.income)

    @property
    def total_expenses(self) -> Money:
        return _sum(self.expenses)

    @property
    def total_assets(self) -> Money:
        return _sum(self.assets)

    @property
    def total_liabilities(self) -> Money:
        return _sum(self.liabilities)

    @property
    def total_equity(self) -> Money:
        return _sum(self.owned)

    @property
    def total_claims(self) -> Money:
        """Liabilities and equity together, which equal the assets."""
        return self.total_liabilities + self.total_equity


def statements(*, month: date, known_at: datetime, from_postings: bool = False) -> bytes:
    """Return the statements of a month, as known at a settled moment, as canonical bytes."""
    last = periods.last_day(month)
    at_end, within = (
        totals.nets(since=since, as_of=last, known_at=known_at, from_postings=from_postings)
        for since in (None, month)
    )
    return canonical(
        month=month,
        known_at=known_at,
        balances={account.role: account.net.cents for account in at_end},
        movements={account.role: account.net.cents for account in within},
    )


def canonical(
    *, month: date, known_at: datetime, balances: Mapping[str, int], movements: Mapping[str, int]
) -> bytes:
    """Write the three statements of a month. Both maps are role → debits less credits, in cents:
    at the end of the month, and in the month.
    """
    debits = {role: cents for role, cents in balances.items() if cents > 0}
    credits = {role: -cents for role, cents in balances.items() if cents < 0}
    income = _of(movements, Kind.INCOME, sign=-1)
    expenses = _of(movements, Kind.EXPENSE)
    told = {
        "format": FORMAT,
        "month": f"{month:%Y-%m}",
        "known_at": known_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "trial_balance": {
            "debit": debits,
            "credit": credits,
            "total_debit": sum(debits.values()),
            "total_credit": sum(credits.values()),
        },
        "income_statement": {
            "income": income,
            "expenses": expenses,
            "net_income": sum(income.values()) - sum(expenses.values()),
        },
        "balance_sheet": {
            "assets": _of(balances, Kind.ASSET),
            "liabilities": _of(balances, Kind.LIABILITY, sign=-1),
            "equity": _of(balances, Kind.EQUITY, sign=-1),
            "earnings": -sum(
                cents
                for role, cents in balances.items()
                if KINDS[role] in (Kind.INCOME, Kind.EXPENSE)
            ),
        },
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(content: bytes) -> str:
    """Return the SHA-256 of statements, in hex."""
    return hashlib.sha256(content).hexdigest()


def of_close(close_id: UUID, *, month: date) -> PeriodSnapshot | None:
    """Return what was frozen with a close of a month: nothing, with one to all but accountants."""
    found = PeriodSnapshot.objects.filter(close=close_id, close__period__month=month)
    return found.select_related("close__period", "close__closed_by").first()


def read(snapshot: PeriodSnapshot) -> Statements:
    """Return what was frozen as a page shows it, accounts under the names that they have now."""
    told = json.loads(bytes(snapshot.content))
    accounts = {each.role: each for each in Account.objects.order_by("code")}

    def rows(part: str, column: str) -> list[Row]:
        amounts: dict[str, int] = told[part][column]
        chosen = [(accounts[role], cents) for role, cents in amounts.items()]
        chosen.sort(key=lambda pair: pair[0].code)
        return [Row(account.code, account.name, Money(cents)) for account, cents in chosen]

    trial, income, sheet = "trial_balance", "income_statement", "balance_sheet"
    sides = [TrialRow(row.code, row.name, row.amount, None) for row in rows(trial, "debit")]
    sides += [TrialRow(row.code, row.name, None, row.amount) for row in rows(trial, "credit")]
    return Statements(
        trial=sorted(sides, key=lambda row: row.code),
        total=Money(told[trial]["total_debit"]),
        income=rows(income, "income"),
        expenses=rows(income, "expenses"),
        net_income=Money(told[income]["net_income"]),
        assets=rows(sheet, "assets"),
        liabilities=rows(sheet, "liabilities"),
        equity=rows(sheet, "equity"),
        earnings=Money(told[sheet]["earnings"]),
    )


def rerun(snapshot: PeriodSnapshot) -> Rerun:
    """Make the statements of a closed month again, posting by posting, and compare."""
    month = snapshot.close.period.month
    content = statements(month=month, known_at=snapshot.known_at, from_postings=True)
    since = JournalEntry.objects.filter(
        entry_date__lte=periods.last_day(month), posted_at__gt=snapshot.known_at
    )
    return Rerun(
        snapshot,
        fingerprint(content),
        content == bytes(snapshot.content),
        since.count(),
    )


@dataclass(frozen=True, slots=True)
class Remade:
    """A snapshot, what its statements are by the postings, and the sums of its month by role."""

    snapshot: PeriodSnapshot
    content: bytes
    sums: dict[str, tuple[int, int]]


def remake_all() -> Iterable[Remade]:
    """Make the statements of every closed month again, from one reading of all postings."""
    known = PeriodSnapshot.objects.select_related("close__period").order_by("known_at", "pk")
    snapshots = list(known)
    if not snapshots:
        return
    # A posting of the very moment was known then: the bucket ends one microsecond later.
    ends = [snapshot.known_at + timedelta(microseconds=1) for snapshot in snapshots]
    with connection.cursor() as cursor:
        cursor.execute(BY_MONTH, [ends])
        read = cursor.fetchall()
    for place, snapshot in enumerate(snapshots):
        month = snapshot.close.period.month
        balances: defaultdict[str, int] = defaultdict(int)
        sums: dict[str, tuple[int, int]] = {}
        for role, of_month, bucket, debit, credit in read:
            if bucket > place or of_month > month:
                continue
            balances[role] += debit - credit
            if of_month == month:
                before = sums.get(role, (0, 0))
                sums[role] = before[0] + debit, before[1] + credit
        movements = {role: debit - credit for role, (debit, credit) in sums.items()}
        content = canonical(
            month=month,
            known_at=snapshot.known_at,
            balances=_moved(balances),
            movements=_moved(movements),
        )
        yield Remade(snapshot, content, sums)


def _sum(rows: Iterable[Row]) -> Money:
    return sum((row.amount for row in rows), ZERO)


def _moved(sums: Mapping[str, int]) -> dict[str, int]:
    return {role: cents for role, cents in sums.items() if cents}


def _of(sums: Mapping[str, int], kind: Kind, *, sign: int = 1) -> dict[str, int]:
    return {role: sign * cents for role, cents in sums.items() if KINDS[role] == kind}
