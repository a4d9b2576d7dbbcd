"""FHIR files from a page: kept sealed, then taken in one by one, each as a whole or not at all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.models import FhirFile
from billing.selectors import days, uploads
from billing.services import imports
from clients import fhir

Outcome = FhirFile.Outcome

NEEDED = frozenset(
    {
        Permission.INTAKE_MANAGE,
        Permission.CLIENT_IMPORT,
        Permission.CLIENT_CREATE,
        Permission.SESSION_RECORD,
    }
)
"""What whoever chose the files has to hold still when they are taken in."""


@transaction.atomic
def upload(*, contents: Sequence[bytes], now: datetime, by: Membership) -> UUID:
    """Keep files, sealed, until the worker has taken them in; return what they share."""
    batch = uuid7()
    for place, content in enumerate(contents, start=1):
        FhirFile.objects.create(
            batch=batch,
            place=place,
            size_bytes=len(content),
            content=content,
            uploaded_at=now,
            uploaded_by=by,
        )
    events.record(Action.FHIR_FILES_UPLOADED, count=len(contents))
    return batch


@transaction.atomic
def take_in(*, file_id: UUID, now: datetime) -> None:
    """Take one file in, in the name of whoever chose it, and empty it.

    One that is over, or that another worker has, is left alone.
    """
    rows = FhirFile.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    row = rows.select_related("uploaded_by").filter(pk=file_id, finished_at=None).first()
    if row is None or row.content is None:
        return
    by = row.uploaded_by
    if not members.permissions_of(by) >= NEEDED or by.ended_at or not members.is_active(by):
        _refuse(row, Outcome.NOT_ALLOWED, now)
        return
    try:
        content = fhir.load(bytes(row.content))
    except fhir.Malformed:
        _refuse(row, Outcome.UNREADABLE, now)
        return
    terms = imports.Terms(
        therapist=None,
        on=days.day_of(now, days.zone()),
        now=now,
        by=by,
        waits_for_mapping=True,
    )
    taken = imports.receive(content, terms=terms, origin=imports.a_file())
    row.made, row.changed = taken.made, taken.changed
    row.unchanged = len(taken.unchanged)
    row.refused = sum(told.remedy is not fhir.Remedy.NONE for told in taken.unusable)
    row.left_out = len(taken.unusable) - row.refused + taken.not_needed
    _finish(row, Outcome.TAKEN_IN, now)
    events.record(
        Action.FHIR_FILE_TAKEN_IN,
        target=row,
        made=row.made,
        changed=row.changed,
        refused=row.refused,
    )


@transaction.atomic
def give_up(*, now: datetime) -> int:
    """End the files that failed for an hour, without a record; return how many."""
    rows = FhirFile.objects.select_for_update(no_key=True, skip_locked=True)
    stuck = rows.filter(finished_at=None, uploaded_at__lte=now - uploads.GIVEN_UP_AFTER)
    for row in stuck:
        _refuse(row, Outcome.FAILED, now)
    return len(stuck)


def _refuse(row: FhirFile, outcome: Outcome, now: datetime) -> None:
    _finish(row, outcome, now)
    reason = outcome.lower().replace("_", " ")
    events.record(Action.FHIR_FILE_REFUSED, target=row, reason=reason)


def _finish(row: FhirFile, outcome: Outcome, now: datetime) -> None:
    row.content, row.outcome, row.finished_at = None, outcome, now
    row.save(
        update_fields=[
            "content",
            "outcome",
            "finished_at",
            "made",
            "changed",
            "unchanged",
            "refused",
            "left_out",
        ]
    )
