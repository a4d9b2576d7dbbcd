"""Who cares for a client."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from clients.models import Assignment, Client


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment as the client's page shows it; ``ends_on`` is its last day."""

    pk: UUID
    therapist: str
    starts_on: date
    ends_on: date | None
    may_end: bool


def of(client: Client, *, on: date) -> list[Assigned]:
    """Return a client's assignments, the latest first, with whether they could end on a date."""
    found = Assignment.objects.filter(client=client).select_related("therapist")
    return [
        Assigned(
            pk=assignment.pk,
            therapist=assignment.therapist.display_name,
            starts_on=assignment.starts_on,
            ends_on=assignment.ends_on,
            may_end=assignment.ends_on is None and assignment.starts_on <= on,
        )
        for assignment in found.order_by("-starts_on", "-id")
    ]


def only_therapist(client: Client, *, on: date) -> UUID | None:
    """Return the member who alone is assigned to a client on a date; None if several or nobody."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    found = Assignment.objects.filter(lasting, client=client, starts_on__lte=on)
    therapists = set(found.values_list("therapist_id", flat=True))
    return therapists.pop() if len(therapists) == 1 else None
