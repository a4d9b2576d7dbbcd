"""Handing a leaving therapist's clients over to a colleague."""

import contextlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Membership
from clients.models import Assignment
from clients.services import assignments


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many assignments ended, and how many of them a colleague took over."""

    ended: int
    taken_over: int


def running(member: Membership, *, on: date) -> QuerySet[Assignment]:
    """Return the assignments of a member that last on a date or begin after it."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    return Assignment.objects.filter(lasting, therapist=member, closed_at=None)


def count_clients(member: Membership, *, on: date) -> int:
    """Return how many clients somebody cares for on a date or will care for."""
    return running(member, on=on).values("client").distinct().count()


@transaction.atomic
def hand_over(
    *,
    member: Membership,
    to: Membership | None,
    today: date,
    starts_on: date,
    now: datetime,
    by: Membership,
) -> HandedOver:
    """End every assignment of a member today; ``to`` takes each one over from ``starts_on`` on.

    Without ``to`` the clients have one therapist less. A colleague who cares for a client already
    takes nothing over; neither does the one for whom the member stood in.

    Raises:
        assignments.NotATherapist: ``to`` does not hold that role.
    """
    ended = taken_over = 0
    rows = running(member, on=today).select_related("client", "therapist")
    for row in rows.order_by("client_id", "id"):
        if to is not None and _take_over(row, to, starts_on, now, by):
            taken_over += 1
        with contextlib.suppress(assignments.AlreadyEnded):
            assignments.end(assignment=row, ends_on=max(today, row.starts_on), now=now, by=by)
        ended += 1
    return HandedOver(ended, taken_over)


def _take_over(
    row: Assignment, to: Membership, starts_on: date, now: datetime, by: Membership
) -> bool:
    first = max(starts_on, row.starts_on)
    if row.covers_for_id == to.pk or (row.ends_on and row.ends_on < first):
        return False
    try:
        assignments.assign(
            client=row.client,
            therapist=to,
            starts_on=first,
            ends_on=row.ends_on,
            covers_for=row.covers_for_id,
            now=now,
            by=by,
        )
    except (assignments.AlreadyAssigned, assignments.NobodyToCover):
        return False
    return True
