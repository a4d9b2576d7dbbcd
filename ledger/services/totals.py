"""Totals of closed months: made when a month is closed, and thrown away whenever one likes."""

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Sum

from ledger.models import CloseKind, MonthTotal, PeriodClose, PeriodReopen
from ledger.selectors import books, periods


@transaction.atomic
def make(*, close: PeriodClose) -> None:
    """Add up a month that has just been closed to everybody. A month without postings has none."""
    month = close.period.month
    sums = (
        books.postings(since=month, as_of=periods.last_day(month))
        .values_list("account")
        .annotate(debits=Sum("debit"), credits=Sum("credit"))
    )
    MonthTotal.objects.bulk_create(
        MonthTotal(close=close, account_id=account, debit=debits, credit=credits)
        for account, debits, credits in sums
    )


@transaction.atomic
def renew() -> int:
    """Make the totals that are missing, and return of how many months."""
    missing = PeriodClose.objects.filter(
        ~Exists(MonthTotal.objects.filter(close=OuterRef("pk"))),
        ~Exists(PeriodReopen.objects.filter(close=OuterRef("pk"))),
        kind=CloseKind.HARD,
    )
    closes = list(missing.select_related("period").order_by("period__month"))
    for close in closes:
        make(close=close)
    return len(closes)


def drop() -> None:
    """Throw all totals away: reports read postings instead, and answer the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_drop_totals()")
