"""What the practice owns and owes at the end of a day."""

from collections.abc import Iterable
from datetime import date

from billing.forms.reports import ReportForm
from billing.reports.declared import Report
from billing.reports.drilling import account_url
from billing.selectors.tables import Asked, Level, Row, Table, Tie, money, text, title, total
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import chart, reports
from ledger.selectors.reports import AccountBalance

COLUMNS = (text("code", "No."), text("account", "Account"), money("balance", "Balance"))


def table(asked: Asked) -> Table:
    sheet = reports.balance_sheet(**asked.known)
    roles = {each.code: each.role for each in chart.accounts()}

    def lines(accounts: Iterable[AccountBalance]) -> list[Row]:
        return [
            Row(
                (row.code, _named(row, roles), row.balance), url=account_url(asked, roles[row.code])
            )
            for row in accounts
        ]

    owed, kept = total(a.balance for a in sheet.liabilities), total(a.balance for a in sheet.equity)
    rows = [
        title("Assets", COLUMNS),
        *lines(sheet.assets),
        Row(("Total assets", None, sheet.total_assets), Level.SUM),
        title("Liabilities", COLUMNS),
        *lines(sheet.liabilities),
        Row(("Total liabilities", None, owed), Level.SUM),
        title("Equity", COLUMNS),
        *lines(sheet.equity),
        Row(("", "Earnings to date", sheet.earnings)),
        Row(("Total equity", None, kept + sheet.earnings), Level.SUM),
    ]
    claimed = sheet.total_liabilities_and_equity
    return Table(
        COLUMNS,
        rows if sheet.assets or sheet.liabilities or sheet.equity or sheet.earnings else [],
        totals=(Row(("Liabilities and equity", None, claimed), Level.SUM),),
        ties=(
            Tie("Assets equal liabilities and equity", sheet.total_assets, claimed),
            Tie(
                "Earnings to date equal what every month earned",
                sheet.earnings,
                _earned(asked),
            ),
        ),
    )


def _named(row: AccountBalance, roles: dict[str, str]) -> str:
    """Return an account's name; below zero, what the card company holds is owed to it."""
    is_owed = roles[row.code] == Role.STRIPE_CLEARING and row.balance < ZERO
    return f"{row.name}, owed to the card company" if is_owed else row.name


def _earned(asked: Asked) -> Money:
    """All that was ever earned, by the income statement."""
    return reports.income_statement(
        first=date.min, last=asked.as_of, known_at=asked.known_at
    ).net_income


BALANCE_SHEET = Report(
    slug="balance-sheet",
    name="Balance sheet",
    lead="What the practice owns, what it owes, and what is left, at the end of a day.",
    form=ReportForm,
    table=table,
    empty=("The books are empty on this date", "Nothing is posted up to it."),
)
