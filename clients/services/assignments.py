"""Which therapist cares for which client: it decides who may see the record."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts import bulk
from accounts.models import Membership
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from clients.models import Assignment, Client


class NotATherapist(Exception):
    """The member does not hold the role Therapist, or has left."""


class AlreadyAssigned(Exception):
    """The therapist is assigned to the client on that day already."""


class AlreadyEnded(Exception):
    """The assignment has an end."""


class EndsBeforeItStarts(Exception):
    """The last day lies before the first."""


class NobodyToCover(Exception):
    """A cover has no last day, or stands in for somebody who does not care for the client."""


@transaction.atomic
def assign(
    *,
    client: Client,
    therapist: Membership,
    starts_on: date,
    ends_on: date | None = None,
    covers_for: UUID | None = None,
    now: datetime,
    by: Membership,
) -> Assignment:
    """Assign a therapist to a client from a business date on, to ``ends_on`` where it is known.

    A cover stands in for the member ``covers_for`` and has its last day from the beginning.

    Raises:
        NotATherapist: the member does not hold that role today.
        AlreadyAssigned: an assignment of the two covers that day or a later one.
        EndsBeforeItStarts: ``ends_on`` lies before ``starts_on``.
        NobodyToCover: a cover without a last day, or for somebody who is not assigned.
    """
    if not members.therapists().filter(pk=therapist.pk).exists():
        raise NotATherapist("Choose somebody who is a therapist of this practice.")
    if ends_on is not None and ends_on < starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    _lock(client)
    if covers_for is not None:
        _require_cover(client, therapist, covers_for, starts_on, ends_on)
    reaching = Q(ends_on=None) | Q(ends_on__gte=starts_on)
    mine = Assignment.objects.filter(reaching, client=client, therapist=therapist, closed_at=None)
    if mine.exists():
        raise AlreadyAssigned(f"{therapist.display_name} is assigned already.")
    assignment = Assignment.objects.create(
        client=client,
        therapist=therapist,
        starts_on=starts_on,
        ends_on=ends_on,
        ended_at=now if ends_on else None,
        ended_by=by if ends_on else None,
        covers_for_id=covers_for,
        assigned_at=now,
        assigned_by=by,
    )
    _tell_started(assignment)
    return assignment


@transaction.atomic
def assign_many(
    *,
    assigned: Iterable[tuple[Client, UUID]],
    starts_on: date,
    now: datetime,
    by: Membership,
) -> None:
    """Assign therapists to clients who have none yet, from a date on, with no end: all or none.

    Raises:
        NotATherapist: a member does not hold that role today.
    """
    pairs = list(assigned)
    known = set(members.therapists().values_list("pk", flat=True))
    if not {therapist for _, therapist in pairs} <= known:
        raise NotATherapist("Choose somebody who is a therapist of this practice.")
    bulk.insert(
        Assignment,
        each={
            "client_id": [client.pk for client, _ in pairs],
            "therapist_id": [therapist for _, therapist in pairs],
        },
        starts_on=starts_on,
        assigned_at=now,
        assigned_by_id=by.pk,
    )
    by_therapist: dict[UUID, list[UUID]] = {}
    for client, therapist in pairs:
        by_therapist.setdefault(therapist, []).append(client.pk)
    for therapist, touched in by_therapist.items():
        events.record(
            Action.CLIENTS_ASSIGNED, touched=touched, therapist=str(therapist), count=len(touched)
        )


def _require_cover(
    client: Client,
    therapist: Membership,
    covers_for: UUID,
    starts_on: date,
    ends_on: date | None,
) -> None:
    if ends_on is None:
        raise NobodyToCover("Say until when the cover lasts.")
    caring = Assignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=starts_on),
        client=client,
        therapist=covers_for,
        starts_on__lte=starts_on,
        closed_at=None,
        covers_for=None,
    )
    if covers_for == therapist.pk or not caring.exists():
        raise NobodyToCover("Choose a colleague who cares for this client on that day.")


def _tell_started(assignment: Assignment) -> None:
    facts = {"therapist": str(assignment.therapist_id)}
    if assignment.covers_for_id:
        facts["ends_on"] = str(assignment.ends_on)
    events.record(
        Action.COVER_STARTED if assignment.covers_for_id else Action.CLIENT_ASSIGNED,
        target=assignment.client,
        touched=[assignment.client_id],
        **facts,  # type: ignore[arg-type]  # facts are named freely
    )


@transaction.atomic
def end(*, assignment: Assignment, ends_on: date, now: datetime, by: Membership) -> Assignment:
    """End an assignment after a business date, its last day; one that is set may come earlier.

    If that day has come, the record is shut to the therapist at once and not at midnight.

    Raises:
        AlreadyEnded: it ends no later than that already.
        EndsBeforeItStarts: ``ends_on`` lies before its first day.
    """
    _lock(assignment.client)
    assignment.refresh_from_db()
    is_over = ends_on <= now.astimezone(ZoneInfo(members.practice().time_zone)).date()
    if assignment.closed_at or (assignment.ends_on and assignment.ends_on < ends_on):
        raise AlreadyEnded("This assignment has ended already.")
    if assignment.ends_on == ends_on and not is_over:
        raise AlreadyEnded("This assignment ends on that day already.")
    if ends_on < assignment.starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    assignment.ends_on, assignment.ended_at, assignment.ended_by = ends_on, now, by
    assignment.closed_at = now if is_over else None
    assignment.save(update_fields=["ends_on", "ended_at", "ended_by", "closed_at"])
    events.record(
        Action.CLIENT_UNASSIGNED,
        target=assignment.client,
        touched=[assignment.client_id],
        therapist=str(assignment.therapist_id),
    )
    return assignment


def _lock(client: Client) -> None:
    """Let assignments of one client be changed one at a time."""
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
