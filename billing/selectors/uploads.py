"""Reads of FHIR files that somebody chose on a page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min

from accounts.models import Membership
from billing.models import FhirFile

WAITS_FOR_WORKER = timedelta(seconds=15)
GIVEN_UP_AFTER = timedelta(hours=1)
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that were chosen together, and how far they are."""

    batch: UUID
    uploaded_at: datetime
    files: list[FhirFile]

    @property
    def done(self) -> int:
        return sum(file.finished_at is not None for file in self.files)

    @property
    def is_over(self) -> bool:
        return self.done == len(self.files)

    @property
    def refused(self) -> int:
        return sum(file.refused for file in self.files)


def batch_of(member: Membership, batch: UUID) -> Batch | None:
    """Return files that somebody chose themself, in order, without what is in them; or None."""
    rows = FhirFile.objects.filter(batch=batch, uploaded_by=member).defer("content")
    files = list(rows.order_by("place"))
    return Batch(batch, files[0].uploaded_at, files) if files else None


def latest(member: Membership) -> list[tuple[UUID, datetime, int]]:
    """Return the last times that somebody chose files: (batch, when, how many files)."""
    rows = FhirFile.objects.filter(uploaded_by=member).values("batch")
    counted = rows.annotate(at=Min("uploaded_at"), count=Count("pk"))
    return list(counted.order_by("-at", "batch").values_list("batch", "at", "count")[:SHOWN])


def waiting(batch: UUID) -> list[tuple[UUID, UUID | None]]:
    """Return (file, person who chose it) of those that are not over, in order."""
    rows = FhirFile.objects.filter(batch=batch, finished_at=None).order_by("place")
    return list(rows.values_list("pk", "uploaded_by__person_id"))


def left_behind(*, now: datetime) -> list[UUID]:
    """Return the batches with files that no worker has begun in time."""
    rows = FhirFile.objects.filter(finished_at=None, uploaded_at__lte=now - WAITS_FOR_WORKER)
    return list(rows.order_by().values_list("batch", flat=True).distinct())
