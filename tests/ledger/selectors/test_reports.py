"""Reports: as of a date, as known at a moment, in one query each."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection

from accounts.models import Membership
from ledger.money import Money
from ledger.selectors import reports
from ledger.services import journal
from tests.ledger.events import JANUARY, payment, rent

JANUARY_31 = date(2026, 1, 31)


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def test_a_balance_stands_in_one_column(books: Membership) -> None:
    journal.post(**rent(books))

    rows = reports.trial_balance(as_of=JANUARY_31).rows

    assert [(r.code, r.name, r.debit, r.credit) for r in rows] == [
        ("1000", "Operating bank", Money(0), Money(50000)),
        ("6100", "Rent", Money(50000), Money(0)),
    ]


def test_an_account_at_zero_is_left_out(books: Membership) -> None:
    entry = journal.post(**rent(books))
    journal.reverse(entry=entry, source="void:1", entry_date=JANUARY, memo="Void", by=books)

    balance = reports.trial_balance(as_of=JANUARY_31)

    assert (balance.rows, balance.total) == ([], Money(0))


def test_what_is_dated_later_is_not_in_it(books: Membership) -> None:
    journal.post(**rent(books, on=JANUARY_31))
    journal.post(**rent(books, on=date(2026, 2, 1)))

    assert reports.trial_balance(as_of=JANUARY_31).total == Money(50000)


def test_a_report_as_known_at_a_moment_stays_as_it_was(books: Membership) -> None:
    journal.post(**rent(books))
    moment = database_time()
    before = reports.trial_balance(as_of=JANUARY_31, known_at=moment)

    journal.post(**payment(books))

    assert reports.trial_balance(as_of=JANUARY_31, known_at=moment) == before
    assert reports.trial_balance(as_of=JANUARY_31).total == Money(65000)


def test_income_is_earned_in_its_own_month(books: Membership) -> None:
    journal.post(**rent(books, on=date(2025, 12, 31)))
    journal.post(**rent(books, on=JANUARY, dollars="510.00"))

    statement = reports.income_statement(first=date(2026, 1, 1), last=JANUARY_31)

    assert [(row.code, row.balance) for row in statement.expenses] == [("6100", Money(51000))]
    assert (statement.income, statement.net_income) == ([], Money(-51000))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: reports.trial_balance(as_of=JANUARY_31),
        lambda: reports.income_statement(first=JANUARY, last=JANUARY_31),
        lambda: reports.balance_sheet(as_of=JANUARY_31),
    ],
    ids=["trial balance", "income statement", "balance sheet"],
)
def test_a_report_is_one_query(books: Membership, ask: Any, django_assert_num_queries: Any) -> None:
    """Closed months and the days since are read at one moment."""
    journal.post(**rent(books))

    with django_assert_num_queries(1):
        ask()
