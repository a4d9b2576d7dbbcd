"""Reports of the books. Each is read at one moment, and asserts the identity that it shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ledger.chart import Kind, Side
from ledger.money import ZERO, Money
from ledger.selectors import totals

OF_INCOME = (Kind.INCOME, Kind.EXPENSE)
"""The kinds of accounts that an income statement shows."""


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """The net of one account; ``balance`` is positive on the side where its kind grows."""

    code: str
    name: str
    balance: Money


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """One account: its balance stands in its debit or its credit column, never in both."""

    code: str
    name: str
    role: str
    debit: Money
    credit: Money


@dataclass(frozen=True, slots=True)
class TrialBalance:
    as_of: date
    known_at: datetime | None
    rows: list[TrialBalanceRow]
    total: Money


@dataclass(frozen=True, slots=True)
class IncomeStatement:
    """Income earned and expenses of ``first`` to ``last``, both included, by the accrual view."""

    first: date
    last: date
    known_at: datetime | None
    income: list[AccountBalance]
    expenses: list[AccountBalance]
    total_income: Money
    total_expenses: Money
    net_income: Money


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """What the practice owns and owes. ``earnings`` is all net income so far, as part of equity."""

    as_of: date
    known_at: datetime | None
    assets: list[AccountBalance]
    liabilities: list[AccountBalance]
    equity: list[AccountBalance]
    earnings: Money
    total_assets: Money
    total_liabilities_and_equity: Money


def trial_balance(*, as_of: date, known_at: datetime | None = None) -> TrialBalance:
    """Return every account with a balance at the close of ``as_of``, in chart order, in cents."""
    rows = [
        TrialBalanceRow(n.code, n.name, n.role, max(n.net, ZERO), max(-n.net, ZERO))
        for n in totals.nets(since=None, as_of=as_of, known_at=known_at)
    ]
    debits = sum((row.debit for row in rows), ZERO)
    credits = sum((row.credit for row in rows), ZERO)
    assert debits == credits, f"The ledger is out of balance at {as_of}."
    return TrialBalance(as_of, known_at, rows, debits)


def income_statement(
    *, first: date, last: date, known_at: datetime | None = None
) -> IncomeStatement:
    """Return income and expenses dated from ``first`` to ``last``, in chart order, in cents."""
    nets = totals.nets(since=first, as_of=last, known_at=known_at, kinds=OF_INCOME)
    income = _of_kind(nets, Kind.INCOME, Side.CREDIT)
    expenses = _of_kind(nets, Kind.EXPENSE, Side.DEBIT)
    earned, spent = _total(income), _total(expenses)
    return IncomeStatement(first, last, known_at, income, expenses, earned, spent, earned - spent)


def balance_sheet(*, as_of: date, known_at: datetime | None = None) -> BalanceSheet:
    """Return assets, liabilities and equity at the close of ``as_of``, in cents."""
    nets = totals.nets(since=None, as_of=as_of, known_at=known_at)
    assets = _of_kind(nets, Kind.ASSET, Side.DEBIT)
    liabilities = _of_kind(nets, Kind.LIABILITY, Side.CREDIT)
    equity = _of_kind(nets, Kind.EQUITY, Side.CREDIT)
    earnings = sum((-n.net for n in nets if n.kind in OF_INCOME), ZERO)
    owned, claimed = _total(assets), _total(liabilities) + _total(equity) + earnings
    assert owned == claimed, f"The ledger is out of balance at {as_of}."
    return BalanceSheet(as_of, known_at, assets, liabilities, equity, earnings, owned, claimed)


def _of_kind(nets: Iterable[totals.Net], kind: Kind, side: Side) -> list[AccountBalance]:
    return [
        AccountBalance(n.code, n.name, n.net if side is Side.DEBIT else -n.net)
        for n in nets
        if n.kind == kind
    ]


def _total(balances: Iterable[AccountBalance]) -> Money:
    return sum((account.balance for account in balances), ZERO)
