from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from ledger.models import PeriodClose, PeriodReopen


def standing_closes(on: date) -> QuerySet[PeriodClose]:
    """Return the close that stands over the month of ``on``: none, or one."""
    taken_back = PeriodReopen.objects.filter(close=OuterRef("pk"))
    return PeriodClose.objects.filter(~Exists(taken_back), period__month=on.replace(day=1))


def is_closed(on: date) -> bool:
    """Return whether the month of ``on`` is closed to new entries."""
    return standing_closes(on).exists()


def close_of(on: date) -> UUID | None:
    """Return the id of the close that stands over the month of ``on``, if it is closed."""
    return standing_closes(on).values_list("pk", flat=True).first()
