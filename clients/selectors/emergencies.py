"""Records that were opened in an emergency: which are open now, and which wait for a review."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import log, reach
from accounts.selectors.log import Line
from audit.selectors.log import Span
from clients.models import Client, EmergencyAccess

HISTORY = 50
"""How many reviewed accesses a page shows."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An emergency access as its reviewer sees it: the client's code, never a name.

    ``is_open``: the member may look still, so it is too early for a review.
    """

    pk: UUID
    code: str
    member: str
    is_own: bool
    reason: str
    opened_at: datetime
    ends_at: datetime
    is_open: bool
    finding: str
    reviewed_by: str
    reviewed_at: datetime | None
    looked_at: list[Line]


def running(member: Membership) -> QuerySet[EmergencyAccess]:
    """Return a member's accesses that still open a record, by the database's own clock."""
    return EmergencyAccess.objects.filter(member=member, ends_at__gt=Now())


def running_until(member: Membership, client: Client) -> datetime | None:
    """Return until when a member's emergency access to a client lasts, or None without one."""
    latest = running(member).filter(client=client).order_by("-ends_at").first()
    return latest.ends_at if latest else None


def has_reviewer(opener: Membership) -> bool:
    """Say whether anybody but a member could be told of what they open, and review it."""
    return bool(reach.addresses_of_holders(Permission.EMERGENCY_REVIEW, but=opener))


def waiting(reader: Membership, *, now: datetime) -> list[Opened]:
    """Return what waits for a review, the oldest first, with all that was looked at meanwhile."""
    found = EmergencyAccess.objects.filter(finding="").order_by("opened_at", "id")
    return _shown(found, reader, now)


def reviewed(reader: Membership, *, now: datetime) -> list[Opened]:
    """Return what was reviewed, the latest first, with all that the review was about."""
    found = EmergencyAccess.objects.exclude(finding="").order_by("-reviewed_at", "-id")
    return _shown(found[:HISTORY], reader, now)


def _shown(found: QuerySet[EmergencyAccess], reader: Membership, now: datetime) -> list[Opened]:
    """Show accesses with everything that was done with each record while it was open."""
    accesses = list(found.select_related("client", "member", "reviewed_by"))
    spans = [
        Span(access.client_id, access.member.person_id, access.opened_at, access.ends_at)
        for access in accesses
    ]
    return [
        Opened(
            pk=access.pk,
            code=access.client.code,
            member=access.member.display_name,
            is_own=access.member_id == reader.pk,
            reason=access.get_reason_display(),
            opened_at=access.opened_at,
            ends_at=access.ends_at,
            is_open=now < access.ends_at,
            finding=access.get_finding_display() if access.finding else "",
            reviewed_by=access.reviewed_by.display_name if access.reviewed_by else "",
            reviewed_at=access.reviewed_at,
            looked_at=looks,
        )
        for access, looks in zip(accesses, log.lines_touching(spans), strict=True)
    ]
