"""Applying the credit of many clients at once, as it was shown."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from billing.models import PaymentApplication
from billing.selectors import unapplied
from billing.services import applications, numbers
from billing.services.applications import Share
from ledger.money import Money


class Changed(Exception):
    """What would be applied is not any more what was shown."""


@transaction.atomic
def apply_all(
    *,
    picked: Collection[UUID],
    shown: Money,
    applied_on: date,
    key: UUID,
    now: datetime,
    by: Membership,
) -> list[PaymentApplication]:
    """Apply the credit of the picked payments to what is oldest of their clients, all or nothing.

    ``shown`` is the sum that was agreed to, in cents. The same ``key`` again returns what it has.

    Raises:
        Changed: by now it would be another sum, or nothing.
        journal.PeriodClosed: ``applied_on`` lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if known := list(PaymentApplication.objects.filter(key=key)):
        return known
    plan = unapplied.plan(picked, on=applied_on)
    if plan.applied != shown or not plan.credits:
        raise Changed(
            f"Meanwhile something else was paid or applied: it would be {plan.applied.dollars} now,"
            f" and {shown.dollars} was shown. Look at it again."
        )
    return [
        applications.write(
            credit.payment,
            Share(part.invoice, part.amount),
            applied_on=max(applied_on, credit.received_on, part.invoice.issued_on),
            key=key,
            now=now,
            by=by,
        )
        for credit in plan.credits
        for part in credit.parts
    ]
