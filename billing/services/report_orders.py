"""Long reports: ordered, made by the worker, kept sealed until fetched, and then gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.exported import Exported
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.models import ReportFile
from billing.selectors import report_files as files
from billing.selectors.tables import Asked, Table
from billing.services import report_exports
from billing.services.report_files import FORMATS, TooLong

LONG = 5_000
"""Rows above which a file is made by the worker: about two seconds of work."""


class Gone(Exception):
    """The file was fetched or has expired, or is not made yet."""

    def __init__(self) -> None:
        super().__init__("This file is not here any more. Take the report away again.")


@dataclass(frozen=True, slots=True)
class Source:
    """What makes a report: its name, its version, and its table."""

    name: str
    version: int
    permission: Permission
    table_of: Callable[[Asked], Table]


@transaction.atomic
def order(
    *, slug: str, asked: Asked, kind: str, row_count: int, now: datetime, by: Membership
) -> ReportFile:
    """Have the worker make a file, in the name of whoever asks."""
    ordered = ReportFile.objects.create(
        report=slug,
        kind=kind,
        since=asked.since,
        as_of=asked.as_of,
        known_at=asked.known_at,
        choices=dict(asked.choices),
        row_count=row_count,
        requested_at=now,
        requested_by=by,
    )
    events.record(Action.REPORT_FILE_ORDERED, target=ordered, count=row_count, format=kind)
    return ordered


@transaction.atomic
def make(
    *,
    file_id: UUID,
    source_of: Callable[[str], Source | None],
    now: datetime,
    progress: Callable[[int], None],
) -> None:
    """Make a file that was ordered. One that is made, or being made, stays as it is.

    Who may not take reports away any more gets none.
    """
    ordered = _locked(file_id)
    if ordered is None or ordered.finished_at is not None:
        return
    source = source_of(ordered.report)
    if source is None or not _may_take(ordered.requested_by, source.permission):
        _refuse(ordered, "NOT_ALLOWED", now)
        return
    asked = Asked(ordered.as_of, ordered.since, ordered.known_at, ordered.choices)
    try:
        exported = report_exports.export(
            slug=ordered.report,
            name=source.name,
            version=source.version,
            asked=asked,
            table=source.table_of(asked).counted(progress),
            kind=ordered.kind,
            export_id=ordered.pk,
        )
    except TooLong:
        _refuse(ordered, "TOO_LONG", now)
        return
    ordered.content, ordered.finished_at = exported.content, now
    ordered.save(update_fields=["content", "finished_at"])


@transaction.atomic
def fetch(*, file_id: UUID, needs: Permission, now: datetime, by: Membership) -> Exported:
    """Hand a file to whoever asked for it, once, and forget its bytes.

    ``needs`` is what the report asks for beside the right to take reports away.

    Raises:
        Gone: it is not there, was fetched before, or may not be taken away any more.
    """
    found = _locked(file_id, requested_by=by)
    if found is None or not found.is_ready or found.content is None:
        raise Gone
    if not _may_take(by, needs):
        raise Gone
    exported = Exported(found.pk, found.content, FORMATS[found.kind].content_type, found.kind)
    found.content, found.fetched_at = None, now
    found.save(update_fields=["content", "fetched_at"])
    events.record(Action.REPORT_FILE_FETCHED, target=found, export=str(found.pk))
    return exported


@transaction.atomic
def tidy(*, now: datetime) -> None:
    """Forget the files that nobody fetched in a day, and give up what failed for an hour."""
    rows = ReportFile.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    old = rows.filter(
        finished_at__lte=now - files.KEPT_FOR, fetched_at=None, expired_at=None, refusal=""
    )
    for found in old.defer("content"):
        found.content, found.expired_at = None, now
        found.save(update_fields=["content", "expired_at"])
        events.record(Action.REPORT_FILE_EXPIRED, target=found)
    for stuck in rows.filter(finished_at=None, requested_at__lte=now - files.GIVEN_UP_AFTER):
        _refuse(stuck, "FAILED", now)


def _may_take(member: Membership, permission: Permission) -> bool:
    """Say whether a member belongs to the practice still, and may take this report away."""
    needed = {Permission.REPORT_VIEW, Permission.REPORT_EXPORT, permission}
    is_here = Membership.objects.filter(pk=member.pk, ended_at=None).exists()
    return is_here and needed <= members.permissions_of(member)


def _refuse(ordered: ReportFile, refusal: str, now: datetime) -> None:
    ordered.refusal, ordered.finished_at = refusal, now
    ordered.save(update_fields=["refusal", "finished_at"])
    reason = refusal.lower().replace("_", " ")
    events.record(Action.REPORT_FILE_REFUSED, target=ordered, reason=reason)


def _locked(file_id: UUID, **of: object) -> ReportFile | None:
    rows = ReportFile.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("requested_by").filter(pk=file_id, **of).first()
