"""Runs of the billing: asked for, gone on with client by client, and asked for again.

Each client stands as a row that waits, is claimed by one worker and gets its invoice in one
transaction, so a run that is cut off goes on where it was, and nobody is billed twice.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Max

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.models import CycleRun, CycleRunClient, MissedFee, Rhythm, Session
from billing.selectors import cycle_runs, days, periods, to_bill
from billing.selectors.estimate_meters import Meter
from billing.services import invoices, numbers, redemptions
from ledger.services import journal

Outcome = CycleRunClient.Outcome
AGAIN = (
    Outcome.NOTHING,
    Outcome.UNMARKED,
    Outcome.NO_FEE,
    Outcome.CODE,
    Outcome.MINUTES,
    Outcome.ESTIMATE,
    Outcome.FREE,
    Outcome.CLOSED,
    Outcome.FAILED,
)
"""What is looked at once more when a run is asked for again: everything but an invoice."""


class NotOver(Exception):
    """The period is not over yet, or no period ends on that day."""


class NotBillable(Exception):
    """Billing a client failed in a way that nobody foresaw; ``kind`` says which, in a word."""

    def __init__(self, client_id: UUID, kind: str) -> None:
        super().__init__(kind)
        self.client_id, self.kind = client_id, kind


class NothingDue(Exception):
    """Nothing waits of anybody who is billed in this rhythm."""


@transaction.atomic
def ask(*, rhythm: Rhythm, last_day: date, today: date, now: datetime, by: Membership) -> CycleRun:
    """Return the run of a period, with everybody whom it has to bill waiting in it.

    The same period again is the same run: it is gone on with, and whoever got no invoice in it is
    looked at once more, with those of whom something was recorded since. Only after each session
    is another run, once the one before is over.

    Raises:
        NotOver: the period cannot be billed yet.
        NothingDue: there is nothing to bill, and was no run.
    """
    if not periods.may_run(rhythm, last_day, today=today):
        raise NotOver("This period can be billed once it is over.")
    numbers.lock(numbers.HOURS)  # Whoever asks at once waits, and then finds the first one's run.
    run = cycle_runs.latest(rhythm, last_day)
    due = to_bill.due_in(rhythm, last_day, zone=days.zone(), now=now)
    if rhythm == Rhythm.AFTER_SESSION:
        found = {each.client_id for each in due.by_client() if each.total}
        run = None if run is not None and run.finished_at is not None else run
    else:
        found = due.client_ids()
    if run is None:
        if not found:
            raise NothingDue("Nothing waits to be billed: everything is on an invoice.")
        run = _new(rhythm, last_day, now, by)
    count = _queue(run, found)
    if count:
        run.asked_at, run.asked_by, run.finished_at = now, by, None
        run.save(update_fields=["asked_at", "asked_by", "finished_at"])
    events.record(Action.BILLING_RUN_ASKED, target=run, count=count)
    return run


@transaction.atomic
def bill_next(*, run_id: UUID, today: date, now: datetime, by: Membership) -> CycleRunClient | None:
    """Bill one client who waits in a run, and return what became of them; None if nobody waits.

    Somebody whom another worker has is passed over. The invoice is dated on the period's last
    day; its terms count from ``today``, so that a late run takes no days from anybody.

    Raises:
        NotBillable: it failed, and is to be noted by ``fail`` in a transaction of its own.
    """
    waiting = CycleRunClient.objects.filter(run=run_id, outcome=Outcome.WAITING)
    claimed = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",))
    row = claimed.select_related("run").order_by("id").first()
    if row is None:
        return None
    try:
        _bill(row, today=today, now=now, by=by)
    except OperationalError:
        raise  # The server's trouble, not the client's: the run is gone on with later.
    except Exception as failure:
        raise NotBillable(row.client_id, type(failure).__name__) from failure
    return row


def _bill(row: CycleRunClient, *, today: date, now: datetime, by: Membership) -> None:
    redemptions.begin({row.client_id})  # Its lock comes before that of the hours.
    numbers.lock(numbers.HOURS)
    due = to_bill.due(row.run.last_day, zone=days.zone(), now=now).of(row.client_id)
    held = list(due.billable.select_related("client", "service_code", "therapist"))
    fees = list(due.fees.select_related("service_code", "therapist", "outcome__appointment"))
    if not held and not fees:
        row.outcome = due.first_why() or Outcome.NOTHING
    else:
        try:
            row.outcome = _billed(row, held, fees, today=today, now=now, by=by)
        except invoices.NothingToBill:
            row.outcome = Outcome.FREE
        except journal.PeriodClosed:
            row.outcome = Outcome.CLOSED
    _decide(row, now)


def _billed(
    row: CycleRunClient, held: Sequence[Session], fees: Sequence[MissedFee], **when: Any
) -> Outcome:
    """Issue what there is of a client; of what goes far above an estimate, all but that provider's
    hours, which wait until somebody says why.
    """
    try:
        _issue(row, held, fees, **when)
    except invoices.OverEstimate as over:
        rest = [each for each in held if not _is_of(over.above, each)]
        if rest or fees:
            with suppress(invoices.OverEstimate, invoices.NothingToBill):
                _issue(row, rest, fees, **when)
                return Outcome.IN_PART
        return Outcome.ESTIMATE
    return Outcome.INVOICED


@transaction.atomic
def _issue(
    row: CycleRunClient,
    held: Sequence[Session],
    fees: Sequence[MissedFee],
    *,
    today: date,
    now: datetime,
    by: Membership,
) -> None:
    row.invoice, *_ = invoices.bill(
        sessions=held,
        missed_fees=fees,
        issued_on=row.run.last_day,
        terms_from=max(today, row.run.last_day),
        now=now,
        by=by,
    )


def _is_of(above: Iterable[Meter], session: Session) -> bool:
    """Say whether a session is one of those that go above an estimate."""
    on = days.day_of(session.started_at, days.zone())
    return any(
        meter.therapist_id == session.therapist_id and meter.since <= on <= meter.until
        for meter in above
    )


@transaction.atomic
def fail(*, run_id: UUID, client_id: UUID, now: datetime) -> None:
    """Note that billing a client failed in a way that nobody foresaw; the others go on."""
    rows = CycleRunClient.objects.select_for_update(no_key=True)
    row = rows.filter(run=run_id, client=client_id, outcome=Outcome.WAITING).first()
    if row is not None:
        row.outcome = Outcome.FAILED
        _decide(row, now)


@transaction.atomic
def finish(*, run_id: UUID, now: datetime) -> bool:
    """Close a run in which nobody waits, and say whether it is over."""
    run = CycleRun.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.finished_at is not None:
        return True
    tally = cycle_runs.tally([run.pk])[run.pk]
    if tally.waiting:
        return False
    run.finished_at = now
    run.save(update_fields=["finished_at"])
    events.record(
        Action.BILLING_RUN_FINISHED, target=run, invoiced=tally.invoiced, held_up=tally.held_up
    )
    return True


def biller_of(run: CycleRun) -> Membership:
    """Return in whose name a run bills: whoever asked, as long as they may; else the practice's.

    What they asked for while they might is done all the same, as the night would do it.
    """
    asked: Membership = run.asked_by
    is_here = Membership.objects.filter(pk=asked.pk, ended_at=None).exists()
    if asked.person_id is None or (
        is_here and members.permissions_of(asked) >= {Permission.BILLING_RUN}
    ):
        return asked
    return members.automaton()


def _new(rhythm: Rhythm, last_day: date, now: datetime, by: Membership) -> CycleRun:
    same = CycleRun.objects.filter(rhythm=rhythm, last_day=last_day)
    turn = (same.aggregate(last=Max("turn"))["last"] or 0) + 1
    return CycleRun.objects.create(
        rhythm=rhythm, last_day=last_day, turn=turn, asked_at=now, asked_by=by
    )


def _queue(run: CycleRun, found: set[UUID]) -> int:
    """Let everybody wait in a run of whom there is something to bill or look at; return how many
    wait."""
    there = dict(CycleRunClient.objects.filter(run=run).values_list("client_id", "outcome"))
    again = CycleRunClient.objects.filter(run=run, client__in=found, outcome__in=AGAIN)
    again.update(outcome=Outcome.WAITING, decided_at=None)
    new = sorted(found - there.keys())
    # Ids of one moment have no order of their own; the run goes by them.
    ids = sorted(uuid7() for _ in new)
    CycleRunClient.objects.bulk_create(
        CycleRunClient(id=pk, run=run, client_id=client_id)
        for pk, client_id in zip(ids, new, strict=True)
    )
    return CycleRunClient.objects.filter(run=run, outcome=Outcome.WAITING).count()


def _decide(row: CycleRunClient, now: datetime) -> None:
    row.decided_at = now
    row.save(update_fields=["outcome", "invoice", "decided_at"])
