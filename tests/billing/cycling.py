"""Billing in cycles for tests, through the product's own services."""

from datetime import date, datetime

from accounts.models import Membership
from billing.models import BillingCycle, CycleRun, CycleRunClient, Rhythm
from billing.services import cycle_runs, cycles
from clients.models import Client
from tests.billing import desk


def every(
    rhythm: Rhythm, by: Membership, *, of: Client | None = None, on: date = date(2026, 1, 1)
) -> BillingCycle:
    """Let the practice, or one client, be billed so from the first of January on."""
    return cycles.set_rhythm(
        rhythm=rhythm, client=of, starts_on=on, today=on, now=desk.at_noon(on), by=by
    )


def asked(
    rhythm: Rhythm,
    last_day: date,
    by: Membership,
    *,
    today: date = desk.TODAY,
    now: datetime = desk.NOW,
) -> CycleRun:
    return cycle_runs.ask(rhythm=rhythm, last_day=last_day, today=today, now=now, by=by)


def gone_on(
    run: CycleRun, by: Membership, *, today: date = desk.TODAY, now: datetime = desk.NOW
) -> list[CycleRunClient]:
    """Bill everybody who waits in a run, and close it; return what became of them."""
    done = []
    while row := cycle_runs.bill_next(run_id=run.pk, today=today, now=now, by=by):
        done.append(row)
    assert cycle_runs.finish(run_id=run.pk, now=now)
    run.refresh_from_db()
    return done


def ran(
    rhythm: Rhythm,
    last_day: date,
    by: Membership,
    *,
    today: date = desk.TODAY,
    now: datetime = desk.NOW,
) -> list[CycleRunClient]:
    run = asked(rhythm, last_day, by, today=today, now=now)
    return gone_on(run, by, today=today, now=now)


def history(of: Client, by: Membership) -> CycleRun:
    """Let one client be billed every day, and bill their day."""
    every(Rhythm.DAILY, by, of=of)
    desk.session(of, by, on=desk.TODAY)
    run = asked(Rhythm.DAILY, desk.TODAY, by)
    gone_on(run, by)
    return run
