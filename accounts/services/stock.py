"""Taking stock of sealed values that the log knows nothing of yet."""

from django.db import transaction

from accounts.selectors import sealed
from audit.actions import Action
from audit.services import events


@transaction.atomic
def take() -> int:
    """Leave a mark of every sealed value of the open scope, as it is found; return how many.

    For a practice whose values were written before the log took note of such.

    Raises:
        crypto.IntegrityFailure: one does not open.
    """
    count = 0
    for table in sealed.own_tables():
        for row_id, *values in sealed.rows(table):
            for field, value in zip(table.fields, values, strict=True):
                if value is not None:
                    field.leave_mark(row_id, field.open_bytes(row_id, bytes(value)))
                    count += not field.passing
    if count:
        events.record(Action.STOCK_TAKEN, count=count)
    return count
