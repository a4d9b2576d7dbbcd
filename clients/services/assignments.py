"""Which therapist cares for which client: it decides who may see the record."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

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


@transaction.atomic
def assign(
    *, client: Client, therapist: Membership, starts_on: date, now: datetime, by: Membership
) -> Assignment:
    """Assign a therapist to a client from a business date on.

    Raises:
        NotATherapist: the member does not hold that role today.
        AlreadyAssigned: an assignment of the two covers that day or a later one.
    """
    if not members.therapists().filter(pk=therapist.pk).exists():
        raise NotATherapist("Choose somebody who is a therapist of this practice.")
    _lock(client)
    reaching = Q(ends_on=None) | Q(ends_on__gte=starts_on)
    if Assignment.objects.filter(reaching, client=client, therapist=therapist).exists():
        raise AlreadyAssigned(f"{therapist.display_name} is assigned already.")
    assignment = Assignment.objects.create(
        client=client, therapist=therapist, starts_on=starts_on, assigned_at=now, assigned_by=by
    )
    events.record(
        Action.CLIENT_ASSIGNED, target=client, touched=[client.pk], therapist=str(therapist.pk)
    )
    return assignment


@transaction.atomic
def end(*, assignment: Assignment, ends_on: date, now: datetime, by: Membership) -> Assignment:
    """End an assignment after a business date, its last day.

    Raises:
        AlreadyEnded: it has an end.
        EndsBeforeItStarts: ``ends_on`` lies before its first day.
    """
    _lock(assignment.client)
    assignment.refresh_from_db()
    if assignment.ends_on is not None:
        raise AlreadyEnded("This assignment has ended already.")
    if ends_on < assignment.starts_on:
        raise EndsBeforeItStarts("The last day lies before the first.")
    assignment.ends_on, assignment.ended_at, assignment.ended_by = ends_on, now, by
    assignment.save(update_fields=["ends_on", "ended_at", "ended_by"])
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
