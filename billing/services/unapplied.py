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
from ledger.money import ZERO, Money


class Changed(Exception):
    """What would be applied is not any more what was shown."""


class KeyReused(Exception):
    """Something else was applied under this key."""


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
        KeyReused: another sum was applied under the key, or of other payments.
        journal.PeriodClosed: ``applied_on`` lies in a closed month.
    """
    numbers.lock(numbers.RECEIPTS)
    if known := list(PaymentApplication.objects.filter(key=key)):
        applied = sum((each.amount for each in known), ZERO)
        if applied != shown or not {each.payment_id for each in known} <= set(picked):
            raise KeyReused("This page was sent before, for other credits. Pick them anew.")
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
