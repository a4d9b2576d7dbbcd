"""Who cares for a client."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from clients.models import Assignment, Client
from clients.selectors import families


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment as the client's page shows it; ``ends_on`` is its last day.

    ``is_open``: it opens the record today. ``covers_for`` is "" for what is no cover.
    """

    pk: UUID
    therapist_id: UUID
    therapist: str
    covers_for: str
    starts_on: date
    ends_on: date | None
    is_open: bool


def of(client: Client, *, on: date) -> list[Assigned]:
    """Return a client's assignments, the latest first, with whether each is open on a date."""
    found = Assignment.objects.filter(client__in=families.records_of(client)).select_related(
        "therapist", "covers_for"
    )
    return [_shown(assignment, on) for assignment in found.order_by("-starts_on", "-id")]


def therapists_of(clients: QuerySet[Client], *, on: date) -> dict[UUID, list[str]]:
    """Return client → the names of those who care for them on a date, by name."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    in_force = Assignment.objects.filter(lasting, starts_on__lte=on, closed_at=None)
    names: dict[UUID, list[str]] = {}
    for client_id, name in (
        in_force.filter(client__in=clients.values("pk"))
        .order_by("therapist__display_name", "pk")
        .values_list("client_id", "therapist__display_name")
    ):
        names.setdefault(client_id, []).append(name)
    return names


def _shown(assignment: Assignment, on: date) -> Assigned:
    covered = assignment.covers_for
    lasts = assignment.closed_at is None and on <= (assignment.ends_on or on)
    return Assigned(
        pk=assignment.pk,
        therapist_id=assignment.therapist_id,
        therapist=assignment.therapist.display_name,
        covers_for=covered.display_name if covered else "",
        starts_on=assignment.starts_on,
        ends_on=assignment.ends_on,
        is_open=lasts and assignment.starts_on <= on,
    )


def carers(assigned: Iterable[Assigned]) -> list[tuple[UUID, str]]:
    """Return (member, name) of those who care for a client today, and could be stood in for."""
    return [
        (each.therapist_id, each.therapist)
        for each in assigned
        if each.is_open and not each.covers_for
    ]


def only_therapist(client: Client, *, on: date) -> UUID | None:
    """Return the member who alone is assigned to a client on a date; None if several or nobody."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    records = families.records_of(client)
    found = Assignment.objects.filter(
        lasting, client__in=records, starts_on__lte=on, closed_at=None
    )
    therapists = set(found.values_list("therapist_id", flat=True))
    return therapists.pop() if len(therapists) == 1 else None
