"""Evidence packs that the worker makes or has made."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import EvidencePack, Membership
from accounts.permissions import Permission

NEEDED = frozenset(
    {
        Permission.AUDIT_WORK,
        Permission.LOG_VIEW,
        Permission.REPORT_EXPORT,
        Permission.REPORT_VIEW,
    }
)
"""What somebody holds who has a pack made: it holds the log and the books."""

KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(hours=1)
WAITS_FOR_WORKER = timedelta(seconds=15)


def all_packs() -> QuerySet[EvidencePack]:
    """Return every pack that was ever asked for, newest first, without their bytes."""
    found = EvidencePack.objects.select_related("requested_by").defer("content")
    return found.order_by("-requested_at", "-pk")


def mine(member: Membership) -> QuerySet[EvidencePack]:
    """Return the packs that somebody asked for, newest first, without their bytes."""
    return all_packs().filter(requested_by=member)


def asked_by(pack_id: UUID) -> UUID | None:
    """Return the person who asked for a pack that is not made yet."""
    found = EvidencePack.objects.filter(pk=pack_id, finished_at=None)
    return found.values_list("requested_by__person_id", flat=True).first()


def left_behind(*, now: datetime) -> list[UUID]:
    """Return the packs that a lost broker or a lost worker left."""
    found = EvidencePack.objects.filter(finished_at=None, requested_at__lte=now - WAITS_FOR_WORKER)
    return list(found.order_by("requested_at").values_list("pk", flat=True))


def state_of(pack: EvidencePack) -> str:
    """Return the state of a pack as the badges say it."""
    if pack.refusal:
        return "failed"
    if not pack.finished_at:
        return "waiting"
    if pack.fetched_at:
        return "gone"
    return "expired" if pack.expired_at else "ready"
