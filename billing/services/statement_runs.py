"""Runs of statements: drawn up by a rule, looked at, started, and made client by client.

Each client's statement is made in one short transaction and set in type in another one, so that
two workers do not wait for each other's typesetting, and whoever is cut off is carried on: what is
there is never made a second time.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.card_numbers import holds_card_number
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import LetterKind, StatementRun, StatementRunItem
from billing.selectors import letter_holds, statement_runs
from billing.selectors import statements as accounts_of
from billing.selectors.statement_runs import Candidate
from billing.services import documents, letters, numbers, statements
from clients.models import Client
from clients.selectors import families
from ledger.money import Money

Way = StatementRunItem.Way
Outcome = StatementRunItem.Outcome

TRIES_MAX = 5
"""A client whose statement fails so often is given up, and said so."""


class OneWaits(Exception):
    """Another run is drawn up and waits to be started or dropped."""


class NobodyOwes(Exception):
    """The rule finds no client who would get a statement."""


class NotOpen(Exception):
    """The run was started or dropped before."""


class KeyReused(Exception):
    """Another run was drawn up under this key."""


class BadMessage(Exception):
    """The message cannot stand on a statement."""


@transaction.atomic
def draw_up(
    *,
    clients: QuerySet[Client],
    at_least: Money,
    days_apart: int,
    message: str,
    key: UUID,
    today: date,
    now: datetime,
    by: Membership,
) -> StatementRun:
    """Draw up a run until ``today`` for those of some clients whom its rule finds.

    Nothing is made yet. The same ``key`` again returns the run that it has.

    Raises:
        KeyReused: the key belongs to a run of another rule.
        OneWaits: another run is drawn up.
        NobodyOwes: the rule finds nobody.
        BadMessage: a card number stands in the message.
    """
    numbers.lock(numbers.STATEMENTS)
    known = StatementRun.objects.filter(key=key).first()
    if known is not None:
        if (known.at_least, known.days_apart) != (at_least, days_apart):
            raise KeyReused("This form was sent before, with another rule. Open it anew.")
        return known
    if StatementRun.objects.filter(started_at=None, dropped_at=None).exists():
        raise OneWaits("Another run is drawn up. Start it or drop it first.")
    if holds_card_number(message):
        raise BadMessage("This looks like a card number. Leave it out.")
    found = statement_runs.candidates(
        clients, until=today, at_least=at_least, days_apart=days_apart
    )
    told = [each for each in found if not each.problem]
    if not told:
        raise NobodyOwes(_why_nobody(found))
    run = StatementRun.objects.create(
        until=today,
        at_least=at_least,
        days_apart=days_apart,
        message=message,
        item_count=len(told),
        key=key,
        drawn_up_at=now,
        drawn_up_by=by,
    )
    StatementRunItem.objects.bulk_create(
        StatementRunItem(run=run, client_id=each.client_id, way=each.way, owed=each.owed)
        for each in told
    )
    events.record(Action.STATEMENT_RUN_DRAWN_UP, target=run, count=len(told))
    return run


def _why_nobody(found: Collection[Candidate]) -> str:
    if not found:
        return "Nobody owes that much. Choose a smaller amount."
    who = "1 client owes" if len(found) == 1 else f"{len(found)} clients owe"
    return f"{who} that much, and none of them would get a statement: see why below."


@transaction.atomic
def choose(
    *,
    run: StatementRun,
    shown: Collection[UUID],
    kept: Collection[UUID],
    now: datetime,
) -> int:
    """Of the items that were shown, keep those that are ``kept`` and leave the others out.

    Returns how many of the run are left out now.

    Raises:
        NotOpen: the run was started or dropped.
    """
    run = _open(run)
    rows = StatementRunItem.objects.filter(run=run, pk__in=shown)
    rows.exclude(pk__in=kept).update(outcome=Outcome.LEFT_OUT, closed_at=now)
    rows.filter(pk__in=kept, outcome=Outcome.LEFT_OUT).update(outcome="", closed_at=None)
    left_out = StatementRunItem.objects.filter(run=run, outcome=Outcome.LEFT_OUT).count()
    events.record(Action.STATEMENT_RUN_CHOSEN, target=run, count=left_out)
    return left_out


@transaction.atomic
def start(*, run: StatementRun, now: datetime, by: Membership) -> StatementRun:
    """Have the worker make the statements of a run that was drawn up.

    Raises:
        NotOpen: it was started or dropped before.
        NobodyOwes: every client of it is left out.
    """
    run = _open(run)
    waiting = StatementRunItem.objects.filter(run=run, closed_at=None).count()
    if not waiting:
        raise NobodyOwes("Every client is left out. Take one in, or drop the run.")
    run.started_at, run.started_by = now, by
    run.save(update_fields=["started_at", "started_by"])
    events.record(Action.STATEMENT_RUN_STARTED, target=run, count=waiting)
    return run


@transaction.atomic
def drop(*, run: StatementRun, now: datetime, by: Membership) -> StatementRun:
    """Give up a run that was drawn up: nothing was made.

    Raises:
        NotOpen: it was started or dropped before.
    """
    run = _open(run)
    run.dropped_at, run.dropped_by = now, by
    run.save(update_fields=["dropped_at", "dropped_by"])
    events.record(Action.STATEMENT_RUN_DROPPED, target=run)
    return run


@transaction.atomic
def claim(*, run_id: UUID, now: datetime) -> UUID | None:
    """Return the next client's item of a run that is started, or None if none is left to take.

    What was tried least comes first, so nothing that fails holds up the rest; what failed
    ``TRIES_MAX`` times is given up.
    """
    rows = StatementRunItem.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    waiting = rows.filter(run=run_id, run__started_at__isnull=False, closed_at=None)
    for item in waiting.order_by("tries", "id")[:1]:
        if item.tries >= TRIES_MAX:
            _close(item, Outcome.FAILED, now)
            continue
        item.tries += 1
        item.save(update_fields=["tries"])
        return item.pk
    return None


@transaction.atomic
def make(*, item_id: UUID, today: date, now: datetime, by: Membership) -> bool:
    """Make the statement of a client of a run, unless there is a reason against it by now.

    Returns whether there is a statement that has to be set in type.

    Raises:
        known.Busy: as ``statements.make``.
    """
    item = _locked(item_id)
    if item.closed_at is not None or item.statement_id is not None:
        return item.closed_at is None
    reason = _against(item, today)
    if reason:
        _close(item, reason, now)
        return False
    since, _ = accounts_of.usual_days(families.records_of(item.client), today=item.run.until)
    item.statement = statements.make(
        client=item.client,
        since=since,
        until=item.run.until,
        key=item.pk,
        today=today,
        now=now,
        by=by,
    )
    item.save(update_fields=["statement"])
    return True


@transaction.atomic
def finish(*, item_id: UUID, today: date, now: datetime, by: Membership) -> None:
    """Set a statement of a run in type, and tell its client, if that is by e-mail.

    Who cannot be told by e-mail any more gets it on paper.
    """
    item = _locked(item_id)
    if item.closed_at is not None or item.statement is None:
        return
    documents.render(item.statement, now=now, by=by)
    outcome = Outcome.MADE
    if item.way == Way.EMAIL:
        try:
            letters.write(
                client=item.client,
                kind=LetterKind.STATEMENT,
                statement=item.statement,
                today=today,
                now=now,
                by=by,
            )
        except letters.NotReachable:
            item.way = Way.PRINT
            item.save(update_fields=["way"])
        except letters.HeldBack:
            outcome = Outcome.HELD
    _close(item, outcome, now)


def _against(item: StatementRunItem, today: date) -> str:
    people = [item.client_id]
    if item.client.merged_into_id is not None:
        return Outcome.MERGED  # The statement of the client who is kept tells of both records.
    of_person = item.run.items.filter(client__in=families.ids_of(people)).exclude(pk=item.pk)
    if of_person.filter(statement__isnull=False).exists():
        return Outcome.RECENT
    if letter_holds.reasons(people, on=today):
        return Outcome.HELD
    apart = item.run.until - timedelta(days=item.run.days_apart)
    if statement_runs.told_since(people, day=apart):
        return Outcome.RECENT
    owed = statement_runs.owed_by(item.client, on=item.run.until)
    return Outcome.SETTLED if owed < item.run.at_least else ""


def _close(item: StatementRunItem, outcome: str, now: datetime) -> None:
    item.outcome, item.closed_at = outcome, now
    item.save(update_fields=["outcome", "closed_at"])
    if outcome == Outcome.FAILED:
        events.record(
            Action.STATEMENT_RUN_FAILED, target=item.run, touched=[item.client_id], tries=item.tries
        )


def _locked(item_id: UUID) -> StatementRunItem:
    rows = StatementRunItem.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("run", "client", "statement__client").get(pk=item_id)


def _open(run: StatementRun) -> StatementRun:
    found = StatementRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if not found.is_drawn_up:
        what = "started" if found.started_at else "dropped"
        raise NotOpen(f"Somebody has {what} this run already.")
    return found
