"""Who cares for a client."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

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
