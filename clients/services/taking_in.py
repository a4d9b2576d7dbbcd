"""Adding the clients of a confirmed file, thousands at once: all of them come in, or none."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from clients.csv_import import Person
from clients.models import Client, ClientImport
from clients.selectors import imports
from clients.services import assignments, clients, coverages
from clients.services.imports import empty, locked, refuse

AT_ONCE = 1_000
"""So many rows are in memory at a time, which bounds it for a file of any length."""

NEEDED = frozenset({Permission.CLIENT_IMPORT, Permission.CLIENT_CREATE})

Progress = Callable[[int], None]


class _Stopped(Exception):
    """The run ends without a client; everything that it did goes back."""

    def __init__(self, refusal: ClientImport.Refusal) -> None:
        super().__init__(refusal.label)
        self.refusal = refusal


@transaction.atomic
def take_codes(*, run_id: UUID) -> None:
    """Take a code for each row of a confirmed file, in a transaction that is over in a moment.

    Done once: what is begun again goes on with the same codes.
    """
    run = locked(run_id, skips=True)
    if run is None or run.is_over or run.confirmed_at is None or run.codes_from is not None:
        return
    run.codes_from = clients.take_codes(run.rows_count)
    run.save(update_fields=["codes_from"])


@transaction.atomic
def carry_out(*, run_id: UUID, now: datetime, progress: Progress = lambda rows: None) -> None:
    """Add the clients of a confirmed file, all of them or none, and throw the file away.

    Whoever confirmed it acts. A run that is over, or that another worker has, is left alone.
    ``progress`` is told how many rows were taken.
    """
    take_codes(run_id=run_id)
    run = locked(run_id, skips=True)
    if run is None or run.is_over or run.confirmed_by is None:
        return
    try:
        with transaction.atomic():
            created = _add_all(run, now=now, by=run.confirmed_by, progress=progress)
    except _Stopped as stopped:
        refuse(run, stopped.refusal, now)
    else:
        run.finished_at, run.created_count = now, created
        run.save(update_fields=["finished_at", "created_count"])
        events.record(
            Action.CLIENT_FILE_TAKEN_IN,
            target=run,
            created=created,
            left_out=run.rows_count - created,
        )
        empty(run)


def _add_all(run: ClientImport, *, now: datetime, by: Membership, progress: Progress) -> int:
    """Add the clients of a file and return how many; the file is read and never held as a list."""
    if not members.permissions_of(by) >= NEEDED or by.ended_at or not members.is_active(by):
        raise _Stopped(ClientImport.Refusal.NOT_ALLOWED)
    content = imports.content_of(run)
    if content is None or run.codes_from is None:
        raise _Stopped(ClientImport.Refusal.PROBLEMS)
    today = _today(now)
    here = set(Client.objects.values_list("pk", flat=True))
    known, alike_count, created, seen = imports.Known(), 0, 0, 0
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
        first_number = run.codes_from + created
        here |= _add_some(new, first_number=first_number, today=today, now=now, by=by)
        created, seen = created + len(new), seen + len(some)
        progress(seen)
    _require_nobody_came(known, here)
    return created


def _add_some(
    people: Sequence[Person], *, first_number: int, today: date, now: datetime, by: Membership
) -> set[UUID]:
    made = clients.add_many(people=people, first_number=first_number, now=now, by=by)
    added = list(zip(made, people, strict=True))
    insured = [(client, row.payer_name, row.member_id) for client, row in added if row.payer_name]
    coverages.add_many(insured=insured, now=now, by=by)
    cared_for = [(client, row.therapist_id) for client, row in added if row.therapist_id]
    assignments.assign_many(assigned=cared_for, starts_on=today, now=now, by=by)
    events.settle_marks()
    return {client.pk for client in made}


def _require_nobody_came(known: imports.Known, here: set[UUID]) -> None:
    """Stop if somebody was added while the rows were written who looks like one of them.

    From here to the commit nobody adds a client: whoever does then sees these.
    """
    clients.lock_codes()
    came = set(Client.objects.values_list("pk", flat=True)) - here
    if any(known.is_in_file(client) for client in Client.objects.filter(pk__in=came)):
        raise _Stopped(ClientImport.Refusal.CHANGED)


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(members.practice().time_zone)).date()
