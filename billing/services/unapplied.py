"""Applying the credit of many clients at once, as it was shown."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from billing.models import PaymentApplication
from billing.selectors import since, unapplied
from billing.services import applications, numbers
from billing.services.applications import Share


class Changed(Exception):
    """What would be applied is not any more what was shown."""


class KeyReused(Exception):
    """Something else was applied under this key."""


@transaction.atomic
def apply_all(
    *,
    picked: Collection[UUID],
    shown: str,
    applied_on: date,
    key: UUID,
    now: datetime,
    by: Membership,
) -> list[PaymentApplication]:
    """Apply the credit of the picked payments to what is due first of theirs, all or nothing.

    ``shown`` is the ``sign`` of the plan that was looked at. The same ``key`` again returns what it
    has.

    Raises:
        Changed: by now something else would be applied, or nothing.
        KeyReused: something else was applied under the key.
        journal.PeriodClosed: ``applied_on`` lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if known := list(PaymentApplication.objects.filter(key=key)):
        did = ((each.payment_id, each.invoice_id, each.amount) for each in known)
        if unapplied.sign_of(did) != shown:
            raise KeyReused("This page was sent before, for other credits. Pick them anew.")
        return known
    plan = unapplied.plan(picked, on=applied_on)
    if plan.sign != shown or not plan.credits:
        raise Changed(
            "This is not what was shown: meanwhile something else was paid, applied or agreed. It"
            f" would be {plan.applied.dollars}, as below. Look at it again."
        )
    return [
        applications.write(
            credit.payment,
            Share(part.invoice, part.amount),
            applied_on=max(
                applied_on,
                since.of_credit(credit.payment, part.amount),
                since.of_debt(part.invoice, part.amount),
            ),
            key=key,
            now=now,
            by=by,
        )
        for credit in plan.credits
        for part in credit.parts
    ]
