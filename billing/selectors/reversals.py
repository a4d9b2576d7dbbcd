"""What taking something back writes in the books, shown before it is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.money import Money
from ledger.selectors import journal, periods


@dataclass(frozen=True, slots=True)
class MirrorLine:
    """One line of a reversing entry; one of its sides is None."""

    account: str
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class Mirror:
    """A reversing entry before it is written."""

    caption: str
    lines: list[MirrorLine]


def day_for(on: date, *, today: date) -> date:
    """Return the day on which a reversal of something dated ``on`` is dated.

    In an open month that is the day itself, so that no report shows it twice or too early. What
    lies in a closed month is corrected today, and the closed month stays as it was reported.
    """
    return on if periods.standing(on) is None else max(on, today)


def mirrors(entries: Iterable[tuple[UUID, date]], *, today: date | None = None) -> list[Mirror]:
    """Return the reversing entries of some entries of those days, in their order.

    Without ``today`` the day is chosen on the form, and not told.
    """
    found = []
    for entry_id, on in entries:
        entry = journal.entry(entry_id)
        if entry is None:
            continue
        day = "" if today is None else f", {day_for(on, today=today):%b %-d, %Y}"
        lines = [
            MirrorLine(f"{line.code} {line.name}", line.credit or None, line.debit or None)
            for line in entry.lines
        ]
        lines.sort(key=lambda line: line.debit is None)
        found.append(Mirror(f"Reverses: {entry.memo}{day}", lines))
    return found
