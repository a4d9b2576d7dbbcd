"""Setting how often clients are billed, from a day on."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import BillingCycle, Rhythm
from billing.selectors import cycles
from billing.services import numbers
from clients.models import Client


class CycleOfThePast(Exception):
    """It would count on days that are over."""


class NothingChanges(Exception):
    """It is so already."""


@transaction.atomic
def set_rhythm(
    *,
    rhythm: Rhythm,
    client: Client | None,
    starts_on: date,
    today: date,
    now: datetime,
    by: Membership,
) -> BillingCycle:
    """Bill a client, or everybody without a rhythm of their own, so from ``starts_on`` on.

    Raises:
        CycleOfThePast: ``starts_on`` is before ``today``, the practice's own day.
        NothingChanges: this is what starts on that day already.
    """
    numbers.lock(numbers.SERVICES)
    if starts_on < today:
        raise CycleOfThePast("How often was billed in the past does not change. Choose today.")
    if client is None and rhythm == Rhythm.PRACTICE:
        raise ValueError("A practice cannot bill as the practice does.")
    if cycles.last_set(client.pk if client else None, starts_on=starts_on) == rhythm:
        raise NothingChanges("It is so from that day on already.")
    row = BillingCycle.objects.create(
        client=client, rhythm=rhythm, starts_on=starts_on, set_at=now, set_by=by
    )
    touched = [client.pk] if client else []
    events.record(Action.BILLING_CYCLE_SET, target=row, touched=touched, starts_on=str(starts_on))
    return row
