"""The work list of estimates: which client has to be given one, by when, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from billing.models import Appointment, Estimate, EstimateNote, EstimateRequest
from billing.selectors import appointments, days, estimate_deadlines, estimates
from clients.selectors import clients, families, self_pay

Cause = Estimate.Cause
Permissions = clients.Permissions


@dataclass(frozen=True, slots=True)
class Due:
    """That a client has to be given an estimate by the end of a business day.

    ``first_on`` is the first day of service that it is for, where one is planned.
    """

    client_id: UUID
    due_on: date
    cause: str
    first_on: date | None
    count: int = 0
    made_id: UUID | None = None
    """The estimate that is made, and only has to be given to the client."""

    @property
    def why(self) -> str:
        return "Made, not given yet" if self.made_id else str(Cause(self.cause).label)


@dataclass(frozen=True, slots=True)
class DueRow:
    """What is due as the list shows it."""

    due: Due
    client: clients.Shown
    is_late: bool


@dataclass(frozen=True, slots=True)
class _Hour:
    client_id: UUID
    therapist_id: UUID
    service_code_id: UUID
    booked_at: datetime
    starts_at: datetime


def visible_to(member: Membership, *, on: date, permissions: Permissions) -> list[Due]:
    """Return what is due for the clients whom a member may see, the earliest deadline first."""
    seen = clients.visible_to(member, on=on, permissions=permissions)
    ids = set(_ahead(on).filter(client__in=seen).values_list("client_id", flat=True))
    for rows in (_open_requests(), _not_given()):
        ids |= set(rows.filter(client__in=seen).values_list("client_id", flat=True))
    return of(ids, on=on)


def of(client_ids: Collection[UUID], *, on: date) -> list[Due]:
    """Return what is due for some clients as of a business date, the earliest deadline first.

    Only hours that are planned from that day on count: an estimate for an hour that is over
    helps nobody. What is asked for is due whoever pays.
    """
    if not client_ids:
        return []
    kept = families.ids_of(client_ids)
    found: dict[UUID, Due] = {}
    for due in [*_of_hours(kept, on), *_of_requests(kept)]:
        known = found.get(due.client_id)
        found[due.client_id] = due if known is None else _both(known, due)
    made = [
        Due(kept[row.client_id], row.due_on or row.issued_on, row.cause, row.since, made_id=row.pk)
        for row in _not_given().filter(client__in=kept)
    ]
    return sorted([*found.values(), *made], key=lambda due: (due.due_on, due.client_id))


def rows(dues: Collection[Due], *, on: date, permissions: Permissions) -> list[DueRow]:
    """Return what is due as the list shows it, in its order."""
    shown = clients.shown({due.client_id for due in dues}, permissions=permissions)
    return [DueRow(due, shown[due.client_id], due.due_on < on) for due in dues]


def _of_hours(kept: dict[UUID, UUID], on: date) -> Iterator[Due]:
    """Yield what is due for hours that are planned from a day on, one by one."""
    columns = ("client_id", "therapist_id", "service_code_id", "planned_at", "starts_at")
    hours = [_Hour(*row) for row in _ahead(on).filter(client__in=kept).values_list(*columns)]
    if not hours:
        return
    payers, counting, zone = self_pay.of(kept), estimates.of_people(kept), days.zone()
    for hour in hours:
        person, served_on = kept[hour.client_id], days.day_of(hour.starts_at, zone)
        if not payers.pays_alone(person, on=served_on):
            continue
        there = [each for each in counting.get(person, ()) if each.counts_on(served_on)]
        if any(each.names(hour.therapist_id, hour.service_code_id) for each in there):
            continue
        booked_on = days.day_of(hour.booked_at, zone)
        due_on = estimate_deadlines.of_booking(booked_on=booked_on, served_on=served_on)
        if there:
            due_on = estimate_deadlines.of_change(changed_on=booked_on, served_on=served_on)
        if due_on is not None:
            yield Due(person, due_on, Cause.CHANGED if there else Cause.BOOKED, served_on, 1)


def _of_requests(kept: dict[UUID, UUID]) -> Iterator[Due]:
    rows = _open_requests().filter(client__in=kept)
    for client_id, asked_on in rows.values_list("client_id", "asked_on"):
        due_on = estimate_deadlines.of_request(asked_on=asked_on)
        yield Due(kept[client_id], due_on, Cause.ASKED, None)


def _both(one: Due, other: Due) -> Due:
    """Return two that are due for one client as one: by the earlier deadline, for both reasons."""
    first = min(one, other, key=lambda due: due.due_on)
    starts = [due.first_on for due in (one, other) if due.first_on]
    return replace(first, first_on=min(starts, default=None), count=one.count + other.count)


def _ahead(on: date) -> QuerySet[Appointment]:
    begins, _ = days.bounds(on, days.zone())
    return appointments.waiting(Appointment.objects.filter(starts_at__gte=begins))


def _open_requests() -> QuerySet[EstimateRequest]:
    """Return what was asked for and not answered by an estimate since."""
    theirs = Q(client=OuterRef("client")) | Q(client=OuterRef("client__merged_into"))
    answers = Estimate.objects.filter(theirs, issued_at__gte=OuterRef("noted_at"))
    return EstimateRequest.objects.filter(~Exists(answers))


def _not_given() -> QuerySet[Estimate]:
    """Return what nobody gave to the client yet, and nothing replaces."""
    given = EstimateNote.objects.filter(estimate=OuterRef("pk"), kind=EstimateNote.Kind.GIVEN)
    return Estimate.objects.filter(~Exists(given), replaced_by=None)
