"""Records that were opened in an emergency: which are open now, and which wait for a review."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Membership
from accounts.selectors import log
from accounts.selectors.log import Line
from clients.models import Client, EmergencyAccess

HISTORY = 50
"""How many reviewed accesses a page shows."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An emergency access as its reviewer sees it: the client's code, never a name."""

    pk: UUID
    code: str
    member: str
    is_own: bool
    reason: str
    opened_at: datetime
    ends_at: datetime
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


def waiting_count() -> int:
    """Return how many accesses nobody has reviewed."""
    return EmergencyAccess.objects.filter(finding="").count()


def waiting(reader: Membership) -> list[Opened]:
    """Return what waits for a review, the oldest first, with all that was looked at meanwhile."""
    found = EmergencyAccess.objects.filter(finding="").order_by("opened_at", "id")
    return _shown(found, reader, with_looks=True)


def reviewed(reader: Membership) -> list[Opened]:
    """Return what was reviewed, the latest first."""
    found = EmergencyAccess.objects.exclude(finding="").order_by("-reviewed_at", "-id")
    return _shown(found[:HISTORY], reader, with_looks=False)


def _shown(
    found: QuerySet[EmergencyAccess], reader: Membership, *, with_looks: bool
) -> list[Opened]:
    return [
        Opened(
            pk=access.pk,
            code=access.client.code,
            member=access.member.display_name,
            is_own=access.member_id == reader.pk,
            reason=access.get_reason_display(),
            opened_at=access.opened_at,
            ends_at=access.ends_at,
            finding=access.get_finding_display() if access.finding else "",
            reviewed_by=access.reviewed_by.display_name if access.reviewed_by else "",
            reviewed_at=access.reviewed_at,
            looked_at=list(_looks(access)) if with_looks else [],
        )
        for access in found.select_related("client", "member", "reviewed_by")
    ]


def _looks(access: EmergencyAccess) -> Iterable[Line]:
    """Return everything that the member did with the client's record while it was open to them."""
    return log.lines_touching(
        access.client_id,
        person_id=access.member.person_id,
        since=access.opened_at,
        until=access.ends_at,
    )
