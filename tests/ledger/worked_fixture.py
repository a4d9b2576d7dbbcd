"""Thirty-five events of a small practice in early 2026, with totals computed independently.

One line is one entry: its name, its date, the debits, the credits. An account on a subledger is
written code:party:item.
"""

from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

from accounts.models import Membership
from ledger.chart import CHART
from ledger.models import JournalEntry
from ledger.money import ZERO, Money
from ledger.services import journal
from ledger.services.journal import Line

OPENING_TO_JANUARY = """
E01 2026-01-01 | 1000 1,000.00 | 3000 1,000.00
E02 2026-01-05 | 1100:A:session-1 135.00, 4510 45.00 | 4000 180.00
E03 2026-01-05 | 1020 135.00 | 2000:A:payment-1 135.00
E04 2026-01-05 | 2000:A:payment-1 135.00 | 1100:A:session-1 135.00
E05 2026-01-05 | 6000 4.22 | 1020 4.22
E06 2026-01-06 | 1110:B:claim-1 125.00, 1100:B:session-2 25.00 | 4000 150.00
E07 2026-01-06 | 1010 25.00 | 2000:B:payment-2 25.00
E08 2026-01-06 | 2000:B:payment-2 25.00 | 1100:B:session-2 25.00
E09 2026-01-08 | 1000 130.78 | 1020 130.78
E10 2026-01-08 | 1020 600.00 | 2010:C:package-1 600.00
E11 2026-01-08 | 6000 17.70 | 1020 17.70
E12 2026-01-12 | 2010:C:package-1 150.00, 4520 30.00 | 4000 180.00
E13 2026-01-14 | 1100:D:late-cancel-1 75.00 | 4010 75.00
E14 2026-01-16 | reverses E13
E15 2026-01-19 | 1010 200.00 | 2000:E:payment-3 200.00
E16 2026-01-20 | 1015 80.00, 4500 40.00, 1100:B:session-2 5.00 | 1110:B:claim-1 125.00
E17 2026-01-21 | 1000 80.00 | 1015 80.00
E18 2026-01-21 | 1000 225.00 | 1010 225.00
E19 2026-01-26 | 1100:E:session-3 150.00 | 4000 150.00
E20 2026-01-26 | 2000:E:payment-3 150.00 | 1100:E:session-3 150.00
E21 2026-01-28 | 1100:F:session-4 150.00 | 4000 150.00
E22 2026-01-31 | 6100 500.00 | 1000 500.00
"""
FEBRUARY = """
E23 2026-02-02 | 2000:E:payment-3 50.00 | 2030:E:refund-1 50.00
E24 2026-02-03 | 2030:E:refund-1 50.00 | 1000 50.00
E25 2026-02-05 | 1200 135.00, 6010 15.00 | 1020 150.00
E26 2026-02-10 | 1110:G:claim-2 100.00 | 4000 100.00
E27 2026-02-20 | 1100:A:session-1 135.00 | 1200 135.00
E28 2026-02-24 | 6020 135.00 | 1100:A:session-1 135.00
"""
MARCH = """
E29 2026-03-02 | 1015 100.00 | 1110:G:claim-2 100.00
E30 2026-03-02 | 1110:B:claim-1 125.00 | 4500 40.00, 1100:B:session-2 5.00, 1015 80.00
E31 2026-03-03 | 1000 20.00 | 1015 20.00
E32 2026-03-09 | 1015 75.00, 4500 40.00, 1100:B:session-2 10.00 | 1110:B:claim-1 125.00
E33 2026-03-10 | 1000 75.00 | 1015 75.00
E34 2026-03-12 | 2010:C:package-1 450.00 | 2030:C:refund-2 450.00
E35 2026-03-12 | 2030:C:refund-2 450.00 | 1020 450.00
"""

TRIAL_BALANCES = {
    date(2026, 1, 31): "1000 935.78, 1020 582.30, 1100 155.00, 2000 -50.00, 2010 -450.00,"
    " 3000 -1,000.00, 4000 -810.00, 4500 40.00, 4510 45.00, 4520 30.00, 6000 21.92, 6100 500.00",
    date(2026, 2, 28): "1000 885.78, 1020 432.30, 1100 155.00, 1110 100.00, 2010 -450.00,"
    " 3000 -1,000.00, 4000 -910.00, 4500 40.00, 4510 45.00, 4520 30.00, 6000 21.92, 6010 15.00,"
    " 6020 135.00, 6100 500.00",
    date(2026, 3, 31): "1000 980.78, 1020 -17.70, 1100 160.00, 3000 -1,000.00, 4000 -910.00,"
    " 4500 40.00, 4510 45.00, 4520 30.00, 6000 21.92, 6010 15.00, 6020 135.00, 6100 500.00",
}
"""Debits positive, credits negative; accounts at zero are left out."""

ROLES = {account.code: account.role for account in CHART}


def named(name: str) -> UUID:
    """Return the id that stands for a party or an item of the fixture."""
    return uuid5(NAMESPACE_OID, name)


def amounts(text: str) -> dict[str, Money]:
    """Read ``1000 935.78, 1020 582.30`` as account → amount."""
    return {code: Money.parse(cents) for code, cents in map(str.split, text.split(", "))}


def post(events: str, by: Membership) -> None:
    """Post the events of one text through the journal, in its order."""
    for line in events.strip().splitlines():
        head, *sides = line.split(" | ")
        name, on = head.split()
        if sides[0].startswith("reverses "):
            _reverse(name, date.fromisoformat(on), sides[0].removeprefix("reverses "), by)
        else:
            journal.post(
                source=name,
                entry_date=date.fromisoformat(on),
                memo=f"Event {name}",
                lines=[*_lines(sides[0], is_debit=True), *_lines(sides[1], is_debit=False)],
                by=by,
            )


def _reverse(name: str, on: date, original: str, by: Membership) -> None:
    journal.reverse(
        entry=JournalEntry.objects.get(source=original),
        source=name,
        entry_date=on,
        memo=f"Event {name}",
        by=by,
    )


def _lines(side: str, *, is_debit: bool) -> list[Line]:
    lines = []
    for account, amount in amounts(side).items():
        code, *names = account.split(":")
        party, item = map(named, names) if names else (None, None)
        debit, credit = (amount, ZERO) if is_debit else (ZERO, amount)
        lines.append(Line(ROLES[code], debit, credit, party, item))
    return lines
