"""Groups: made once; clients join them from a day on, and leave them after one."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import (
    Appointment,
    AppointmentOutcome,
    Group,
    GroupMember,
    GroupMemberLeft,
    OutcomeTakenBack,
    ServiceCode,
)
from billing.models.group import GROUP_CODE
from billing.selectors import appointments, days, groups, missed
from billing.services import group_hours, numbers, series
from billing.services.appointments import KeyReused, require_plannable, require_room
from billing.services.series import Cancelled
from clients.models import Client
from clients.selectors import families


class CodeNotNeutral(Exception):
    """A group's code is of letters, digits and hyphens, so that no name is in it."""


class CodeTaken(Exception):
    """Another group has this code."""


class AlreadyIn(Exception):
    """The client is in the group then."""


class JoinsTooEarly(Exception):
    """Nobody joins on a day that is over: what took place then is recorded as a session."""


class LeavesTooEarly(Exception):
    """The last day lies before the one on which the client joined."""


class AlreadyLeft(Exception):
    """Another last day was said."""


class StillToMark(Exception):
    """What became of the client's place in an hour that is not ahead was not said."""


@transaction.atomic
def make(
    *,
    code: str,
    therapist: Membership,
    service_code: ServiceCode,
    minutes: int,
    key: UUID,
    now: datetime,
    by: Membership,
) -> Group:
    """Make a group. The same ``key`` again returns the one that it has.

    Raises:
        CodeNotNeutral: the code has other signs than capital letters, digits and hyphens.
        CodeTaken: another group has the code.
        KeyReused: the key belongs to a group of another code.
    """
    numbers.lock(numbers.HOURS)
    if (known := Group.objects.filter(key=key).first()) is not None:
        if known.code != code:
            raise KeyReused("This form was sent before, for another group. Start a new one.")
        return known
    if not re.fullmatch(GROUP_CODE, code):
        raise CodeNotNeutral("Use letters, digits and hyphens only, such as G-MON-1.")
    if Group.objects.filter(code=code).exists():
        raise CodeTaken("Another group has this code. Choose another one.")
    group = Group.objects.create(
        code=code,
        therapist=therapist,
        service_code=service_code,
        minutes=minutes,
        key=key,
        made_at=now,
        made_by=by,
    )
    events.record(Action.GROUP_MADE, target=group, label=code)
    return group


@transaction.atomic
def join(
    *,
    group: Group,
    client: Client,
    joins_on: date,
    key: UUID,
    is_meant: bool = False,
    now: datetime,
    by: Membership,
) -> GroupMember:
    """Let a client join a group from a day on: they get a place in each of its hours from then on.

    Hours for which nobody is expected any more are left out. Places that were cancelled when the
    client left before wait again. The same ``key`` again returns what it made. ``is_meant`` lets
    them join even where an hour overlaps another one of theirs.

    Raises:
        JoinsTooEarly: the day is over.
        AlreadyIn: the client is in the group then, or will be.
        KeyReused: the key belongs to another client or group.
        appointments.CodeNotValid, PlaceNotUsed, TooFarAhead, Clash: as planning an hour does.
    """
    numbers.lock(numbers.HOURS)
    records = families.ids_of([client.pk])
    if (known := GroupMember.objects.filter(key=key).first()) is not None:
        if known.group_id != group.pk or known.client_id not in records:
            raise KeyReused("This form was sent before, for another client. Start a new one.")
        return known
    if joins_on < days.day_of(now, days.zone()):
        raise JoinsTooEarly("This day is over. Record what took place then as a session.")
    if _is_in_from(group, records, joins_on):
        raise AlreadyIn("The client is in this group then already.")
    member = GroupMember.objects.create(
        id=uuid7(),
        group=group,
        client_id=client.pk,
        joins_on=joins_on,
        key=key,
        added_at=now,
        added_by=by,
    )
    events.record(Action.GROUP_JOINED, target=member, label=str(client), touched=[client.pk])
    _expect(member, client, is_meant=is_meant, now=now, by=by)
    return member


@transaction.atomic
def leave(
    *, member: GroupMember, last_on: date, cancelled_for: str, now: datetime, by: Membership
) -> Cancelled:
    """Let a client leave a group after a day: their places in later hours are cancelled.

    What the client cancels too late costs what the policy says. The day before they would have
    joined takes a mistake back. A second time with the same day changes nothing.

    Raises:
        AlreadyLeft: another last day was said.
        LeavesTooEarly: it is before that.
        StillToMark: an hour that is not ahead comes after it, and still waits.
    """
    numbers.lock(numbers.HOURS)
    known = GroupMemberLeft.objects.filter(member=member).first()
    if known is not None:
        if known.last_on != last_on:
            raise AlreadyLeft(f"It was said before: the last day is {_said(known.last_on)}.")
        return series.cancel_each([], cancelled_for=cancelled_for, now=now, by=by)
    if last_on < member.joins_on - timedelta(days=1):
        raise LeavesTooEarly(f"The client joined on {_said(member.joins_on)}.")
    zone = days.zone()
    rows = [row for row in _waiting(member) if days.day_of(row.starts_at, zone) > last_on]
    today = days.day_of(now, zone)
    for row in rows:
        on = days.day_of(row.starts_at, zone)
        if on <= today:
            raise StillToMark(f"Mark first what became of the hour on {_said(on)}.")
    GroupMemberLeft.objects.create(member=member, last_on=last_on, noted_at=now, noted_by=by)
    client = member.client
    facts: dict[str, Any] = {"count": len(rows)} if rows else {}
    events.record(
        Action.GROUP_LEFT,
        target=member,
        label=str(client),
        touched=[client.pk],
        **facts,
    )
    return series.cancel_each(rows, cancelled_for=cancelled_for, now=now, by=by)


def _is_in_from(group: Group, records: dict[UUID, UUID], joins_on: date) -> bool:
    rows = GroupMember.objects.filter(group=group, client__in=records).prefetch_related("left")
    for row in rows:
        last_on = next((left.last_on for left in row.left.all()), None)
        if last_on is None or last_on >= max(joins_on, row.joins_on):
            return True
    return False


def _waiting(member: GroupMember) -> list[Appointment]:
    rows = Appointment.objects.filter(
        group_hour__group=member.group_id, client__in=families.ids_of([member.client_id])
    )
    return list(appointments.waiting(rows).order_by("starts_at", "id"))


def _expect(
    member: GroupMember, client: Client, *, is_meant: bool, now: datetime, by: Membership
) -> None:
    """Give a client their places in the hours of a group, or back those that they gave up."""
    zone = days.zone()
    found = groups.ahead(member.group, since=days.bounds(member.joins_on, zone)[0])
    mine = {
        row.group_hour_id: row
        for row in Appointment.objects.filter(
            group_hour__in=found, client__in=families.ids_of([client.pk])
        )
    }
    fresh = [hour for hour in found if hour.pk not in mine]
    wanted = [
        group_hours.place_of(hour, member.group, client, where)
        for hour, where in group_hours.with_places(fresh)
    ]
    if wanted:
        require_plannable(wanted, now=now)
    if wanted and not is_meant:
        beside = Appointment.objects.filter(group_hour__in=found).values_list("pk", flat=True)
        require_room(wanted, but=list(beside))
    group_hours.write_places(zip(fresh, wanted, strict=True), now=now, by=by)
    left_at = GroupMemberLeft.objects.filter(
        member__group=member.group, member__client__in=families.ids_of([client.pk])
    ).values("noted_at")
    OutcomeTakenBack.objects.bulk_create(
        OutcomeTakenBack(outcome=outcome, taken_back_at=now, taken_back_by=by)
        for outcome in missed.standing().filter(
            appointment__in=[row.pk for row in mine.values()],
            kind=AppointmentOutcome.Kind.CANCELLED,
            noted_at__in=left_at,
        )
    )


def _said(on: date) -> str:
    return f"{on:%b} {on.day}, {on.year}"
