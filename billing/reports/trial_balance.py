"""Every account with a balance, and that the two sides are equal."""

from billing.forms.reports import ReportForm
from billing.reports.declared import Report
from billing.reports.drilling import account_url
from billing.selectors.tables import Asked, Level, Row, Table, Tie, money, text, total
from ledger.chart import Role
from ledger.selectors import reports, subledger

COLUMNS = (
    text("code", "No."),
    text("account", "Account"),
    money("debit", "Debit"),
    money("credit", "Credit"),
)
CONTROLS = (
    (Role.CLIENT_RECEIVABLE, "Client receivable equals its open items"),
    (Role.INSURANCE_RECEIVABLE, "Insurance receivable equals its claim lines"),
    (Role.CLIENT_CREDITS, "Client credits equal what is left of payments"),
    (Role.PREPAID_SESSIONS, "Prepaid sessions equal what is left of packages"),
    (Role.REFUNDS_PAYABLE, "Refunds payable equal the refunds not paid"),
)
"""Accounts that are the sum of a subledger."""


def table(asked: Asked) -> Table:
    report = reports.trial_balance(**asked.known)
    used = {row.role for row in report.rows}
    return Table(
        COLUMNS,
        [
            Row(
                (row.code, row.name, row.debit or None, row.credit or None),
                url=account_url(asked, row.role),
            )
            for row in report.rows
        ],
        totals=(Row(("Total", None, report.total, report.total), Level.SUM),),
        ties=(
            Tie(
                "Debits equal credits",
                total(row.debit for row in report.rows),
                total(row.credit for row in report.rows),
            ),
            *(_control(asked, role, label) for role, label in CONTROLS if role in used),
        ),
    )


def _control(asked: Asked, role: Role, label: str) -> Tie:
    items = total(subledger.balances(role, **asked.known).values())
    return Tie(label, items, subledger.balance(role, **asked.known))


TRIAL_BALANCE = Report(
    slug="trial-balance",
    name="Trial balance",
    lead="All accounts at the end of a day. Debits and credits are equal.",
    form=ReportForm,
    table=table,
    empty=("The books are empty on this date", "Nothing is posted up to it."),
)
