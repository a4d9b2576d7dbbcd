from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from ledger.models import CloseKind, PeriodClose, PeriodReopen

HARDEST_FIRST = ("kind",)
"""In the order of the alphabet, HARD comes before SOFT."""


def standing_closes(on: date) -> QuerySet[PeriodClose]:
    """Return the closes that stand over the month of ``on``: at most one of each kind."""
    taken_back = PeriodReopen.objects.filter(close=OuterRef("pk"))
    return PeriodClose.objects.filter(~Exists(taken_back), period__month=on.replace(day=1))


def standing(on: date) -> PeriodClose | None:
    """Return the close that counts over the month of ``on``: the harder one, or none."""
    closes = standing_closes(on).select_related("period", "closed_by")
    return closes.order_by(*HARDEST_FIRST).first()


def last_day(month: date) -> date:
    """Return the last day of the month that begins on ``month``."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def is_closed(on: date) -> bool:
    """Return whether the month of ``on`` is closed to everybody."""
    return standing_closes(on).filter(kind=CloseKind.HARD).exists()
