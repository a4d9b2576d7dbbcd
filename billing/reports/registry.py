"""Every report there is, in the order in which the page of reports lists them."""

from billing.reports.adjustments import ADJUSTMENTS
from billing.reports.balance_sheet import BALANCE_SHEET
from billing.reports.collections import COLLECTIONS
from billing.reports.credits import CREDITS
from billing.reports.declared import Report
from billing.reports.deferred_revenue import DEFERRED_REVENUE
from billing.reports.general_ledger import GENERAL_LEDGER
from billing.reports.income_by import INCOME_BY
from billing.reports.income_statement import INCOME_STATEMENT
from billing.reports.journal import JOURNAL
from billing.reports.receipts import RECEIPTS
from billing.reports.receivables import RECEIVABLES
from billing.reports.trial_balance import TRIAL_BALANCE

GROUPS: tuple[tuple[str, tuple[Report, ...]], ...] = (
    ("Statements", (TRIAL_BALANCE, INCOME_STATEMENT, BALANCE_SHEET)),
    ("Clients", (RECEIVABLES, CREDITS, DEFERRED_REVENUE)),
    ("Money and charges", (RECEIPTS, ADJUSTMENTS, INCOME_BY, COLLECTIONS)),
    ("Entries", (GENERAL_LEDGER, JOURNAL)),
)

REPORTS: dict[str, Report] = {report.slug: report for _, group in GROUPS for report in group}
