"""Taking the clients of a file out again, while nothing else hangs on them: all, or none."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from clients.models import ClientImport, ClientImportUndo
from clients.selectors import import_undos
from clients.services.taking_in import NEEDED

AT_ONCE = 500
GIVEN_UP_AFTER = timedelta(hours=1)


class NothingToTakeBack(Exception):
    """The file added nobody, or its clients were taken out before."""

    def __init__(self) -> None:
        super().__init__("There is nobody of this file to take out.")


class HeldBack(Exception):
    """Something hangs on clients of the file, so that all of them stay."""

    def __init__(self) -> None:
        super().__init__("Something was added to clients of this file since. All of them stay.")


@transaction.atomic
def ask(*, run: ClientImport, now: datetime, by: Membership) -> ClientImportUndo:
    """Let the worker take the clients of a finished run out again. Asked twice is asked once.

    Raises:
        NothingToTakeBack: it added nobody, or they are gone.
        HeldBack: something else hangs on one of them.
    """
    ClientImport.objects.select_for_update(no_key=True, of=("self",)).get(pk=run.pk)
    undo = import_undos.of(run)
    if undo is not None and undo.refused_at is None:
        if undo.finished_at is not None:
            raise NothingToTakeBack
        return undo
    if not run.created_count:
        raise NothingToTakeBack
    if import_undos.held_back(run).count:
        raise HeldBack
    undo = ClientImportUndo.objects.create(run=run, asked_at=now, asked_by=by)
    events.record(Action.CLIENT_FILE_UNDO_ASKED, target=run, count=run.created_count)
    return undo


@transaction.atomic
def carry_out(
    *, undo_id: UUID, now: datetime, progress: Callable[[int], None] = lambda clients: None
) -> None:
    """Delete the clients of a run and what the file told of them. Whoever asked for it acts.

    If anything was added to one of them meanwhile, all stay. One that is over, or that another
    worker has, is left alone.
    """
    rows = ClientImportUndo.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    undo = rows.select_related("run", "asked_by").filter(pk=undo_id).first()
    if undo is None or undo.finished_at or undo.refused_at:
        return
    by = undo.asked_by
    if not members.permissions_of(by) >= NEEDED or by.ended_at or not members.is_active(by):
        refuse(undo, now)
        return
    try:
        with transaction.atomic():
            _remove_all(undo, progress)
    except (HeldBack, IntegrityError):
        refuse(undo, now)
        return
    undo.finished_at = now
    undo.save(update_fields=["finished_at"])
    events.record(Action.CLIENT_FILE_UNDONE, target=undo.run, count=undo.run.created_count or 0)


def _remove_all(undo: ClientImportUndo, progress: Callable[[int], None]) -> None:
    if import_undos.held_back(undo.run).count:
        raise HeldBack
    ids = list(import_undos.clients_of(undo.run).order_by("pk").values_list("pk", flat=True))
    if len(ids) != undo.run.created_count:
        raise HeldBack
    removed = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute("SELECT remove_imported_clients(%s, %s)", [undo.pk, some])
            (count,) = cursor.fetchone()
        if count != len(some):
            raise HeldBack
        removed += count
        events.record(Action.CLIENTS_REMOVED, touched=some, count=count)
        progress(removed)


@transaction.atomic
def give_up(*, now: datetime) -> int:
    """End what failed for an hour, so that it can be asked for again; return how many."""
    rows = ClientImportUndo.objects.select_for_update(skip_locked=True, no_key=True)
    stuck = rows.filter(finished_at=None, refused_at=None, asked_at__lte=now - GIVEN_UP_AFTER)
    for undo in stuck:
        refuse(undo, now)
    return len(stuck)


def refuse(undo: ClientImportUndo, now: datetime) -> None:
    """End an undo with every client where they were."""
    undo.refused_at = now
    undo.save(update_fields=["refused_at"])
    events.record(Action.CLIENT_FILE_UNDO_REFUSED, target=undo.run)
