"""What therapists did with records of clients who were not assigned to them then."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import Coalesce, Least

from accounts.models import RoleGrant
from accounts.permissions import Permission
from audit.selectors import stretches
from audit.selectors.stretches import Found, Seen, Stretch
from clients.models import Assignment
from clients.selectors import families


def touched(lying: Stretch, zone: ZoneInfo) -> list[Found]:
    """Return the events of a stretch by which somebody touched a client without an assignment.

    Of those alone who saw clients by assignment then: who may see all of them needs none. Records
    that are of one person today count as one. What was opened in an emergency is among it.
    """
    narrow = _held(Permission.CLIENT_VIEW, lying)
    wide = _held(Permission.CLIENT_VIEW_ALL, lying)
    cared = _Assigned(narrow, zone)
    found: dict[int, UUID] = {}
    for seen in stretches.seen_by(lying, list(narrow)):
        by_assignment = _then(narrow, seen) and not _then(wide, seen)
        if by_assignment and not cared.covers(seen):
            found[seen.seq] = seen.person_id
    return [Found(seq, person_id) for seq, person_id in sorted(found.items())]


Held = dict[UUID, list[tuple[datetime, datetime | None]]]
"""Person → from when until when they held a right, for good or for a term, as roles stand today."""


def _held(right: Permission, lying: Stretch) -> Held:
    grants = RoleGrant.objects.annotate(
        since=Coalesce("starts_at", "granted_at"), until=Least("withdrawn_at", "ends_at")
    ).filter(
        Q(until=None) | Q(until__gte=lying.since),
        role__group__permissions__codename=right.codename,
        since__lt=lying.until,
    )
    held: Held = {}
    for person_id, since, until in grants.values_list("member__person_id", "since", "until"):
        if person_id is not None:
            held.setdefault(person_id, []).append((since, until))
    return held


def _then(held: Held, seen: Seen) -> bool:
    return any(
        since <= seen.at and (until is None or seen.at < until)
        for since, until in held.get(seen.person_id, ())
    )


class _Assigned:
    """Which clients were assigned to some people, and when."""

    def __init__(self, people: Iterable[UUID], zone: ZoneInfo) -> None:
        self.zone, self.into = zone, families.merged()
        self.known: dict[tuple[UUID | None, UUID], list[Assignment]] = {}
        rows = Assignment.objects.filter(therapist__person_id__in=list(people))
        for row in rows.select_related("therapist"):
            client_id = self.into.get(row.client_id, row.client_id)
            self.known.setdefault((row.therapist.person_id, client_id), []).append(row)

    def covers(self, seen: Seen) -> bool:
        client_id = self.into.get(seen.client_id, seen.client_id)
        on = seen.at.astimezone(self.zone).date()
        return any(
            row.starts_on <= on
            and (row.ends_on is None or on <= row.ends_on)
            and (row.closed_at is None or seen.at < row.closed_at)
            for row in self.known.get((seen.person_id, client_id), ())
        )
