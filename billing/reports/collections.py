"""Month by month: what was charged and collected, and for how many days of charges clients owe."""

from calendar import monthrange
from datetime import date, datetime

from billing.forms.reports import PeriodForm
from billing.reports.declared import Report
from billing.selectors.tables import (
    Asked,
    Level,
    Row,
    Table,
    Tie,
    count,
    money,
    percent,
    text,
    total,
)
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import cash, reports, subledger

COLUMNS = (
    text("month", "Month"),
    money("charged", "Charged, net"),
    money("collected", "Collected"),
    percent("rate", "Collection rate"),
    money("receivable", "Receivable at the end"),
    count("days", "Days in receivables"),
)
RECEIVABLE = (Role.CLIENT_RECEIVABLE, Role.INSURANCE_RECEIVABLE)
MOST_MONTHS = 24


def table(asked: Asked) -> Table:
    months = _months(asked)
    figures = [_figures(first, last, asked.known_at) for first, last in months]
    charged = total(each[0] for each in figures)
    collected = total(each[1] for each in figures)
    rows = [
        Row(
            (
                f"{first:%B %Y}",
                earned,
                met,
                _tenths(met, earned),
                owed,
                _days(owed, earned, (last - first).days + 1),
            )
        )
        for (first, last), (earned, met, owed) in zip(months, figures, strict=True)
    ]
    whole = {"first": months[0][0], "last": months[-1][1], "known_at": asked.known_at}
    is_empty = not any(earned or met or owed for earned, met, owed in figures)
    statement = reports.income_statement(**whole)  # type: ignore[arg-type]  # days and a moment
    return Table(
        COLUMNS,
        [] if is_empty else rows,
        totals=(
            Row(
                ("All months", charged, collected, _tenths(collected, charged), None, None),
                Level.SUM,
            ),
        ),
        ties=(
            Tie("What was charged equals the income statement", charged, statement.total_income),
            Tie(
                "What was collected equals what the cash view applied",
                collected,
                cash.view(**whole).applied,  # type: ignore[arg-type]  # days and a moment
            ),
        ),
        notes=(
            "Collection rate: collected of charged, in the same month. Days in receivables: what is"
            " owed at the end, by what was charged on an average day of the month. At most"
            f" {MOST_MONTHS} months are shown.",
        ),
    )


def _months(asked: Asked) -> list[tuple[date, date]]:
    """Return first and last day of each month of the time, the newest that are shown."""
    found: list[tuple[date, date]] = []
    year, month = asked.as_of.year, asked.as_of.month
    while len(found) < MOST_MONTHS and (year, month) >= (asked.first.year, asked.first.month):
        first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        found.insert(0, (max(first, asked.first), min(last, asked.as_of)))
        if (year, month) == (1, 1):
            break
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def _figures(first: date, last: date, known_at: datetime | None) -> tuple[Money, Money, Money]:
    """Return what was earned and collected, and what is owed at the end."""
    earned = reports.income_statement(first=first, last=last, known_at=known_at).total_income
    met = cash.view(first=first, last=last, known_at=known_at).applied
    owed = total(subledger.balance(role, as_of=last, known_at=known_at) for role in RECEIVABLE)
    return earned, met, owed


def _tenths(part: Money, whole: Money) -> int | None:
    """Return a percentage in tenths, rounded half up; none of nothing."""
    if whole.cents <= 0:
        return None
    return (2_000 * part.cents + whole.cents) // (2 * whole.cents)


def _days(owed: Money, earned: Money, days: int) -> int | None:
    if earned.cents <= 0:
        return None
    return (2 * owed.cents * days + earned.cents) // (2 * earned.cents)


COLLECTIONS = Report(
    slug="collections",
    name="Days in receivables and collection rate",
    lead="Month by month: what was charged, what came of it, and how long it takes.",
    form=PeriodForm,
    table=table,
    empty=("Nothing was charged or collected in this time", "Choose an earlier first day."),
)
