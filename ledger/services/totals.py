"""Totals of closed months, and the items that are open after them: made when a month is closed, and
thrown away whenever one likes.
"""

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Sum

from ledger.models import CloseKind, MonthTotal, PeriodClose, PeriodReopen
from ledger.selectors import books, periods


@transaction.atomic
def make(*, close: PeriodClose) -> None:
    """Add up a month that has just been closed to everybody. A month without postings has none."""
    month = close.period.month
    sums = (
        books.postings(since=month, as_of=periods.last_day(month))
        .values_list("account")
        .annotate(debits=Sum("debit"), credits=Sum("credit"), postings=Count("pk"))
    )
    MonthTotal.objects.bulk_create(
        MonthTotal(
            close=close, account_id=account, debit=debits, credit=credits, posting_count=postings
        )
        for account, debits, credits, postings in sums
    )
    renew_items()


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
    renew_items()
    return len(closes)


def renew_items() -> None:
    """Add the open items up anew, to the end of the first months without an open one."""
    _ask("SELECT ledger_renew_items()")


def drop() -> None:
    """Throw all totals away: reports read postings instead, and answer the same."""
    _ask("SELECT ledger_drop_totals()")
    _ask("SELECT ledger_drop_items()")


def _ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
