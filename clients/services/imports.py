"""Files of clients until they are confirmed: kept sealed, looked at, and thrown away."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.card_numbers import holds_card_number
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.csv_import import Field, Row, Unreadable, decode, rows_of
from clients.models import ClientImport, ClientImportFile
from clients.selectors import imports


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
    held = locked(run.pk)
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
    held = locked(run.pk)
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
def discard(*, run: ClientImport, now: datetime) -> None:
    """Throw a file away before it was confirmed; one that is over stays as it is."""
    held = locked(run.pk)
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
        refuse(run, ClientImport.Refusal.FAILED, now)
    return len(stuck)


def refuse(run: ClientImport, refusal: ClientImport.Refusal, now: datetime) -> None:
    """End a run without a client, and throw its file away."""
    run.refused_at, run.refusal = now, refusal
    run.save(update_fields=["refused_at", "refusal"])
    empty(run)
    reason = refusal.lower().replace("_", " ")
    events.record(Action.CLIENT_FILE_REFUSED, target=run, reason=reason)


def _discard(run: ClientImport, now: datetime) -> None:
    run.discarded_at = now
    run.save(update_fields=["discarded_at"])
    empty(run)
    events.record(Action.CLIENT_FILE_DISCARDED, target=run)


def empty(run: ClientImport) -> None:
    """Take the file away from beside a run that is over, so that the log knows of it."""
    for file in ClientImportFile.objects.filter(run=run).defer("content"):
        file.content = None
        file.save(update_fields=["content"])


def locked(run_id: UUID, *, skips: bool = False) -> ClientImport | None:
    """Return a run, locked until the transaction ends; None if it is held and ``skips``."""
    rows = ClientImport.objects.select_for_update(no_key=True, skip_locked=skips, of=("self",))
    return rows.select_related("confirmed_by").filter(pk=run_id).first()
