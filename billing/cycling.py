"""Driving runs of the billing: each client in a scope of its own, so that no work is lost.

The clock is read here; tasks and the command call this outside any scope.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing.models.cycle import RUN
from billing.selectors import cycle_runs, cycles, days, periods
from billing.services import cycle_runs as services

log = logging.getLogger(__name__)

Told = Callable[[cycle_runs.Tally], None]


def ask_due(practice: UUID, *, now: datetime, on: date | None = None) -> list[UUID]:
    """Ask for the runs of the periods that were over last, by the practice's own midnight.

    ``on`` takes another day for today. Runs that are over already are left as they are, unless a
    day is named.
    """
    asked = []
    with practice_scope(practice):
        today = days.day_of(now, days.zone())
        by = members.automaton()
        for rhythm in RUN:
            last_day = periods.last_over(rhythm, on or today)
            if rhythm not in cycles.in_use(on=last_day):
                continue
            known = cycle_runs.latest(rhythm, last_day)
            if known and known.finished_at and on is None and rhythm != RUN[0]:
                continue
            with suppress(services.NothingDue):
                run = services.ask(rhythm=rhythm, last_day=last_day, today=today, now=now, by=by)
                asked.append(run.pk)
    return asked


def bill(practice: UUID, run_id: UUID, *, tell: Told | None = None) -> bool:
    """Bill everybody who waits in a run, and say whether it is over then.

    It is not while another worker has somebody of it. ``tell`` hears after each client.
    """
    with practice_scope(practice):
        person_id = services.biller_of(cycle_runs.by_id(run_id)).person_id
    while _bill_one(practice, run_id, person_id):
        if tell is not None:
            with practice_scope(practice):
                tell(cycle_runs.tally([run_id])[run_id])
    with practice_scope(practice):
        return services.finish(run_id=run_id, now=timezone.now())


def _bill_one(practice: UUID, run_id: UUID, person_id: UUID | None) -> bool:
    """Bill whoever waits first, and say whether anybody did."""
    try:
        with practice_scope(practice, person_id=person_id):
            now = timezone.now()
            row = services.bill_next(
                run_id=run_id,
                today=days.day_of(now, days.zone()),
                now=now,
                by=members.acting() or members.automaton(),
            )
        return row is not None
    except services.NotBillable as failure:
        # One client whom nobody can bill keeps no other from their invoice.
        log.warning("A client of run %s was not billed: %s", run_id, failure.kind)
        with practice_scope(practice):
            services.fail(run_id=run_id, client_id=failure.client_id, now=timezone.now())
        return True
