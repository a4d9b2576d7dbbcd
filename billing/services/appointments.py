"""Hours that are planned, and moved; what became of them is in ``outcomes``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models, transaction

from accounts.ids import uuid7
from accounts.models import Act, Membership
from accounts.selectors import limits
from audit.actions import Action
from audit.services import events
from billing.models import Appointment, AppointmentOutcome, AppointmentSeries, ServiceCode
from billing.selectors import add_ons, appointments, days, known_codes, known_details, missed
from billing.services import numbers
from clients.selectors import families
from ledger.money import Money

Kind = AppointmentOutcome.Kind
AHEAD_MAX = timedelta(days=3 * 366)
"""How far ahead an hour can be planned: later is a slip of the finger."""


class TooFarAhead(Exception):
    """The hour lies years ahead."""


class IsOver(Exception):
    """The hour would have begun already."""


class HasBegun(Exception):
    """An hour that has begun was held or missed, and moves no more."""


class TooLate(Exception):
    """A move would spare the client the fee of a late cancellation, and that is not waived."""


class OfGroup(Exception):
    """It is one client's place in an hour of a group, which moves as a whole."""


class Clash(Exception):
    """The client or the therapist has another hour then; who plans it may say that it is meant."""


class CodeNotValid(Exception):
    """The service's code cannot be billed on that day."""


class PlaceNotUsed(Exception):
    """The place of service is not on the list on that day."""


class AlreadyMarked(Exception):
    """What became of the hour is known already."""


class KeyReused(Exception):
    """Another hour was planned under this key."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What an hour will be: whose, when, how long in minutes, which service, and where."""

    client: models.Model
    therapist: Membership
    service_code: ServiceCode
    starts_at: datetime
    minutes: int
    place: str = known_details.OFFICE


@transaction.atomic
def plan(
    *, hour: Hour, key: UUID, is_meant: bool = False, now: datetime, by: Membership
) -> Appointment:
    """Plan an hour. The same ``key`` again returns the one that it has.

    ``is_meant`` plans it even where it overlaps another hour of the client or the therapist.

    Raises:
        IsOver: it would have begun on a day before ``now``'s.
        TooFarAhead: it lies more than three years ahead.
        CodeNotValid: the service's code cannot be billed on its day.
        PlaceNotUsed: its place is not on the list on its day.
        Clash: the client or the therapist has another hour then.
        KeyReused: the key belongs to an hour of another client or time.
    """
    numbers.lock(numbers.HOURS)  # A second click waits, and then finds what the first made.
    if (known := Appointment.objects.filter(key=key).first()) is not None:
        if (known.client_id, known.starts_at) != (hour.client.pk, hour.starts_at):
            raise KeyReused("This form was sent before, for another appointment. Start a new one.")
        return known
    require_plannable([hour], now=now)
    if not is_meant:
        require_room([hour])
    return write(hour, key=key, series=None, now=now, by=by)


@transaction.atomic
def move(
    *,
    appointment: Appointment,
    to: Hour,
    key: UUID,
    is_meant: bool = False,
    may_waive: bool = False,
    now: datetime,
    by: Membership,
) -> Appointment:
    """Move one planned hour: it stays on record, and leads to another one.

    ``may_waive`` says that the person may waive fees, up to their limit.

    Raises:
        AlreadyMarked: what became of it is known.
        OfGroup: it is a place in an hour of a group.
        HasBegun: it has begun.
        TooLate: cancelling it now costs more than the person may waive.
        IsOver, TooFarAhead, CodeNotValid, PlaceNotUsed, Clash, KeyReused: as ``plan`` does.
    """
    numbers.lock(numbers.HOURS)
    if (known := Appointment.objects.filter(key=key).first()) is not None:
        if known.starts_at != to.starts_at:
            raise KeyReused("This form was sent before, for another appointment. Start a new one.")
        return known
    require_waiting(appointment)
    if appointment.group_hour_id is not None:
        raise OfGroup("It is in an hour of a group. Move that hour, or cancel this client's place.")
    require_movable([appointment], may_waive=may_waive, now=now, by=by)
    require_plannable([to], now=now)
    if not is_meant:
        require_room([to], but=[appointment.pk])
    new = write(to, key=key, series=appointment.series, now=now, by=by, is_moved=True)
    AppointmentOutcome.objects.create(
        appointment=appointment, kind=Kind.MOVED, moved_to=new, noted_at=now, noted_by=by
    )
    return new


def require_waiting(appointment: Appointment) -> None:
    """Raise ``AlreadyMarked`` where what became of an hour is known."""
    if not appointments.waiting().filter(pk=appointment.pk).exists():
        raise AlreadyMarked("What became of this appointment is known already. Look at it again.")


def require_movable(
    rows: Iterable[Appointment], *, may_waive: bool, now: datetime, by: Membership
) -> None:
    """Raise ``HasBegun`` or ``TooLate`` where an hour cannot be moved as if it were cancelled."""
    zone = days.zone()
    alone = Money(limits.alone_up_to(by, Act.WAIVER) if may_waive else 0)
    moving = list(rows)
    if any(row.starts_at <= now for row in moving):
        raise HasBegun("It has begun. Mark what became of it, and plan another one.")
    for row in missed.late_among(moving, now, zone=zone):
        fee = missed.due(row, Kind.LATE_CANCELLED, zone=zone).amount
        if fee > alone:
            raise TooLate(
                f"It is too late to move it for nothing: cancelled now, it costs {fee.dollars}."
                " Cancel it and plan another one, or ask somebody who may waive as much."
            )


def require_plannable(hours: list[Hour], *, now: datetime) -> None:
    """Raise where an hour cannot be planned."""
    zone = days.zone()
    today = days.day_of(now, zone)
    for hour in hours:
        on = days.day_of(hour.starts_at, zone)
        if on < today:
            raise IsOver("This day is over. Record the session instead.")
        if hour.starts_at > now + AHEAD_MAX:
            raise TooFarAhead("Plan at most three years ahead.")
        if refused := known_codes.refusal(hour.service_code.code, on):
            raise CodeNotValid(refused)
        if refused := add_ons.refusal_alone(hour.service_code.code, on):
            raise CodeNotValid(refused)
        if refused := known_details.refusal_of_place(hour.place, on):
            raise PlaceNotUsed(refused)


def require_room(hours: list[Hour], *, but: list[UUID] | None = None) -> None:
    """Raise ``Clash`` where one of these hours overlaps another of its clients or its therapist."""
    whose = {hour.client.pk for hour in hours}
    others = appointments.clashing(
        client_ids=whose,
        therapist_id=hours[0].therapist.pk,
        starts={(hour.starts_at, hour.minutes) for hour in hours},
        but=but or (),
    )
    if not others:
        return
    zone = days.zone()
    other = others[0]
    begins = other.starts_at.astimezone(zone)
    is_own = other.client_id in families.ids_of(whose)
    one = "The client" if len(whose) == 1 else "A client of the group"
    who = one if is_own else other.therapist.display_name
    more = f", and {len(others) - 1} more" if others[1:] else ""
    raise Clash(
        f"{who} has another appointment on {begins:%b} {begins.day} at"
        f" {begins.hour % 12 or 12}:{begins:%M %p}{more}."
    )


def write(
    hour: Hour,
    *,
    key: UUID,
    series: AppointmentSeries | None,
    now: datetime,
    by: Membership,
    is_moved: bool = False,
) -> Appointment:
    """Write down an hour that was looked at, and say so on the log."""
    row = Appointment.objects.create(
        id=uuid7(),
        client_id=hour.client.pk,
        therapist=hour.therapist,
        service_code=hour.service_code,
        starts_at=hour.starts_at,
        minutes=hour.minutes,
        place_of_service=hour.place,
        series=series,
        key=key,
        planned_at=now,
        planned_by=by,
    )
    events.record(
        Action.APPOINTMENT_MOVED if is_moved else Action.APPOINTMENT_PLANNED,
        target=row,
        label=str(hour.client),
        touched=[hour.client.pk],
    )
    return row
