"""Spending at once: a bill and its payment in one step, so that every expense has a vendor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from uuid import UUID, uuid5

from django.db import transaction

from accounts.models import Membership
from billing.models import Bill, BillPayment, Vendor
from billing.selectors import bills as found
from billing.services import bill_payments, bills
from billing.services.bill_payments import Details
from billing.services.bills import Part
from ledger.selectors.categories import Chosen

REFUSALS = (
    bill_payments.AskedBySomebodyElse,
    bill_payments.BillGone,
    bill_payments.ExceedsOwed,
    bill_payments.KeyReused,
    bill_payments.NotPaidFrom,
    bill_payments.PaidTooEarly,
    bills.KeyReused,
    bills.NothingOwed,
    bills.VendorRetired,
)
"""What can stand in the way, besides a closed month."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was recorded. Without ``payment`` it waits for a second person and is owed."""

    bill: Bill
    payment: BillPayment | None


@transaction.atomic
def spend(
    *,
    vendor: Vendor,
    parts: Sequence[Part],
    paid_from: Chosen,
    paid_on: date,
    check_number: str = "",
    key: UUID,
    now: datetime,
    by: Membership,
) -> Spent:
    """Record something that was bought and paid on one day.

    The same ``key`` again returns what it has. Above the person's limit the bill is entered, and
    its payment waits for a second person.

    Raises:
        any of REFUSALS; journal.PeriodClosed: ``paid_on`` lies in a closed month.
    """
    bill = bills.enter(
        vendor=vendor,
        number="",
        billed_on=paid_on,
        due_on=paid_on,
        parts=parts,
        key=key,
        now=now,
        by=by,
    )
    details = Details(bill.total, paid_from, paid_on, check_number)
    answer = bill_payments.pay(bill=bill, details=details, key=key, now=now, by=by)
    return Spent(bill, answer if isinstance(answer, BillPayment) else None)


def key_of_line(line_id: UUID) -> UUID:
    """Return the key of the expense that a bank line tells of.

    It is the same however often the form is opened, until the bill is taken back.
    """
    keys = (uuid5(line_id, f"expense:{place}") for place in count())
    return next(key for key in keys if not _is_used_up(key))


def _is_used_up(key: UUID) -> bool:
    bill = Bill.objects.filter(key=key).first()
    return bill is not None and found.is_taken_back(bill)
