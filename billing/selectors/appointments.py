"""Hours that are planned: who may see them, which still wait, and which overlap."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from billing.models import Appointment
from billing.models.session import LONGEST_MINUTES
from billing.selectors import missed
from clients.selectors import clients, families


def visible_to(
    member: Membership, *, on: date, permissions: clients.Permissions | None = None
) -> QuerySet[Appointment]:
    """Return the planned hours of the clients whom a member may see on a business date."""
    seen = clients.visible_to(member, on=on, permissions=permissions)
    return Appointment.objects.filter(client__in=seen)


def waiting(appointments: QuerySet[Appointment] | None = None) -> QuerySet[Appointment]:
    """Return those of which nobody said yet what became of them."""
    rows = Appointment.objects.all() if appointments is None else appointments
    return rows.filter(~Exists(missed.standing().filter(appointment=OuterRef("pk"))))


def clashing(
    *,
    client_ids: Collection[UUID],
    therapist_id: UUID,
    starts: Iterable[tuple[datetime, int]],
    but: Iterable[UUID] = (),
) -> list[Appointment]:
    """Return the planned hours of the same clients or therapist that overlap one of these.

    Those of other records of the same person are the client's too; an hour of a group is one.
    ``starts`` are moments with minutes; ``but`` are hours that are about to move away.
    """
    spans = [(begin, begin + timedelta(minutes=minutes)) for begin, minutes in starts]
    if not spans:
        return []
    earliest = min(begin for begin, _ in spans) - timedelta(minutes=LONGEST_MINUTES)
    latest = max(end for _, end in spans)
    own = families.ids_of(client_ids)
    rows = waiting(
        Appointment.objects.filter(
            Q(client__in=own) | Q(therapist=therapist_id),
            starts_at__gt=earliest,
            starts_at__lt=latest,
        ).exclude(pk__in=list(but))
    )
    found: dict[UUID, Appointment] = {}
    for row in rows.select_related("client", "therapist").order_by("starts_at", "id"):
        if any(row.starts_at < end and begin < ends_at(row) for begin, end in spans):
            place = row.group_hour_id or row.pk
            # Of a group's hour, the client's own place says most.
            if place not in found or row.client_id in own:
                found[place] = row
    return list(found.values())


def ends_at(appointment: Appointment) -> datetime:
    return appointment.starts_at + timedelta(minutes=appointment.minutes)
