"""Bills of vendors: entered and posted at once, and taken back by a reversing entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import Bill, BillLine, BillTakenBack, TakenBackReason, Vendor
from billing.selectors import bills as found
from billing.services import numbers
from ledger.money import ZERO, Money
from ledger.selectors.categories import Chosen
from ledger.services import journal

Reason = TakenBackReason
LINES_MAX = 50


class NothingOwed(Exception):
    """A bill has no line, or too many."""


class NumberTaken(Exception):
    """Another bill of the vendor has this number."""


class KeyReused(Exception):
    """Another bill was entered under this key."""


class VendorRetired(Exception):
    """The vendor is no longer used."""


class DueTooEarly(Exception):
    """A bill would be due before its own date."""


class AlreadyTakenBack(Exception):
    """The bill was taken back before."""


class StillPaid(Exception):
    """Something is paid on the bill, so it cannot be taken back."""


class BeforeItWas(Exception):
    """Something would be taken back on a day before it was."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a bill is for, and how much of it, in cents."""

    category: Chosen
    amount: Money


@transaction.atomic
def enter(
    *,
    vendor: Vendor,
    number: str,
    billed_on: date,
    due_on: date,
    parts: Sequence[Part],
    key: UUID,
    now: datetime,
    by: Membership,
) -> Bill:
    """Enter a bill and post it on its own date: each part is an expense, and all of it is owed.

    The same ``key`` again returns the bill that it has.

    Raises:
        NothingOwed: there are no parts, or more than ``LINES_MAX``.
        DueTooEarly: it would be due before its own date.
        VendorRetired: the vendor is no longer used.
        NumberTaken: a standing bill of the vendor has the number.
        KeyReused: the key belongs to a bill of another vendor or total.
        journal.PeriodClosed: ``billed_on`` lies in a closed month.
    """
    # The lock comes first: what others entered under it is then seen by the checks.
    counter = numbers.lock(numbers.BILLS)
    total = sum((part.amount for part in parts), ZERO)
    if (known := Bill.objects.filter(key=key).first()) is not None:
        return _same(known, vendor, total)
    if not 1 <= len(parts) <= LINES_MAX:
        raise NothingOwed(f"A bill has at least one line, and at most {LINES_MAX}.")
    if due_on < billed_on:
        raise DueTooEarly("A bill is due on its own date or later.")
    if Vendor.objects.filter(pk=vendor.pk, retired_at__isnull=False).exists():
        raise VendorRetired(f"{vendor.code} is no longer used. Bring the vendor back first.")
    if number and (other := found.of_number(vendor, number)) is not None:
        raise NumberTaken(f"This number of the vendor stands on {other.reference} already.")
    bill_id = uuid7()
    reference = f"B-{numbers.take(counter):05}"
    entry = journal.post(
        source=f"bill:{bill_id}:entered",
        entry_date=billed_on,
        memo=f"Bill {reference} of vendor {vendor.code}",
        lines=posting.bill_entered(
            vendor=vendor.pk,
            bill=bill_id,
            parts=[(part.category.role, part.amount) for part in parts],
        ),
        by=by,
    )
    bill = Bill.objects.create(
        id=bill_id,
        reference=reference,
        vendor=vendor,
        number=number,
        billed_on=billed_on,
        due_on=due_on,
        total=total,
        line_count=len(parts),
        entry_id=entry.pk,
        key=key,
        entered_at=now,
        entered_by=by,
    )
    BillLine.objects.bulk_create(
        BillLine(bill=bill, category_id=part.category.id, position=position, amount=part.amount)
        for position, part in enumerate(parts, start=1)
    )
    events.record(Action.BILL_ENTERED, target=bill, total_cents=total.cents)
    return bill


@transaction.atomic
def take_back(
    *, bill: Bill, reason: str, taken_back_on: date, now: datetime, by: Membership
) -> BillTakenBack:
    """Take a bill back by a reversing entry, so that nothing of it is owed from that day on.

    Raises:
        AlreadyTakenBack: it was taken back before.
        StillPaid: something is paid on it; the payment is taken back first.
        BeforeItWas: the day is before the bill's own, or before what was paid on it was taken back.
        journal.PeriodClosed: the day lies in a closed month.
    """
    numbers.lock(numbers.BILLS)
    numbers.lock(numbers.BILL_PAYMENTS)
    if found.is_taken_back(bill):
        raise AlreadyTakenBack(f"{bill.reference} was taken back already.")
    if paid := found.paid_on(bill):
        raise StillPaid(f"{paid.dollars} is paid on {bill.reference}. Take that back first.")
    if taken_back_on < found.last_day_of(bill):
        raise BeforeItWas("Choose a day that is not before the bill, or what was done with it.")
    entry = journal.reverse(
        entry=bill.entry,
        source=f"bill:{bill.pk}:taken_back",
        entry_date=taken_back_on,
        memo=f"Bill {bill.reference} taken back",
        by=by,
    )
    taken_back = BillTakenBack.objects.create(
        bill=bill,
        reason=reason,
        taken_back_on=taken_back_on,
        entry_id=entry.pk,
        taken_back_at=now,
        taken_back_by=by,
    )
    events.record(Action.BILL_TAKEN_BACK, target=bill, reason=str(Reason(reason).label).lower())
    return taken_back


def _same(known: Bill, vendor: Vendor, total: Money) -> Bill:
    if (known.vendor_id, known.total) != (vendor.pk, total):
        raise KeyReused("This form was sent before, with another bill. Start a new one.")
    return known
