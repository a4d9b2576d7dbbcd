"""Every line of an account over a time with its running balance; or of all accounts."""

from django.urls import reverse

from billing.forms.reports import AccountForm
from billing.reports.declared import Report
from billing.selectors.tables import Asked, Level, Mapped, Row, Table, Tie, day, money, text
from ledger.chart import NORMAL_SIDE, Role, Side
from ledger.selectors import chart, subledger
from ledger.selectors.journal import Line, Lines

SAID = (day("date", "Date"), text("memo", "What happened"))
SIDES = (money("debit", "Debit"), money("credit", "Credit"))
OF_ALL = (*SAID, text("account", "Account"), *SIDES)
OF_ONE = (*SAID, *SIDES, money("balance", "Balance"))


def table(asked: Asked) -> Table:
    role = Role(asked.choices["account"]) if asked.choices.get("account") else None
    lines = Lines(since=asked.first, as_of=asked.as_of, known_at=asked.known_at, role=role)
    return _of_all(lines) if role is None else _of_one(asked, role, lines)


def _of_all(lines: Lines) -> Table:
    debits, credits = lines.sums

    def row(line: Line) -> Row:
        account = f"{line.code} {line.name}"
        return _row(line, (account, line.debit or None, line.credit or None))

    return Table(
        OF_ALL,
        Mapped(lines, row),
        totals=(Row(("Total", None, None, debits, credits), Level.SUM),),
        ties=(Tie("Debits equal credits", debits, credits),),
    )


def _of_one(asked: Asked, role: Role, lines: Lines) -> Table:
    is_credit = NORMAL_SIDE[role] is Side.CREDIT
    debits, credits = lines.sums
    opening = lines.opening
    closing = opening + debits - credits
    account = next(each for each in chart.accounts() if each.role == role)

    def row(line: Line) -> Row:
        balance = -line.balance if is_credit else line.balance
        return _row(line, (line.debit or None, line.credit or None, balance))

    return Table(
        OF_ONE,
        Mapped(lines, row),
        totals=(
            Row(
                ("Balance before", None, None, None, -opening if is_credit else opening), Level.SUM
            ),
            Row(("Total", None, debits, credits, -closing if is_credit else closing), Level.SUM),
        ),
        ties=(
            Tie(
                f"The last balance equals account {account.code} {account.name}",
                -closing if is_credit else closing,
                subledger.balance(role, **asked.known),
            ),
        ),
    )


def _row(line: Line, cells: tuple[object, ...]) -> Row:
    url = reverse("billing:journal_entry", args=[line.entry_id])
    return Row((line.entry_date, line.memo, *cells), url=url, client=line.party)  # type: ignore[arg-type]  # cells


GENERAL_LEDGER = Report(
    slug="general-ledger",
    name="General ledger",
    lead="Every line, in the order of its day; each leads to its entry.",
    form=AccountForm,
    table=table,
    empty=("No lines in this time", "Choose other days, or another account."),
)
