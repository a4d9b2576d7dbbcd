"""Adding the clients of a file: it is kept sealed until it is over, and all come in or none."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.card_numbers import holds_card_number
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from clients.csv_import import Field, Person, Row, Unreadable, decode, rows_of
from clients.models import ClientImport, ClientImportFile
from clients.selectors import imports
from clients.services import assignments, clients, coverages

AT_ONCE = 1_000
"""So many rows are in memory at a time, which bounds it for a file of any length."""

NEEDED = frozenset({Permission.CLIENT_IMPORT, Permission.CLIENT_CREATE})


class ImportOver(Exception):
    """The run is over, or its file is gone."""

    def __init__(self) -> None:
        super().__init__("This file is not here any more. Upload it again.")


class NotClean(Exception):
    """A row of the file cannot be read, so none is taken in."""


class NothingToAdd(Exception):
    """Every row looks like a client, and they are to be left out."""


class HoldsCardNumber(Unreadable):
    """A cell holds what looks like a card number, which may not be kept here."""


class _Stopped(Exception):
    """The run ends without a client; everything that it did goes back."""

    def __init__(self, refusal: ClientImport.Refusal) -> None:
        super().__init__(refusal.label)
        self.refusal = refusal


@transaction.atomic
def upload(*, content: bytes, now: datetime, by: Membership) -> ClientImport:
    """Keep a file, sealed, until its owner has named its columns and confirmed what was read.

    Raises:
        Unreadable: it is no table of text that can be read; nothing of it is kept.
        HoldsCardNumber: a cell holds a card number.
    """
    rows = rows_of(decode(content).text)
    head = next(rows)
    headings = imports.headings_of(head.cells)
    _require_no_card(head, headings)
    count = 0
    for row in rows:
        _require_no_card(row, headings)
        count += 1
    if not count:
        raise Unreadable("The file has headings and no rows below them.")
    run = ClientImport.objects.create(
        file_digest=imports.file_digest(content),
        headings_digest=imports.headings_digest(headings),
        rows_count=count,
        uploaded_at=now,
        uploaded_by=by,
    )
    ClientImportFile.objects.create(run=run, content=content)
    events.record(Action.CLIENT_FILE_UPLOADED, target=run, count=count)
    return run


def _require_no_card(row: Row, headings: Sequence[str]) -> None:
    for place, cell in enumerate(row.cells):
        if holds_card_number(cell):
            heading = headings[place] if place < len(headings) else f"Column {place + 1}"
            raise HoldsCardNumber(
                f"Row {row.number}, column “{heading}” holds what looks like a card number."
                " Card numbers may not be kept here: take the column out and upload it again."
            )


@transaction.atomic
def name_columns(*, run: ClientImport, columns: Sequence[Field | None], date_order: str) -> None:
    """Say which field each column holds, and in which order dates are written.

    Raises:
        ImportOver: the run is over or confirmed.
    """
    held = _locked(run.pk)
    if held is None or held.is_over or held.confirmed_at:
        raise ImportOver
    held.columns = [column.value if column else None for column in columns]
    held.date_order = date_order
    held.save(update_fields=["columns", "date_order"])


@transaction.atomic
def confirm(
    *,
    run: ClientImport,
    checked: imports.Checked,
    adds_alike: bool,
    now: datetime,
    by: Membership,
) -> None:
    """Let the worker add the clients of a file. Confirming twice changes nothing.

    ``checked`` is what its owner saw; the worker looks again. ``adds_alike``: rows that look like
    a client, or like a row before them, become one too.

    Raises:
        ImportOver: the run is over, or its file is gone.
        NotClean: a row cannot be read.
        NothingToAdd: no row would become a client.
    """
    held = _locked(run.pk)
    if held is None or held.is_over or held.columns is None:
        raise ImportOver
    if held.confirmed_at:
        return
    if checked.problems_count:
        raise NotClean("Mend the rows that cannot be read, and upload the file again.")
    if not adds_alike and checked.alike_count == checked.rows_count:
        raise NothingToAdd("Every row looks like a client you have: there is nothing to add.")
    held.adds_alike, held.alike_count = adds_alike, checked.alike_count
    held.confirmed_at, held.confirmed_by = now, by
    held.save(update_fields=["adds_alike", "alike_count", "confirmed_at", "confirmed_by"])
    events.record(Action.CLIENT_FILE_CONFIRMED, target=held, count=checked.rows_count)


@transaction.atomic
def carry_out(*, run_id: UUID, now: datetime) -> None:
    """Add the clients of a confirmed file, all of them or none, and throw the file away.

    Whoever confirmed it acts. A run that is over, or that another worker has, is left alone.
    """
    run = _locked(run_id, skips=True)
    if run is None or run.is_over or run.confirmed_by is None:
        return
    try:
        with transaction.atomic():
            created = _add_all(run, now=now, by=run.confirmed_by)
    except _Stopped as stopped:
        _refuse(run, stopped.refusal, now)
    else:
        run.finished_at, run.created_count = now, created
        run.save(update_fields=["finished_at", "created_count"])
        events.record(
            Action.CLIENT_FILE_TAKEN_IN,
            target=run,
            created=created,
            left_out=run.rows_count - created,
        )
        _empty(run)


def _add_all(run: ClientImport, *, now: datetime, by: Membership) -> int:
    """Add the clients of a file and return how many; the file is read and never held as a list."""
    if not members.permissions_of(by) >= NEEDED or by.ended_at or not members.is_active(by):
        raise _Stopped(ClientImport.Refusal.NOT_ALLOWED)
    content = imports.content_of(run)
    if content is None:
        raise _Stopped(ClientImport.Refusal.PROBLEMS)
    today = _today(now)
    # Nobody adds a client between the look at those who are alike and the adding.
    clients.lock_codes()
    known, alike_count, created = imports.Known(), 0, 0
    people = imports.people(run, content, today=today)
    while some := list(islice(people, AT_ONCE)):
        new = []
        for read in some:
            if not isinstance(read, Person):
                raise _Stopped(ClientImport.Refusal.PROBLEMS)
            is_alike = known.alike(read) is not None
            alike_count += is_alike
            if run.adds_alike or not is_alike:
                new.append(read)
        if alike_count > run.alike_count:
            raise _Stopped(ClientImport.Refusal.CHANGED)
        _add_some(new, today=today, now=now, by=by)
        created += len(new)
    return created


def _add_some(people: Sequence[Person], *, today: date, now: datetime, by: Membership) -> None:
    added = list(zip(clients.add_many(people=people, now=now, by=by), people, strict=True))
    insured = [(client, row.payer_name, row.member_id) for client, row in added if row.payer_name]
    coverages.add_many(insured=insured, now=now, by=by)
    cared_for = [(client, row.therapist_id) for client, row in added if row.therapist_id]
    assignments.assign_many(assigned=cared_for, starts_on=today, now=now, by=by)


@transaction.atomic
def discard(*, run: ClientImport, now: datetime) -> None:
    """Throw a file away before it was confirmed; one that is over stays as it is."""
    held = _locked(run.pk)
    if held is not None and not held.is_over and not held.confirmed_at:
        _discard(held, now)


@transaction.atomic
def forget_old(*, now: datetime) -> int:
    """Throw away the files that were not confirmed within a day; return how many."""
    old = ClientImport.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = old.filter(
        uploaded_at__lte=now - imports.KEPT_FOR,
        confirmed_at=None,
        discarded_at=None,
    )
    for run in found:
        _discard(run, now)
    return len(found)


@transaction.atomic
def give_up(*, now: datetime) -> int:
    """End the runs that failed for an hour, without a client; return how many."""
    rows = ClientImport.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    stuck = rows.filter(
        confirmed_at__lte=now - imports.GIVEN_UP_AFTER,
        finished_at=None,
        refused_at=None,
        discarded_at=None,
    )
    for run in stuck:
        _refuse(run, ClientImport.Refusal.FAILED, now)
    return len(stuck)


def _refuse(run: ClientImport, refusal: ClientImport.Refusal, now: datetime) -> None:
    run.refused_at, run.refusal = now, refusal
    run.save(update_fields=["refused_at", "refusal"])
    _empty(run)
    reason = refusal.lower().replace("_", " ")
    events.record(Action.CLIENT_FILE_REFUSED, target=run, reason=reason)


def _discard(run: ClientImport, now: datetime) -> None:
    run.discarded_at = now
    run.save(update_fields=["discarded_at"])
    _empty(run)
    events.record(Action.CLIENT_FILE_DISCARDED, target=run)


def _empty(run: ClientImport) -> None:
    """Take the file away from beside a run that is over, so that the log knows of it."""
    for file in ClientImportFile.objects.filter(run=run).defer("content"):
        file.content = None
        file.save(update_fields=["content"])


def _locked(run_id: UUID, *, skips: bool = False) -> ClientImport | None:
    rows = ClientImport.objects.select_for_update(no_key=True, skip_locked=skips, of=("self",))
    return rows.select_related("confirmed_by").filter(pk=run_id).first()


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(members.practice().time_zone)).date()
