"""What hours cost that are cancelled late or missed, from a day on."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import MissedPolicy
from billing.services import numbers
from ledger.money import ZERO, Money


class PolicyOfThePast(Exception):
    """A policy would start on a day that is over."""


class PercentOrAmount(Exception):
    """Neither, or both, of a percentage and an amount; or one that is out of bounds."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of missed hour costs: a percentage of the session, or cents."""

    percent: int | None = None
    amount: Money | None = None

    @property
    def cents(self) -> int | None:
        return None if self.amount is None else self.amount.cents


@transaction.atomic
def set_policy(
    *,
    starts_on: date,
    notice_hours: int,
    late: Cost,
    no_show: Cost,
    first_is_free: bool,
    today: date,
    now: datetime,
    by: Membership,
) -> MissedPolicy:
    """Charge for missed hours of ``starts_on`` and later as said here; earlier ones stay.

    Raises:
        PolicyOfThePast: ``starts_on`` is before ``today``, the practice's own day.
        PercentOrAmount: one of the costs is not exactly one of the two, within bounds.
    """
    numbers.lock(numbers.SERVICES)
    if starts_on < today:
        raise PolicyOfThePast("What counted in the past does not change. Choose today or later.")
    for cost in (late, no_show):
        _require_one(cost)
    row = MissedPolicy.objects.create(
        starts_on=starts_on,
        notice_hours=notice_hours,
        late_percent=late.percent,
        late_cents=late.cents,
        no_show_percent=no_show.percent,
        no_show_cents=no_show.cents,
        first_is_free=first_is_free,
        set_at=now,
        set_by=by,
    )
    events.record(
        Action.MISSED_POLICY_SET, target=row, starts_on=str(starts_on), hours=notice_hours
    )
    return row


def _require_one(cost: Cost) -> None:
    if (cost.percent is None) == (cost.amount is None):
        raise PercentOrAmount("Enter either a percentage or an amount.")
    if not 0 <= (cost.percent or 0) <= 100 or (cost.amount or ZERO) < ZERO:
        raise PercentOrAmount("A percentage lies between 0 and 100.")
