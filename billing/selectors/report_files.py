"""Files of reports that the worker makes or has made."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from billing.models import ReportFile

KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(hours=1)
WAITS_FOR_WORKER = timedelta(seconds=15)


def mine(member: Membership) -> QuerySet[ReportFile]:
    """Return the files that somebody asked for, newest first, without their bytes."""
    found = ReportFile.objects.filter(requested_by=member).defer("content")
    return found.order_by("-requested_at", "-pk")


def under_way(member: Membership) -> list[ReportFile]:
    """Return those of somebody's files that are being made, or wait to be fetched."""
    return list(mine(member).filter(fetched_at=None, expired_at=None, refusal=""))


def asked_by(file_id: UUID) -> UUID | None:
    """Return the person who asked for a file that is not made yet."""
    found = ReportFile.objects.filter(pk=file_id, finished_at=None)
    return found.values_list("requested_by__person_id", flat=True).first()


def left_behind(*, now: datetime) -> list[UUID]:
    """Return the files that a lost broker or a lost worker left."""
    found = ReportFile.objects.filter(finished_at=None, requested_at__lte=now - WAITS_FOR_WORKER)
    return list(found.order_by("requested_at").values_list("pk", flat=True))
