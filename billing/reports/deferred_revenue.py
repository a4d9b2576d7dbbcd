"""Prepaid sessions from opening to closing: what was sold, what was used, given back or expired."""

from billing.forms.reports import PeriodForm
from billing.reports.declared import Report
from billing.reports.drilling import account_url
from billing.selectors import codes
from billing.selectors.tables import Asked, Level, Row, Table, Tie, client, money, total
from ledger.chart import Role
from ledger.selectors import movements, subledger

COLUMNS = (
    client(),
    money("opening", "Opening"),
    money("sold", "Sold"),
    money("used", "Used, given back or expired"),
    money("closing", "Closing"),
)
ROLE = Role.PREPAID_SESSIONS


def table(asked: Asked) -> Table:
    rolls = movements.rolls(ROLE, **asked.span)
    names = codes.of_clients(roll.party for roll in rolls)
    rows = [
        Row(
            (
                names.get(roll.party, "Not a client"),  # type: ignore[arg-type]  # None is no client
                roll.opening,
                roll.came,
                roll.went,
                roll.closing,
            ),
            url=account_url(asked, ROLE, since=asked.first),
            client=roll.party if roll.party in names else None,
        )
        for roll in rolls
    ]
    closing = total(roll.closing for roll in rolls)
    return Table(
        COLUMNS,
        sorted(rows, key=lambda row: (len(str(row.cells[0])), str(row.cells[0]))),
        totals=(
            Row(
                (
                    "Total",
                    total(roll.opening for roll in rolls),
                    total(roll.came for roll in rolls),
                    total(roll.went for roll in rolls),
                    closing,
                ),
                Level.SUM,
            ),
        ),
        ties=(
            Tie(
                "What is still prepaid equals the prepaid sessions of the ledger",
                closing,
                subledger.balance(ROLE, **asked.known),
            ),
        ),
    )


DEFERRED_REVENUE = Report(
    slug="deferred-revenue",
    name="Deferred revenue",
    lead="Prepaid sessions from opening to closing, by client.",
    form=PeriodForm,
    table=table,
    empty=("No prepaid sessions in this time", "Nothing was sold ahead, and nothing is left."),
)
