"""Every account over a time: its opening balance, every line with the balance that it leaves, and
its closing balance. Balances stand on the normal side of their account.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.urls import reverse

from billing.forms.reports import AccountForm
from billing.reports.declared import Report
from billing.selectors.tables import (
    Asked,
    Cell,
    Level,
    Row,
    Rows,
    Table,
    Tie,
    day,
    money,
    text,
    title,
    total,
)
from ledger.chart import NORMAL_SIDE, Role, Side
from ledger.money import ZERO, Money
from ledger.selectors import by_account, reports, subledger
from ledger.selectors.by_account import Line, Lines, Section

COLUMNS = (
    day("date", "Date"),
    text("code", "No."),
    text("memo", "What happened"),
    money("debit", "Debit"),
    money("credit", "Credit"),
    money("balance", "Balance"),
)
OPENING, CLOSING = "Opening balance", "Closing balance"


def table(asked: Asked) -> Table:
    role = Role(asked.choices["account"]) if asked.choices.get("account") else None
    span: dict[str, Any] = {"since": asked.first, **asked.known}
    sections = by_account.sections(**span, role=role)
    lines = Lines(sections, **span)
    return _of_all(asked, sections, lines) if role is None else _of_one(asked, sections, lines)


def _of_all(asked: Asked, sections: list[Section], lines: Lines) -> Table:
    debits = total(section.debits for section in sections)
    credits = total(section.credits for section in sections)
    rows = Framed(
        lines,
        [
            (
                [title(f"{each.code} {each.name}", COLUMNS), _opening(each)],
                each.count,
                [_closing(each)],
            )
            for each in sections
        ],
    )
    return Table(
        COLUMNS,
        rows,
        continued=rows.continued,
        totals=(Row(("Total of all accounts", None, None, debits, credits, None), Level.SUM),),
        ties=(
            Tie("Debits equal credits", debits, credits),
            Tie(
                "Closing balances equal the trial balance",
                total(max(each.closing, ZERO) for each in sections),
                reports.trial_balance(**asked.known).total,
            ),
        ),
    )


def _of_one(asked: Asked, sections: list[Section], lines: Lines) -> Table:
    if not sections:
        return Table(COLUMNS, [])
    (section,) = sections
    closing = _closing(section)
    return Table(
        COLUMNS,
        Framed(lines, [([_opening(section)], section.count, [])]),
        totals=(closing,),
        ties=(
            Tie(
                f"The closing balance equals account {section.code} {section.name}",
                _on_side(section, section.closing),
                subledger.balance(Role(section.role), **asked.known),
            ),
        ),
    )


class Framed:
    """The rows of sections: some that are there already, its lines, and some more.

    Only the lines that are asked for are read, all of them at once.
    """

    def __init__(
        self, lines: Rows, sections: Sequence[tuple[Sequence[Row], int, Sequence[Row]]]
    ) -> None:
        self.lines, self.sections = lines, sections

    def __len__(self) -> int:
        return sum(len(above) + count + len(below) for above, count, below in self.sections)

    def __iter__(self) -> Iterator[Row]:
        return iter(self[0:None])

    def __getitem__(self, place: slice) -> list[Row]:
        start = place.start or 0
        chosen = list(islice(self._places(), start, place.stop))
        numbers = [at for at in chosen if isinstance(at, int)]
        read = iter(self.lines[numbers[0] : numbers[-1] + 1] if numbers else [])
        return [_row(next(read)) if isinstance(at, int) else at for at in chosen]

    def continued(self, place: int) -> Row | None:
        """Return the title of the section that a row lies in, if it is not its first row."""
        for above, count, below in self.sections:
            if 0 < place < len(above) + count + len(below):
                return title(f"{above[0].cells[0]}, continued", COLUMNS)
            place -= len(above) + count + len(below)
            if place <= 0:
                break
        return None

    def _places(self) -> Iterator[Row | int]:
        """Yield what stands in each place: a row, or the number of a line."""
        number = 0
        for above, count, below in self.sections:
            yield from above
            yield from range(number, number + count)
            yield from below
            number += count


def _row(line: Line) -> Row:
    url = reverse("billing:journal_entry", args=[line.entry_id])
    cells: tuple[Cell, ...] = (
        line.entry_date,
        line.section.code,
        line.memo,
        line.debit or None,
        line.credit or None,
        _on_side(line.section, line.balance),
    )
    return Row(cells, url=url, client=line.party)


def _opening(section: Section) -> Row:
    balance = _on_side(section, section.opening)
    return Row((OPENING, None, None, None, None, balance), Level.SUM)


def _closing(section: Section) -> Row:
    balance = _on_side(section, section.closing)
    return Row((CLOSING, None, None, section.debits, section.credits, balance), Level.SUM)


def _on_side(section: Section, net: Money) -> Money:
    return -net if NORMAL_SIDE[Role(section.role)] is Side.CREDIT else net


GENERAL_LEDGER = Report(
    slug="general-ledger",
    name="General ledger",
    lead="Every account line by line, from its opening to its closing balance.",
    form=AccountForm,
    table=table,
    empty=("No lines in this time", "Choose other days, or another account."),
    version=2,
)
