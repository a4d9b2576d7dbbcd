"""What was earned and spent in a time; and what came in, bridged to what was earned."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.urls import reverse

from billing.forms.reports import PeriodForm
from billing.reports.declared import Report
from billing.reports.drilling import account_url, asked_of
from billing.selectors.tables import Asked, Level, Row, Table, Tie, money, text, title
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import cash, chart, reports
from ledger.selectors.cash import ADVANCES, OWED, CashView
from ledger.selectors.reports import AccountBalance

ALWAYS = [label for label, _ in ADVANCES[:2]]
"""Changes that are told even where there is none."""

COLUMNS = (text("code", "No."), text("account", "Account"), money("amount", "Amount"))


def table(asked: Asked) -> Table:
    earned, view = reports.income_statement(**asked.span), cash.view(**asked.span)
    roles = {each.code: each.role for each in chart.accounts()}

    def lines(accounts: Iterable[AccountBalance]) -> list[Row]:
        return [
            Row(
                (row.code, row.name, row.balance),
                url=account_url(asked, roles[row.code], since=asked.first),
            )
            for row in accounts
        ]

    rows = [
        title("Income", COLUMNS),
        *lines(earned.income),
        _sum("Total income", earned.total_income),
        title("Expenses", COLUMNS),
        *lines(earned.expenses),
        _sum("Total expenses", earned.total_expenses),
        _sum("Net income", earned.net_income),
        *_cash_view(asked, view, earned.total_income),
    ]
    is_empty = not (earned.income or earned.expenses or view.net_receipts or view.money_change)
    change = _earnings(asked.as_of, asked) - _earnings(_day_before(asked.first), asked)
    return Table(
        COLUMNS,
        [] if is_empty else rows,
        ties=(
            Tie(
                "Net income equals the change of earnings on the balance sheet",
                earned.net_income,
                change,
            ),
            Tie(
                "Net receipts equal what was applied and what credits and prepayments changed by",
                view.net_receipts,
                view.bridged,
            ),
            Tie(
                "Net receipts equal the change of money less other flows",
                view.net_receipts,
                view.money_change - view.other_flows,
            ),
        ),
        notes=(
            "Accrual: income counts on the date of its entry, paid or not. Cash: money counts on"
            " the date on which it comes or goes; money for later services counts when it comes.",
        ),
    )


def _cash_view(asked: Asked, view: CashView, income: Money) -> list[Row]:
    """What came in; and from income, which counts paid or not, to what came in."""
    others = view.applied - income + view.owed
    receipts = (
        f"{reverse('billing:report', args=['receipts'])}?{asked_of(asked, since=asked.first)}"
    )
    return [
        title("Cash view: what came in", COLUMNS),
        _line("Payments received", view.received, receipts),
        _line("Refunds paid", view.refunded),
        _line("Chargebacks", view.charged_back),
        _line("Recoupments and payments taken back", view.recouped),
        _sum("Net receipts, prepayments included", view.net_receipts),
        title("Why income and receipts differ", COLUMNS),
        _line("Total income, paid or not", income),
        _line("Change of what is billed and not paid", -view.owed, _account(asked, OWED)),
        *([_line("Bad debts and other entries without money", others)] if others else []),
        _sum("Applied to earned services", view.applied),
        *(
            _line(label, amount, _account(asked, roles))
            for (label, amount), (_, roles) in zip(view.advances, ADVANCES, strict=True)
            if amount or label in ALWAYS
        ),
        *([_line("Moved to other accounts", view.moved)] if view.moved else []),
        _sum("Bridge to net receipts", view.bridged),
    ]


def _account(asked: Asked, roles: Sequence[Role]) -> str:
    """Return where the first of some accounts stands in the ledger, of the same days."""
    return account_url(asked, roles[0], since=asked.first)


def _line(words: str, amount: Money, url: str = "") -> Row:
    return Row(("", words, amount), url=url)


def _sum(words: str, amount: Money) -> Row:
    return Row((words, None, amount), Level.SUM)


def _earnings(on: date | None, asked: Asked) -> Money:
    return reports.balance_sheet(as_of=on, known_at=asked.known_at).earnings if on else ZERO


def _day_before(day: date) -> date | None:
    return None if day == date.min else day - timedelta(days=1)


INCOME_STATEMENT = Report(
    slug="income",
    name="Income statement",
    lead="What was earned and spent from one day to another, and what came in.",
    form=PeriodForm,
    table=table,
    version=2,
    empty=("Nothing happened in this time", "No income, expense or payment is dated in it."),
)
