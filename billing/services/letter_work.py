"""What the worker does about letters to clients, in short scopes of its own: runs and reminders."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing.selectors import days, statement_runs
from billing.selectors import reminders as due_reminders
from billing.services import reminders
from billing.services import statement_runs as services
from clients.models import Client
from ledger.services.known import Busy

BY_DAY = range(9, 17)
"""Hours of the practice's own day at which reminders go by themselves."""


def make_run(practice: UUID, run: UUID, *, clock: Callable[[], datetime]) -> int:
    """Make what is left of a run of statements, in the name of whoever started it."""
    with practice_scope(practice):
        person_id = statement_runs.started_by(run)
    looked_at = 0
    while _make_statement(practice, run, person_id, now=clock()):
        looked_at += 1
    return looked_at


def _make_statement(practice: UUID, run: UUID, person_id: UUID | None, *, now: datetime) -> bool:
    """Make the next statement of a run, in three short scopes; return whether there was one."""
    with practice_scope(practice, person_id=person_id):
        item = services.claim(run_id=run, now=now)
        by = members.acting() or members.automaton()
        today = days.day_of(now, days.zone())
    if item is None:
        return False
    try:
        with practice_scope(practice, person_id=person_id):
            is_there = services.make(item_id=item, today=today, now=now, by=by)
    except Busy:  # It was tried least, and is looked at again.
        return True
    if is_there:
        with practice_scope(practice, person_id=person_id):
            services.finish(item_id=item, today=today, now=now, by=by)
    return True


def remind(practice: UUID, *, now: datetime) -> int:
    """Remind the clients of a practice whose step is reached, if its rules let reminders go by
    themselves and it is day there; return how many. Each stands in a transaction of its own.
    """
    with practice_scope(practice):
        rules, local = due_reminders.policy(), now.astimezone(days.zone())
        if rules is None or not rules.row.is_automatic or local.hour not in BY_DAY:
            return 0
        found = due_reminders.due(Client.objects.all(), today=local.date())
    sent = 0
    for each in found:
        if not each.problem and _remind(practice, each.client_id, now=now):
            sent += 1
    return sent


def _remind(practice: UUID, client_id: UUID, *, now: datetime) -> bool:
    with practice_scope(practice):
        letter = reminders.send(
            client_id=client_id,
            today=days.day_of(now, days.zone()),
            now=now,
            by=members.automaton(),
        )
    return letter is not None
