"""What the worker does for card payments and for what is pulled from medical-record systems.

A task opens short scopes round its calls, and talks to other servers outside of them.
"""

import json
import logging
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts import progress
from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from billing import card_events, cycling, ehr, gateway
from billing.reports import evidence_papers
from billing.reports.registry import REPORTS
from billing.selectors import (
    card_intents,
    cycle_runs,
    days,
    evidence,
    packages,
    recurring,
    report_files,
    uploads,
)
from billing.selectors import statement_runs as runs
from billing.services import (
    bank_files,
    checkout,
    evidence_packs,
    hosted_pages,
    imports,
    letter_work,
    pulls,
    report_orders,
    webhooks,
)
from billing.services import package_ends as ends_of_packages
from billing.services import recurring as recurring_bills
from billing.services import uploads as uploading
from ledger.services.journal import PeriodClosed

log = logging.getLogger(__name__)

WAITS_FOR_WORKER = timedelta(seconds=15)
WAITS_FOR_STRIPE = timedelta(seconds=60)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def process_webhook(*, practice_id: str, event_id: str, **_: object) -> str:
    """Read the present state of what a webhook is about, post it, and close the event."""
    practice = UUID(practice_id)
    with practice_scope(practice):
        event = card_intents.waiting_event(UUID(event_id))
        if event is None:
            return "done before"
        notice = gateway.notice_of(json.loads(event.body))
        speaker = checkout.credentials()
    with gateway.patiently():
        outcome = card_events.deal(practice, speaker, notice)
    with practice_scope(practice):
        webhooks.close(event_id=UUID(event_id), outcome=outcome, now=timezone.now())
    return outcome


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def redrive(**_: object) -> None:
    """Wake what was left: a lost broker or a lost webhook loses nothing."""
    for practice_id in doors.practice_ids():
        redrive_practice.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def redrive_practice(*, practice_id: str, **_: object) -> None:
    """Process the waiting webhooks and files of one practice, and ask Stripe about its intents."""
    practice = UUID(practice_id)
    now = timezone.now()
    with practice_scope(practice):
        uploading.give_up(now=now)
        report_orders.tidy(now=now)
        evidence_packs.tidy(now=now)
        bank_files.forget_old(now=now)
        ordered = report_files.left_behind(now=now)
        packs = evidence.left_behind(now=now)
        statement_runs = runs.left_behind()
        billing_runs = cycle_runs.left_behind(now=now)
        batches = uploads.left_behind(now=now)
        waiting = card_intents.waiting_events(before=now - WAITS_FOR_WORKER)
        pending = card_intents.pending(before=now - WAITS_FOR_STRIPE)
        outgrown = card_intents.outgrown()
        speaker = checkout.credentials() if pending or outgrown else None
    for batch in batches:
        take_in_files.delay(practice_id=practice_id, batch=str(batch))
    for run_id in statement_runs:
        make_statements.delay(practice_id=practice_id, run_id=str(run_id))
    for file_id in ordered:
        make_report_file.delay(practice_id=practice_id, file_id=str(file_id))
    for pack_id in packs:
        make_evidence_pack.delay(practice_id=practice_id, pack_id=str(pack_id))
    for run_id in billing_runs:
        run_billing.delay(practice_id=practice_id, run_id=str(run_id))
    for event_id in waiting:
        process_webhook.delay(practice_id=practice_id, event_id=str(event_id))
    if speaker is not None:
        for intent in [*outgrown, *pending]:
            try:
                with gateway.patiently():
                    if intent in outgrown:
                        # The desk took the money: nobody pays it a second time.
                        hosted_pages.close(practice, speaker, [intent], now=now)
                    else:
                        _ask(practice, speaker, intent)
            except (gateway.Refused, gateway.Unclear, checkout.AmountDiffers) as failure:
                # The others are asked about all the same, and this one again next time.
                log.warning("Card intent %s stays open: %s", intent.id, type(failure).__name__)


def _ask(practice: UUID, speaker: gateway.Credentials, intent: card_intents.Pending) -> None:
    """Ask what became of an intent. What was answered unclearly is asked, never sent again."""
    if intent.checkout_id:
        found = gateway.fetch_checkout(speaker, intent.checkout_id)
        hosted_pages.settle(practice, found, now=timezone.now())
        return
    begun = gateway.find_checkout(speaker, intent.id)
    with practice_scope(practice):
        state = checkout.State.OPEN if begun else checkout.State.EXPIRED
        checkout.note(intent_id=intent.id, state=state, checkout_id=begun.id if begun else "")


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def take_in_files(*, practice_id: str, batch: str, **_: object) -> None:
    """Take in the files that somebody chose together, each in a transaction of its own."""
    practice = UUID(practice_id)
    with practice_scope(practice):
        waiting = uploads.waiting(UUID(batch))
    for file_id, person_id in waiting:
        with practice_scope(practice, person_id=person_id):
            uploading.take_in(file_id=file_id, now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def make_report_file(*, practice_id: str, file_id: str, **_: object) -> None:
    """Make the file of a long report, in the name of whoever asked for it."""
    practice, ordered = UUID(practice_id), UUID(file_id)
    with practice_scope(practice):
        person_id = report_files.asked_by(ordered)
    if person_id is None:
        return
    with practice_scope(practice, person_id=person_id):
        timezone.activate(days.zone())
        report_orders.make(
            file_id=ordered,
            source_of=_source_of,
            now=timezone.now(),
            progress=lambda rows: progress.tell(ordered, rows),
        )


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def make_evidence_pack(*, practice_id: str, pack_id: str, **_: object) -> None:
    """Make a pack of evidence, in the name of whoever asked for it."""
    practice, ordered = UUID(practice_id), UUID(pack_id)
    with practice_scope(practice):
        person_id = evidence.asked_by(ordered)
    if person_id is None:
        return
    places = [Path(place) for place in settings.AUDIT_CHECKPOINT_DIRS]
    with practice_scope(practice, person_id=person_id):
        timezone.activate(days.zone())
        now = timezone.now()
        evidence_packs.make(
            pack_id=ordered,
            papers=lambda: evidence_papers.of(timezone.localdate(now)),
            checkpoints=places[0] if places else None,
            now=now,
            progress=lambda count: progress.tell(ordered, count),
        )


def _source_of(slug: str) -> report_orders.Source | None:
    found = REPORTS.get(slug)
    if found is None:
        return None
    return report_orders.Source(found.name, found.version, found.permission, found.table)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def make_statements(*, practice_id: str, run_id: str, **_: object) -> int:
    """Make the statements of a run, one client after the other; return how many were looked at.

    Several workers may do so at once, and whoever is cut off is carried on by the next.
    """
    return letter_work.make_run(UUID(practice_id), UUID(run_id), clock=timezone.now)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def remind_all(**_: object) -> None:
    """Queue, for each practice, the reminders that go by themselves."""
    for practice_id in doors.practice_ids():
        remind_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def remind_of(*, practice_id: str, **_: object) -> int:
    """Remind the clients of one practice whose step is reached; return how many."""
    return letter_work.remind(UUID(practice_id), now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def pull_all(**_: object) -> None:
    """Queue a look at each practice's medical-record system."""
    for practice_id in doors.practice_ids():
        pull.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def pull(*, practice_id: str, **_: object) -> str:
    """Pull what changed in one practice's medical-record system, if that is due or asked for.

    The server is talked to outside any transaction; what it sent is taken in in several.
    """
    practice, now = UUID(practice_id), timezone.now()
    with practice_scope(practice):
        row = pulls.begin(now=now)
        if row is None:
            return "not due"
        connection, since, origin = pulls.connection_of(row), row.cursor_at, pulls.origin_of(row)
    tally, outcome, cursor_at = pulls.Tally(), "FAILED", None
    try:
        changes = ehr.changed_since(connection, since, now=now)
        for document in pulls.documents(changes):
            with practice_scope(practice):
                tally.add(imports.receive(document, terms=_terms(), origin=origin))
        outcome, cursor_at = "DONE", changes.cursor_at
    except ehr.PullFailed as failure:
        outcome = failure.outcome
    finally:
        with practice_scope(practice):
            pulls.finish(
                row=row, outcome=outcome, tally=tally, cursor_at=cursor_at, now=timezone.now()
            )
    return outcome


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def make_recurring(**_: object) -> None:
    """Queue, for each practice, the bills that come again."""
    for practice_id in doors.practice_ids():
        make_recurring_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def make_recurring_of(*, practice_id: str, **_: object) -> int:
    """Enter the bills of one practice that came by its own midnight; return how many."""
    return make_due(UUID(practice_id), now=timezone.now())


def make_due(practice: UUID, *, now: datetime) -> int:
    """Enter the bills that are due by the practice's own day at a moment; return how many.

    Each stands in a transaction of its own, so that whoever is cut off loses none. One that may
    not be entered, since this month is closed already, is tried again next time.
    """
    made = 0
    with practice_scope(practice):
        today = days.day_of(now, days.zone())
        waiting = recurring.due(today=today)
    for recurring_id in waiting:
        try:
            while _make_next(practice, recurring_id, today=today, now=now):
                made += 1
        except PeriodClosed:
            log.warning("Recurring bill %s waits: the month is closed", recurring_id)
    return made


def _make_next(practice: UUID, recurring_id: UUID, *, today: date, now: datetime) -> bool:
    with practice_scope(practice):
        bill = recurring_bills.make_next(
            recurring_id=recurring_id, today=today, now=now, by=members.automaton()
        )
    return bill is not None


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def bill_periods(**_: object) -> None:
    """Queue, for each practice, the billing of the periods that were over last."""
    for practice_id in doors.practice_ids():
        bill_periods_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def bill_periods_of(*, practice_id: str, **_: object) -> None:
    """Run the billing of one practice for what was over by its own midnight."""
    practice = UUID(practice_id)
    for run_id in cycling.ask_due(practice, now=timezone.now()):
        cycling.bill(practice, run_id)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def run_billing(*, practice_id: str, run_id: str, **_: object) -> None:
    """Go on with a run of the billing."""
    cycling.bill(UUID(practice_id), UUID(run_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def expire_packages(**_: object) -> None:
    """Queue, for each practice, the packages that have run out."""
    for practice_id in doors.practice_ids():
        expire_packages_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def expire_packages_of(*, practice_id: str, **_: object) -> int:
    """Let the packages of one practice expire that had run out by its own midnight."""
    return expire_due(UUID(practice_id), now=timezone.now())


def expire_due(practice: UUID, *, now: datetime) -> int:
    """Let packages expire that have run out by the practice's own day; return how many did.

    Each stands in a transaction of its own. In a month that is closed already they wait.
    """
    with practice_scope(practice):
        today = days.day_of(now, days.zone())
        waiting = [each.package for each in packages.run_out(today=today)]
    ended = 0
    for package in waiting:
        try:
            with practice_scope(practice):
                ended += (
                    1
                    if ends_of_packages.expire_one(
                        package=package, on=today, now=now, by=members.automaton()
                    )
                    else 0
                )
        except PeriodClosed:
            log.warning("Package %s waits: the month is closed", package.pk)
    return ended


def _terms() -> imports.Terms:
    now = timezone.now()
    return imports.Terms(
        therapist=None,
        on=days.day_of(now, days.zone()),
        now=now,
        by=members.automaton(),
        waits_for_mapping=True,
    )
