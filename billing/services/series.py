"""Hours that come again: planned all at once, changed from one on, and cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import Appointment, AppointmentOutcome, AppointmentSeries
from billing.models.appointment import OCCURRENCES_MAX
from billing.selectors import appointments, days, missed
from billing.services import numbers, outcomes
from billing.services.appointments import (
    AlreadyMarked,
    Hour,
    KeyReused,
    require_movable,
    require_plannable,
    require_room,
)
from ledger.money import ZERO, Money

Kind = AppointmentOutcome.Kind
CancelledFor = AppointmentOutcome.CancelledFor


class TooMany(Exception):
    """There would be no hour, or more than one series plans."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """How many hours were cancelled, how many of them late, and what those cost, in cents."""

    count: int
    late: int
    charged: Money


@transaction.atomic
def plan(
    *,
    hour: Hour,
    every_weeks: int,
    occurrences: int,
    key: UUID,
    is_meant: bool = False,
    now: datetime,
    by: Membership,
) -> AppointmentSeries:
    """Plan an hour again every few weeks, at the same time by the practice's clock.

    Each stands at once. The same ``key`` again returns the series that it has.

    Raises:
        TooMany: ``occurrences`` is not between 1 and ``OCCURRENCES_MAX``.
        KeyReused: the key belongs to a series of another client, or made another hour.
        appointments.IsOver, TooFarAhead, CodeNotValid, Clash: as planning one hour does.
    """
    numbers.lock(numbers.HOURS)
    if (known := AppointmentSeries.objects.filter(key=key).first()) is not None:
        if known.client_id != hour.client.pk:
            raise KeyReused("This form was sent before, for another client. Start a new one.")
        return known
    if not 1 <= occurrences <= OCCURRENCES_MAX:
        raise TooMany(f"Plan between 1 and {OCCURRENCES_MAX} appointments at once.")
    hours = [
        replace(hour, starts_at=starts_at)
        for starts_at in moments(hour.starts_at, every_weeks, occurrences)
    ]
    row, _ = _write(hours, every_weeks=every_weeks, key=key, is_meant=is_meant, now=now, by=by)
    return row


def moments(first: datetime, every_weeks: int, occurrences: int) -> list[datetime]:
    """Return when the hours of a series begin: on one weekday, at one time of the wall's clock.

    A time that the clocks skip is an hour later on that day; of one that comes twice, the first.
    """
    zone = days.zone()
    begins = first.astimezone(zone)
    return [
        datetime.combine(begins.date() + timedelta(weeks=every_weeks * place), begins.time(), zone)
        for place in range(occurrences)
    ]


def number_until(first: date, last: date, every_weeks: int) -> int:
    """Return how many hours fall between two days, both included."""
    return max((last - first).days // (7 * every_weeks) + 1, 0)


@transaction.atomic
def change_later(
    *,
    appointment: Appointment,
    to: Hour,
    key: UUID,
    is_meant: bool = False,
    may_waive: bool = False,
    now: datetime,
    by: Membership,
) -> AppointmentSeries:
    """Move an hour of a series, and each later one that still waits, as this one is moved.

    The later ones keep their distance: what lay three weeks after this one still does.

    Raises:
        AlreadyMarked: what became of the hour is known, or it belongs to no series.
        KeyReused: the key belongs to a series of another client, or made another hour.
        appointments.HasBegun, TooLate: as moving one hour does; of any of them.
        appointments.IsOver, TooFarAhead, CodeNotValid, Clash: as planning one hour does.
    """
    numbers.lock(numbers.HOURS)
    if (known := AppointmentSeries.objects.filter(key=key).first()) is not None:
        if known.client_id != to.client.pk:
            raise KeyReused("This form was sent before, for another client. Start a new one.")
        return known
    old = later(appointment)
    if appointment.series is None or appointment.pk not in {row.pk for row in old}:
        raise AlreadyMarked("What became of this appointment is known already. Look at it again.")
    require_movable(old, may_waive=may_waive, now=now, by=by)
    zone = days.zone()
    begins = to.starts_at.astimezone(zone)
    first_on = days.day_of(appointment.starts_at, zone)
    hours = [
        replace(
            to,
            starts_at=datetime.combine(
                begins.date() + (days.day_of(row.starts_at, zone) - first_on),
                begins.time(),
                zone,
            ),
        )
        for row in old
    ]
    series, new = _write(
        hours,
        every_weeks=appointment.series.every_weeks,
        key=key,
        is_meant=is_meant,
        now=now,
        by=by,
        instead_of=old,
    )
    AppointmentOutcome.objects.bulk_create(
        AppointmentOutcome(
            appointment=before, kind=Kind.MOVED, moved_to=after, noted_at=now, noted_by=by
        )
        for before, after in zip(old, new, strict=True)
    )
    return series


@transaction.atomic
def cancel_rest(
    *, appointment: Appointment, cancelled_for: str, now: datetime, by: Membership
) -> Cancelled:
    """Cancel an hour of a series and each later one that still waits.

    It is for hours that are ahead: what begins today or before is marked one by one. What the
    client cancels too late costs what the policy says.

    Raises:
        AlreadyMarked: none of them waits.
    """
    numbers.lock(numbers.HOURS)
    zone = days.zone()
    today = days.day_of(now, zone)
    rows = [row for row in later(appointment) if days.day_of(row.starts_at, zone) > today]
    if not rows:
        raise AlreadyMarked("None of these is ahead. Mark each of them as it was.")
    done = cancel_each(rows, cancelled_for=cancelled_for, now=now, by=by)
    client = appointment.client
    events.record(
        Action.SERIES_CANCELLED,
        target=appointment.series,
        label=str(client),
        touched=[client.pk],
        count=len(rows),
    )
    return done


def cancel_each(
    rows: list[Appointment], *, cancelled_for: str, now: datetime, by: Membership
) -> Cancelled:
    """Cancel hours that are ahead and wait, of one client, and say what the late ones cost."""
    is_clients = cancelled_for == CancelledFor.CLIENT
    late = missed.late_among(rows, now, zone=days.zone()) if is_clients else []
    marked = [
        outcomes.cancel(appointment=row, told_at=now, cancelled_for=cancelled_for, now=now, by=by)
        for row in late
    ]
    late_ids = {row.pk for row in late}
    AppointmentOutcome.objects.bulk_create(
        AppointmentOutcome(
            appointment=row,
            kind=Kind.CANCELLED,
            told_at=now,
            cancelled_for=cancelled_for,
            noted_at=now,
            noted_by=by,
        )
        for row in rows
        if row.pk not in late_ids
    )
    return Cancelled(len(rows), len(late), sum((each.charged for each in marked), ZERO))


def later(appointment: Appointment) -> list[Appointment]:
    """Return the hours of the same series from one on that still wait, the earliest first."""
    rows = Appointment.objects.filter(
        series=appointment.series_id, starts_at__gte=appointment.starts_at
    )
    if appointment.series_id is None:
        rows = Appointment.objects.filter(pk=appointment.pk)
    return list(appointments.waiting(rows).order_by("starts_at", "id"))


def _write(
    hours: list[Hour],
    *,
    every_weeks: int,
    key: UUID,
    is_meant: bool,
    now: datetime,
    by: Membership,
    instead_of: Iterable[Appointment] = (),
) -> tuple[AppointmentSeries, list[Appointment]]:
    before = list(instead_of)
    keys = [uuid5(key, str(place)) for place in range(len(hours))]
    if Appointment.objects.filter(key__in=keys).exists():
        raise KeyReused("This form was sent before, for another appointment. Start a new one.")
    require_plannable(hours, now=now)
    if not is_meant:
        require_room(hours, but=[row.pk for row in before])
    first = hours[0]
    begins = first.starts_at.astimezone(days.zone())
    series = AppointmentSeries.objects.create(
        client_id=first.client.pk,
        starts_on=begins.date(),
        clock=begins.time(),
        every_weeks=every_weeks,
        occurrences=len(hours),
        follows=before[0].series if before else None,
        key=key,
        planned_at=now,
        planned_by=by,
    )
    rows = Appointment.objects.bulk_create(
        Appointment(
            client_id=hour.client.pk,
            therapist=hour.therapist,
            service_code=hour.service_code,
            starts_at=hour.starts_at,
            minutes=hour.minutes,
            place_of_service=hour.place,
            series=series,
            key=own,
            planned_at=now,
            planned_by=by,
        )
        for own, hour in zip(keys, hours, strict=True)
    )
    events.record(
        Action.SERIES_CHANGED if before else Action.SERIES_PLANNED,
        target=series,
        label=str(first.client),
        touched=[first.client.pk],
        count=len(rows),
    )
    return series, rows
