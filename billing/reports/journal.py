"""The journal for accountants' software: every line of a time, in the columns that it takes.

QuickBooks Online takes Journal No., Journal Date, Account Name, Description, Debits and Credits
(Intuit's help "Import journal entries"); Xero takes Narration, Date, Description, AccountCode,
TaxRate and Amount, debits positive and credits negative, in files of up to 300 lines (Xero's help
"Enter multiple manual journals using an import template"). Both match accounts with their own
chart, and Xero the tax rate with its own settings.
"""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.urls import reverse

from billing.forms.reports import PeriodForm
from billing.reports.declared import Report
from billing.selectors.tables import (
    Asked,
    Cell,
    Column,
    Level,
    Mapped,
    Row,
    Table,
    Tie,
    day,
    money,
    text,
)
from ledger.money import Money
from ledger.selectors.journal import Line, Lines

GENERIC = (
    text("entry", "Entry"),
    day("date", "Date"),
    text("memo", "What happened"),
    text("code", "Account no."),
    text("account", "Account"),
    money("debit", "Debit"),
    money("credit", "Credit"),
)
QUICKBOOKS = (
    text("journal_no", "Journal No."),
    text("journal_date", "Journal Date"),
    text("account_name", "Account Name"),
    text("description", "Description"),
    money("debits", "Debits"),
    money("credits", "Credits"),
)
XERO = (
    text("narration", "Narration"),
    text("date", "Date"),
    text("description", "Description"),
    text("account_code", "AccountCode"),
    text("tax_rate", "TaxRate"),
    money("amount", "Amount"),
)
NO_TAX = "Tax Exempt"
LAYOUTS = {"generic": GENERIC, "quickbooks": QUICKBOOKS, "xero": XERO}


class JournalForm(PeriodForm):
    """In which columns."""

    layout = forms.ChoiceField(
        label="Columns for",
        choices=[
            ("generic", "Any software"),
            ("quickbooks", "QuickBooks Online"),
            ("xero", "Xero"),
        ],
        required=False,
    )

    field_order = ("layout", "since", "as_of", "known_at")


def table(asked: Asked) -> Table:
    layout = asked.choices.get("layout") or "generic"
    columns, make = LAYOUTS[layout], CELLS[layout]
    lines = Lines(since=asked.first, as_of=asked.as_of, known_at=asked.known_at)
    debits, credits = lines.sums

    def row(line: Line) -> Row:
        url = reverse("billing:journal_entry", args=[line.entry_id])
        return Row(make(line), url=url, client=line.party)

    return Table(
        columns,
        Mapped(lines, row),
        # A file for import has lines and no sum below them.
        totals=(_total(columns, debits, credits),) if layout == "generic" else (),
        ties=(Tie("Debits equal credits", debits, credits),),
        notes=NOTES[layout],
    )


def _total(columns: tuple[Column, ...], debits: Money, credits: Money) -> Row:
    return Row(("Total", *(None for _ in columns[3:]), debits, credits), Level.SUM)


def _number(entry: UUID) -> str:
    """Return what its lines are grouped by: the random end of the entry's id."""
    return entry.hex[-12:]


def _generic(line: Line) -> tuple[Cell, ...]:
    return (
        _number(line.entry_id),
        line.entry_date,
        line.memo,
        line.code,
        line.name,
        line.debit or None,
        line.credit or None,
    )


def _quickbooks(line: Line) -> tuple[Cell, ...]:
    return (
        _number(line.entry_id),
        f"{line.entry_date:%m/%d/%Y}",
        line.name,
        line.memo,
        line.debit or None,
        line.credit or None,
    )


def _xero(line: Line) -> tuple[Cell, ...]:
    return (
        f"{line.memo} {_number(line.entry_id)}",
        f"{line.entry_date:%d %b %Y}",
        line.memo,
        line.code,
        NO_TAX,
        line.debit - line.credit,
    )


CELLS: dict[str, Callable[[Line], tuple[Cell, ...]]] = {
    "generic": _generic,
    "quickbooks": _quickbooks,
    "xero": _xero,
}
NOTES: dict[str, tuple[str, ...]] = {
    "generic": (),
    "quickbooks": (
        "Account names must be those of the chart in QuickBooks, and account numbers are turned"
        " off there while a file is imported. The column Export is left unmapped.",
    ),
    "xero": (
        "Account codes must be those of the chart in Xero, and the tax rate one of its settings."
        " Xero takes 300 lines in one file: choose so few days. Take the column Export out.",
    ),
}

JOURNAL = Report(
    slug="journal",
    name="Journal for accountants",
    lead="Every line of every entry, in the columns that other software takes.",
    form=JournalForm,
    table=table,
    empty=("No entries in this time", "Choose other days."),
)
