"""Numbers without a gap. A series is locked until the transaction that took a number ends.

The lock does more than count: whoever holds a series sees everything that others did under it,
so issuing (one series a year) and taking money (``RECEIPTS``) are each one at a time.
"""

from django.db.models import QuerySet

from billing.models import Counter

RECEIPTS = "R"
WRITE_OFFS = "WO"
REFUNDS = "RF"
DEPOSITS = "D"
PACKAGES = "PK"
BILLS = "B"
BILL_PAYMENTS = "BP"
VENDORS = "V"
BANK_LINES = "BANK"
"""Counts nothing: whoever holds it takes bank lines in alone."""
STATEMENTS = "STATEMENTS"
"""Counts nothing: whoever holds it makes statements of account alone."""
LETTERS = "LETTERS"
"""Counts nothing: whoever holds it writes letters to clients, or holds them back, alone."""
SERVICES = "SERVICES"
"""Counts nothing: whoever holds it changes services and fees alone."""
HOURS = "HOURS"
"""Counts nothing: whoever holds it decides alone what becomes of hours that are planned, missed or
not billed yet. Taken before the series of invoices."""


def invoices_of(year: int) -> str:
    """Return the series of a year's invoices."""
    return f"INV-{year}"


def estimates_of(year: int) -> str:
    """Return the series of a year's good faith estimates."""
    return f"GFE-{year}"


def superbills_of(year: int) -> str:
    """Return the series of a year's superbills."""
    return f"SB-{year}"


def payment_plans_of(year: int) -> str:
    """Return the series of a year's payment plans."""
    return f"PP-{year}"


def lock(series: str) -> Counter:
    """Return the series' counter, locked until the transaction ends; it begins at 0."""
    counter = _locked(series).first()
    if counter is None:
        Counter.objects.bulk_create([Counter(series=series, last=0)], ignore_conflicts=True)
        counter = _locked(series).get()
    return counter


def take(counter: Counter) -> int:
    """Return the next number of a locked series."""
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _locked(series: str) -> QuerySet[Counter]:
    return Counter.objects.select_for_update(no_key=True).filter(series=series)
