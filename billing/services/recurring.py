"""Bills that come again: set up, made once each, paused and ended."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import Bill, RecurringBill, Vendor
from billing.selectors import recurring
from billing.services import bills, numbers
from billing.services.bills import KeyReused, Part
from ledger.money import Money
from ledger.selectors import categories, periods
from ledger.selectors.categories import Chosen


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""


@transaction.atomic
def set_up(
    *,
    vendor: Vendor,
    category: Chosen,
    amount: Money,
    day: int,
    every_months: int,
    starts_on: date,
    ends_on: date | None,
    due_days: int,
    key: UUID,
    now: datetime,
    by: Membership,
) -> RecurringBill:
    """Set up a bill that comes on a day of the month, every few months, from a first day on.

    The same ``key`` again returns the one that it has.

    Raises:
        EndsBeforeItStarts: the last day lies before the first.
        KeyReused: the key belongs to one of another vendor or amount.
    """
    numbers.lock(numbers.BILLS)  # A second click waits, and then finds what the first made.
    if (known := RecurringBill.objects.filter(key=key).first()) is not None:
        if (known.vendor_id, known.amount) != (vendor.pk, amount):
            raise KeyReused("This form was sent before, with another bill. Start a new one.")
        return known
    if ends_on is not None and ends_on < starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    row = RecurringBill.objects.create(
        vendor=vendor,
        category_id=category.id,
        amount=amount,
        day=day,
        every_months=every_months,
        starts_on=starts_on,
        ends_on=ends_on,
        due_days=due_days,
        key=key,
        set_up_at=now,
        set_up_by=by,
    )
    events.record(Action.RECURRING_BILL_SET_UP, target=row, amount_cents=amount.cents)
    return row


@transaction.atomic
def make_next(*, recurring_id: UUID, today: date, now: datetime, by: Membership) -> Bill | None:
    """Enter the next bill that is due by ``today``, the practice's own day; None without one.

    The day is part of the bill's key, so that it is made once whoever tries, and however often.
    Where its month is closed, softly or for good, it is entered on ``today``.

    Raises:
        journal.PeriodClosed: the month of ``today`` is closed too.
    """
    rows = recurring.running().select_for_update(no_key=True, of=("self",))
    row = rows.select_related("vendor", "category").filter(pk=recurring_id).first()
    on = next(recurring.coming(row), None) if row is not None else None
    if row is None or on is None or on > today:
        return None
    billed_on = on if periods.standing(on) is None else today
    category = next(each for each in categories.expenses() if each.id == row.category_id)
    bill = bills.enter(
        vendor=row.vendor,
        number="",
        billed_on=billed_on,
        due_on=max(on + timedelta(days=row.due_days), billed_on),
        parts=[Part(category, row.amount)],
        key=uuid5(row.pk, on.isoformat()),
        now=now,
        by=by,
    )
    row.made_through = on
    row.save(update_fields=["made_through"])
    return bill


@transaction.atomic
def pause(*, row: RecurringBill, now: datetime, by: Membership) -> None:
    """Make no more bills until it goes on."""
    running = RecurringBill.objects.filter(pk=row.pk, paused_at=None, ended_at=None)
    if running.update(paused_at=now, paused_by=by):
        events.record(Action.RECURRING_BILL_PAUSED, target=row)


@transaction.atomic
def go_on(*, row: RecurringBill, today: date, by: Membership) -> None:
    """Make bills again from ``today`` on; what fell into the pause is left out."""
    rows = RecurringBill.objects.select_for_update(no_key=True)
    paused = rows.filter(pk=row.pk, ended_at=None, paused_at__isnull=False).first()
    if paused is None:
        return
    yesterday = today - timedelta(days=1)
    paused.paused_at, paused.paused_by = None, None
    paused.made_through = max(paused.made_through or yesterday, yesterday)
    paused.save(update_fields=["paused_at", "paused_by", "made_through"])
    events.record(Action.RECURRING_BILL_RESUMED, target=row, resumed_by=str(by.pk))


def leave_out(*, vendor: Vendor, today: date) -> None:
    """Make no bill of a vendor for a day before ``today`` that has none yet."""
    yesterday = today - timedelta(days=1)
    rows = RecurringBill.objects.filter(vendor=vendor, ended_at=None)
    behind = rows.filter(Q(made_through=None) | Q(made_through__lt=yesterday))
    behind.update(made_through=yesterday)


@transaction.atomic
def end(*, row: RecurringBill, now: datetime, by: Membership) -> None:
    """Make no bill any more. What was made stays."""
    standing = RecurringBill.objects.filter(pk=row.pk, ended_at=None)
    if standing.update(ended_at=now, ended_by=by):
        events.record(Action.RECURRING_BILL_ENDED, target=row)
