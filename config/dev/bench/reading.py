"""Reading the books of one practice beside bare SQL: while its months are open, and once closed.

The SQL runs as the role for backups, whom no policy filters, and names its practice itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connections

from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing.reports.declared import Report
from billing.reports.registry import REPORTS
from billing.selectors import receivables
from billing.selectors.tables import Asked
from clients.models import Client
from config.dev.bench.timing import Act, Effort, Figure, Goal, Measured, rounds
from ledger.chart import Role
from ledger.days import FIRST_DAY
from ledger.selectors import by_account, months, reports, subledger
from ledger.services import periods

LARGE = 1_200_000
"""Postings of the practice that the goals in milliseconds are about."""
A_YEAR_AGO = timedelta(days=365)
PAGE = 50

NEAR_BARE_SQL = Goal("ratio", 1.5)
FROM_TOTALS = Goal("ours", 30)
AGEING = Goal("ours", 400)
AGEING_TODAY = Goal("ours", 60)
BALANCE_MICROSECONDS = Goal("ours", 1_000)
STATEMENT = Goal("ours", 20)
REPORT = Goal("ours", 1_000)

TRIAL_BALANCE = """
    SELECT account.code, account.name, account.role, sum(debit), sum(credit)
    FROM ledger_posting AS posting
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND posting.entry_date <= %s
    GROUP BY 1, 2, 3 HAVING sum(debit) <> sum(credit) ORDER BY 1
"""
INCOME_STATEMENT = """
    SELECT account.code, account.name, account.role, sum(debit), sum(credit)
    FROM ledger_posting AS posting
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND posting.entry_date BETWEEN %s AND %s
    AND account.kind IN ('INCOME', 'EXPENSE')
    GROUP BY 1, 2, 3 HAVING sum(debit) <> sum(credit) ORDER BY 1
"""
OPEN_ITEMS = """
    SELECT item, min(party::text), sum(debit) - sum(credit)
    FROM ledger_posting AS posting
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND posting.entry_date <= %s AND account.role = %s
    GROUP BY item HAVING sum(debit) <> sum(credit)
"""
CLIENT = """
    SELECT sum(debit) - sum(credit) FROM ledger_posting AS posting
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND posting.party = %s AND account.role = %s
"""
ACCOUNT = """
    SELECT sum(debit) - sum(credit) FROM ledger_posting AS posting
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND account.role = %s
"""
LINES = """
    SELECT posting.entry_date, entry.memo, debit, credit FROM ledger_posting AS posting
    JOIN ledger_journalentry AS entry
        ON entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
    JOIN ledger_account AS account
        ON account.practice_id = posting.practice_id AND account.id = posting.account_id
    WHERE posting.practice_id = %s AND account.role = %s
    ORDER BY posting.entry_date, posting.entry_id OFFSET %s LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Books:
    """One practice whose books are read, how large they are, and until which day.

    ``prefix`` stands before the names of its figures.
    """

    practice_id: UUID
    size: int
    today: date
    effort: Effort
    prefix: str = "ledger"

    @property
    def few(self) -> Effort:
        """As many calls as take about as long at each size."""
        return Effort(self.effort.rounds, max(1, self.effort.calls * 1_000 // self.size))

    def figure(self, name: str, unit: str, measured: Measured, goal: Goal | None = None) -> Figure:
        return Figure(f"{self.prefix}.{name}", self.size, unit, measured, goal)

    def at_large(self, goal: Goal) -> Goal | None:
        """Return a goal that is about the largest size alone."""
        return goal if self.size == LARGE else None

    def beside(self, ours: Act, *statements: tuple[str, Sequence[Any]]) -> Measured:
        """Measure ours beside statements, in milliseconds."""
        return rounds(ours, _bare(*statements), effort=self.few, unit="ms", warm_up=1)


def open_figures(books: Books) -> Iterator[Figure]:
    """Measure books of which no month is closed: every posting is read."""
    with practice_scope(books.practice_id):
        yield from _statements(books, NEAR_BARE_SQL, NEAR_BARE_SQL)
        yield from _ages(books, AGEING)
        yield from _balances(books, of_account=None)
        yield from _lines(books)


def closed_figures(books: Books) -> Iterator[Figure]:
    """Close every month that is over, and measure what is read from their totals."""
    close(books)
    closed = replace(books, prefix=f"{books.prefix}.closed")
    with practice_scope(closed.practice_id):
        yield from _statements(closed, closed.at_large(FROM_TOTALS), closed.at_large(FROM_TOTALS))
        yield from _ages(closed, AGEING_TODAY)
        yield from _balances(closed, of_account=BALANCE_MICROSECONDS)
        yield from _lines(closed)
        yield from _reports(closed)


def close(books: Books) -> None:
    """Close every month of the practice that is over, and let the server count what came of it."""
    with practice_scope(books.practice_id):
        over = [month.first for month in months.months(today=books.today) if month.is_over]
    for first in reversed(over):
        with practice_scope(books.practice_id):
            periods.close(month=first, today=books.today, by=members.automaton())
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _statements(books: Books, trial: Goal | None, income: Goal | None) -> Iterator[Figure]:
    practice, today = books.practice_id, books.today
    first = today.replace(month=1, day=1)
    measured = books.beside(
        lambda: reports.trial_balance(as_of=today), (TRIAL_BALANCE, [practice, today])
    )
    yield books.figure("trial_balance", "ms", measured, trial)
    measured = books.beside(
        lambda: reports.income_statement(first=first, last=today),
        (INCOME_STATEMENT, [practice, first, today]),
    )
    yield books.figure("income_statement", "ms", measured, income)


def _ages(books: Books, of_today: Goal) -> Iterator[Figure]:
    for name, day, goal in (
        ("ageing", books.today, of_today),
        ("ageing_a_year_ago", books.today - A_YEAR_AGO, AGEING),
    ):
        measured = books.beside(
            _ageing(day),
            *(
                (OPEN_ITEMS, [books.practice_id, day, role])
                for role in (Role.CLIENT_RECEIVABLE, Role.CLIENT_CREDITS)
            ),
        )
        yield books.figure(name, "ms", measured, books.at_large(goal))


def _ageing(day: date) -> Act:
    return lambda: receivables.on(as_of=day)


def _balances(books: Books, of_account: Goal | None) -> Iterator[Figure]:
    role = Role.CLIENT_RECEIVABLE
    party = Client.objects.order_by("pk")[0].pk
    measured = rounds(
        lambda: subledger.balance(role, party=party),
        _bare((CLIENT, [books.practice_id, party, role])),
        effort=books.effort,
    )
    yield books.figure("client_balance", "us", measured, BALANCE_MICROSECONDS)
    measured = rounds(
        lambda: subledger.balance(role),
        _bare((ACCOUNT, [books.practice_id, role])),
        effort=books.few,
        warm_up=1,
    )
    yield books.figure("account_balance", "us", measured, of_account)


def _lines(books: Books) -> Iterator[Figure]:
    """A page in the middle of the account of session fees: a line for every invoice."""
    role = Role.SESSION_FEES
    span: dict[str, Any] = {"since": FIRST_DAY, "as_of": books.today}

    def page() -> None:
        lines = by_account.Lines(by_account.sections(**span, role=role), **span)
        middle = len(lines) // 2
        lines[middle : middle + PAGE]

    whole = len(by_account.Lines(by_account.sections(**span, role=role), **span))
    measured = books.beside(page, (LINES, [books.practice_id, role, whole // 2, PAGE]))
    yield books.figure("statement_of_account", "ms", measured, books.at_large(STATEMENT))


def _reports(books: Books) -> Iterator[Figure]:
    """Every report with the rows of its first page, beside a bare trial balance."""
    for slug, report in REPORTS.items():
        measured = books.beside(
            _first_page(report, Asked(as_of=books.today)),
            (TRIAL_BALANCE, [books.practice_id, books.today]),
        )
        yield books.figure(f"report.{slug}", "ms", measured, REPORT)


def _first_page(report: Report, asked: Asked) -> Act:
    return lambda: report.table(asked).rows[0:PAGE]


def _bare(*statements: tuple[str, Sequence[Any]]) -> Act:
    """Return a function that reads by SQL alone, with no policy in the way."""

    def read() -> None:
        with connections["backup"].cursor() as cursor:
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()

    return read
