"""Hours of groups: planned once for all who are in it, moved and cancelled."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import Appointment, AppointmentOutcome, Group, GroupHour
from billing.models.appointment import OCCURRENCES_MAX
from billing.selectors import appointments, days, groups, known_details
from billing.services import numbers
from billing.services.appointments import (
    AlreadyMarked,
    HasBegun,
    Hour,
    KeyReused,
    require_plannable,
    require_room,
)
from billing.services.series import TooMany, moments
from clients.models import Client

Kind = AppointmentOutcome.Kind


class NobodyIsIn(Exception):
    """Nobody is in the group on a day."""


class NotInGroup(Exception):
    """Somebody who is expected is not in the group on the day to which the hour moves."""


@transaction.atomic
def plan(
    *,
    group: Group,
    starts_at: datetime,
    minutes: int,
    place: str = known_details.OFFICE,
    every_weeks: int = 1,
    occurrences: int = 1,
    key: UUID,
    is_meant: bool = False,
    now: datetime,
    by: Membership,
) -> list[GroupHour]:
    """Plan one or more hours of a group, each with a place for everybody who is in it that day.

    The same ``key`` again returns the hours that it has. ``is_meant`` plans them even where they
    overlap another hour of the therapist or of somebody in the group.

    Raises:
        TooMany: ``occurrences`` is not between 1 and ``OCCURRENCES_MAX``.
        NobodyIsIn: nobody is in the group on one of the days.
        KeyReused: the key belongs to hours of another group or time.
        appointments.IsOver, TooFarAhead, CodeNotValid, PlaceNotUsed, Clash: as planning one does.
    """
    numbers.lock(numbers.HOURS)
    keys = [uuid5(key, str(place_in)) for place_in in range(max(occurrences, 1))]
    known = list(GroupHour.objects.filter(key__in=keys).order_by("starts_at"))
    if known:
        if (known[0].group_id, known[0].starts_at) != (group.pk, starts_at):
            raise KeyReused("This form was sent before, for another hour. Start a new one.")
        return known
    if not 1 <= occurrences <= OCCURRENCES_MAX:
        raise TooMany(f"Plan between 1 and {OCCURRENCES_MAX} hours at once.")
    rows = [
        GroupHour(
            id=uuid7(),
            group=group,
            starts_at=moment,
            minutes=minutes,
            key=own,
            planned_at=now,
            planned_by=by,
        )
        for own, moment in zip(keys, moments(starts_at, every_weeks, occurrences), strict=True)
    ]
    wanted = []
    for row in rows:
        members = groups.members_on(group, days.day_of(row.starts_at, days.zone()))
        if not members:
            raise NobodyIsIn("Nobody is in the group then. Let clients join it first.")
        # Two records of one person are one place.
        people = {kept(each.client).pk: kept(each.client) for each in members}
        wanted += [(row, place_of(row, group, each, place)) for each in people.values()]
    hours = [hour for _, hour in wanted]
    require_plannable(hours, now=now)
    if not is_meant:
        require_room(hours)
    GroupHour.objects.bulk_create(rows)
    write_places(wanted, now=now, by=by)
    _tell(Action.GROUP_HOURS_PLANNED, rows[0], hours, len(rows))
    return rows


@transaction.atomic
def move(
    *,
    hour: GroupHour,
    starts_at: datetime,
    minutes: int,
    key: UUID,
    is_meant: bool = False,
    now: datetime,
    by: Membership,
) -> GroupHour:
    """Move an hour of a group with everybody who is still expected in it.

    Who has joined the group in between is expected too. It costs nobody anything: a client who
    cannot come is cancelled by themselves.

    Raises:
        AlreadyMarked: nobody is expected in it any more.
        HasBegun: it has begun.
        NotInGroup: somebody is not in the group on the new day.
        KeyReused: the key belongs to an hour of another time.
        appointments.IsOver, TooFarAhead, CodeNotValid, PlaceNotUsed, Clash: as planning one does.
    """
    numbers.lock(numbers.HOURS)
    if (known := GroupHour.objects.filter(key=key).first()) is not None:
        if (known.group_id, known.starts_at) != (hour.group_id, starts_at):
            raise KeyReused("This form was sent before, for another hour. Start a new one.")
        return known
    old = waiting_in(hour)
    if not old:
        raise AlreadyMarked("Nobody is expected in this hour any more. Look at it again.")
    if hour.starts_at <= now:
        raise HasBegun("It has begun. Mark who came, and plan another one.")
    new = GroupHour(
        id=uuid7(),
        group=hour.group,
        starts_at=starts_at,
        minutes=minutes,
        key=key,
        planned_at=now,
        planned_by=by,
    )
    on = days.day_of(starts_at, days.zone())
    members = {kept(each.client).pk: each for each in groups.members_on(hour.group, on)}
    if any(kept(row.client).pk not in members for row in old):
        raise NotInGroup(
            "Somebody in this hour is not in the group on that day. Cancel their place first."
        )
    first = {kept(row.client).pk: row for row in reversed(old)}
    twice = [row for row in old if first[kept(row.client).pk] != row]
    old = [row for row in old if row not in twice]
    where = old[0].place_of_service
    moved = [place_of(new, hour.group, kept(row.client), where) for row in old]
    had = {kept(row.client).pk for row in hour.appointments.select_related("client__merged_into")}
    more = [
        place_of(new, hour.group, kept(each.client), where)
        for pk, each in members.items()
        if pk not in had
    ]
    require_plannable(moved + more, now=now)
    if not is_meant:
        require_room(moved + more, but=[row.pk for row in [*old, *twice]])
    new.save(force_insert=True)
    rows = write_places([(new, each) for each in moved + more], now=now, by=by)
    _cancel(twice, now=now, by=by)
    AppointmentOutcome.objects.bulk_create(
        AppointmentOutcome(
            appointment=before, kind=Kind.MOVED, moved_to=after, noted_at=now, noted_by=by
        )
        for before, after in zip(old, rows, strict=False)
    )
    _tell(Action.GROUP_HOUR_MOVED, new, moved + more, 1)
    return new


@transaction.atomic
def cancel(*, hours: Collection[GroupHour], now: datetime, by: Membership) -> int:
    """Cancel hours of a group for everybody, because the practice cannot; return how many places.

    It costs nobody anything. Hours in which nobody is expected any more are left as they are.
    """
    numbers.lock(numbers.HOURS)
    rows = list(
        appointments.waiting(Appointment.objects.filter(group_hour__in=[each.pk for each in hours]))
    )
    _cancel(rows, now=now, by=by)
    if rows:
        events.record(
            Action.GROUP_HOURS_CANCELLED,
            target=next(iter(hours)),
            touched={row.client_id for row in rows},
            count=len({row.group_hour_id for row in rows}),
        )
    return len(rows)


def waiting_in(hour: GroupHour) -> list[Appointment]:
    """Return the places in an hour of which nobody said yet what became of them."""
    rows = appointments.waiting(Appointment.objects.filter(group_hour=hour))
    related = ("client__merged_into", "therapist", "service_code")
    return list(rows.select_related(*related).order_by("id"))


def place_of(hour: GroupHour, group: Group, client: Client, where: str) -> Hour:
    """Return what a client's place in an hour of a group will be."""
    return Hour(
        client=client,
        therapist=group.therapist,
        service_code=group.service_code,
        starts_at=hour.starts_at,
        minutes=hour.minutes,
        place=where,
    )


def with_places(hours: Collection[GroupHour]) -> list[tuple[GroupHour, str]]:
    """Return hours, each with where it will be: where the others are expected."""
    found = Appointment.objects.filter(group_hour__in=[hour.pk for hour in hours])
    where = dict(found.order_by("-planned_at").values_list("group_hour_id", "place_of_service"))
    return [(hour, where.get(hour.pk, known_details.OFFICE)) for hour in hours]


def write_places(
    wanted: Iterable[tuple[GroupHour, Hour]], *, now: datetime, by: Membership
) -> list[Appointment]:
    """Write down places that were looked at; whoever calls says so on the log."""
    return Appointment.objects.bulk_create(
        Appointment(
            id=uuid7(),
            client_id=place.client.pk,
            therapist=place.therapist,
            service_code=place.service_code,
            starts_at=place.starts_at,
            minutes=place.minutes,
            place_of_service=place.place,
            group_hour=hour,
            key=uuid5(hour.key, str(place.client.pk)),
            planned_at=now,
            planned_by=by,
        )
        for hour, place in wanted
    )


def _cancel(rows: list[Appointment], *, now: datetime, by: Membership) -> None:
    AppointmentOutcome.objects.bulk_create(
        AppointmentOutcome(
            appointment=row,
            kind=Kind.CANCELLED,
            told_at=now,
            cancelled_for=AppointmentOutcome.CancelledFor.PRACTICE,
            noted_at=now,
            noted_by=by,
        )
        for row in rows
    )


def kept(client: Client) -> Client:
    """Return the client with whom a record is shown."""
    return client.merged_into or client


def _tell(action: Action, hour: GroupHour, places: list[Hour], count: int) -> None:
    events.record(action, target=hour, touched={each.client.pk for each in places}, count=count)
