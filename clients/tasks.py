"""What the worker does for files of clients, and with the log where it needs to know them."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts import progress
from accounts.selectors import doors, members
from accounts.services import alerts, log_weeks
from accounts.tenancy import practice_scope
from clients.selectors import import_undos, imports, kin, unassigned
from clients.services import imports as services
from clients.services import taking_back, taking_in

READINGS_AT_ONCE = 10
"""Readings of one practice's log in a row, before others have their turn."""


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def take_in_file(*, practice_id: str, run_id: str, **_: object) -> None:
    """Add the clients of a confirmed file, in the name of whoever confirmed it."""
    practice, run = UUID(practice_id), UUID(run_id)
    with practice_scope(practice):
        person_id = imports.confirmed_by(run)
    if person_id is None:
        return
    # Apart, so that whoever adds a client meanwhile waits for a moment only.
    with practice_scope(practice, person_id=person_id):
        taking_in.take_codes(run_id=run)
    with practice_scope(practice, person_id=person_id):
        taking_in.carry_out(
            run_id=run, now=timezone.now(), progress=lambda rows: progress.tell(run, rows)
        )


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def take_file_back(*, practice_id: str, undo_id: str, **_: object) -> None:
    """Take the clients of a file out again, in the name of whoever asked for it."""
    practice, undo = UUID(practice_id), UUID(undo_id)
    with practice_scope(practice):
        person_id = import_undos.asked_by(undo)
    if person_id is not None:
        with practice_scope(practice, person_id=person_id):
            taking_back.carry_out(
                undo_id=undo,
                now=timezone.now(),
                progress=lambda clients: progress.tell(undo, clients),
            )


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def redrive_files(**_: object) -> None:
    """Queue the look at each practice's files: what a lost broker left, and what is a day old."""
    for practice_id in doors.practice_ids():
        redrive_files_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def redrive_files_of(*, practice_id: str, **_: object) -> None:
    """Wake what was confirmed and not taken in, and end what was not confirmed, or failed."""
    now = timezone.now()
    with practice_scope(UUID(practice_id)):
        services.forget_old(now=now)
        services.give_up(now=now)
        taking_back.give_up(now=now)
        left, undos = imports.left_behind(now=now), import_undos.left_behind(now=now)
    for run_id in left:
        take_in_file.delay(practice_id=practice_id, run_id=str(run_id))
    for undo_id in undos:
        take_file_back.delay(practice_id=practice_id, undo_id=str(undo_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def read_logs(**_: object) -> None:
    """Queue the reading of every practice's log for what wants a look."""
    for practice_id in doors.practice_ids():
        read_log_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def read_log_of(*, practice_id: str, **_: object) -> None:
    """Read on in one practice's log, some events at a time, and raise cases of what is seen."""
    for _reading in range(READINGS_AT_ONCE):
        with practice_scope(UUID(practice_id)):
            more_waits = alerts.read(kin=kin.alike, now=timezone.now())
        if not more_waits:
            return


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def open_log_reviews(**_: object) -> None:
    """Queue the look at each practice's calendar: a review of the log opens every week."""
    for practice_id in doors.practice_ids():
        open_log_reviews_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def open_log_reviews_of(*, practice_id: str, **_: object) -> None:
    """Open one practice's reviews of the weeks that are over, if they have none."""
    with practice_scope(UUID(practice_id)):
        log_weeks.open_due(
            now=timezone.now(), by=members.automaton(), unassigned=unassigned.touched
        )
