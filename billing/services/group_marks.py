"""What became of an hour of a group: one press for everybody who came."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from billing.models import GroupHour
from billing.selectors import days, known_codes, prices
from billing.selectors import payer_rules as wishes
from billing.services import numbers, outcomes
from billing.services.codings import Coding
from billing.services.group_hours import kept, waiting_in
from ledger.money import ZERO, Money


class NoFee(Exception):
    """There is no list fee on the day, so that nobody's fee is known."""


class NotSure(Exception):
    """The minutes are at the border of another code: each is looked at by itself."""


@dataclass(frozen=True, slots=True)
class Held:
    """How many sessions were recorded at once, and what they cost together, in cents."""

    count: int
    fees: Money


@transaction.atomic
def hold(
    *,
    hour: GroupHour,
    among: Collection[UUID],
    may_see_coverage: bool,
    now: datetime,
    by: Membership,
) -> Held:
    """Record that everybody who is still expected in an hour came: each gets a session of their
    own, at the fee that is theirs. Who did not come is marked before, one by one.

    ``among`` are the appointments that the person may see; others stay as they are. A second time
    records nothing. ``may_see_coverage`` says that the person may know how clients are insured.

    Raises:
        NoFee: the service has no list fee on the day.
        NotSure: its minutes are at the border of another code.
        sessions.NotYetHeld, sessions.CodeNotValid: as recording a session does.
        codings.PlaceNotUsed, codings.ModifierNotUsed: likewise.
    """
    numbers.lock(numbers.HOURS)
    on = days.day_of(hour.starts_at, days.zone())
    count, fees = 0, ZERO
    for row in waiting_in(hour):
        if row.pk not in among:
            continue
        client = kept(row.client)
        price = prices.of(client, row.service_code, on=on)
        if price is None:
            raise NoFee("The service has no list fee on this day. Mark each client by themselves.")
        if warning := known_codes.fit(row.service_code.code, row.minutes, on).warning:
            raise NotSure(f"{warning} Mark each client by themselves.")
        insured = client if may_see_coverage else None
        begun = wishes.suggested(insured, row.place_of_service, on=on)
        session = outcomes.hold(
            appointment=row,
            service_code=row.service_code,
            started_at=row.starts_at,
            minutes=row.minutes,
            fee=price,
            coding=Coding(begun.place, tuple(begun.modifiers)),
            now=now,
            by=by,
        )
        count, fees = count + 1, fees + session.fee
    return Held(count, fees)
