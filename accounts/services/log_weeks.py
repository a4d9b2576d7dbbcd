"""The weeks of the log: each one that is over has its review opened by the calendar."""

import secrets
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import LogReview, LogReviewLine, Membership, Practice
from accounts.permissions import Permission
from accounts.selectors import log_sample, reach
from accounts.services import mail
from audit.actions import Action
from audit.selectors import stretches
from audit.services import events

WEEK = timedelta(days=7)
SETTLED = timedelta(minutes=10)
"""How long after its end a week is drawn from: what was under way has reached the log by then."""


@transaction.atomic
def open_due(
    *, now: datetime, by: Membership, unassigned: log_sample.Unassigned
) -> list[LogReview]:
    """Open the reviews of the weeks that are over and have none, and return them.

    Weeks are the calendar's, Monday to Sunday in the practice's own time zone. The first review is
    of the week that was over last, as long as the practice was there in it.
    """
    practice = Practice.objects.select_for_update(no_key=True).get()
    zone = ZoneInfo(practice.time_zone)
    last = LogReview.objects.order_by("-week_starts_on").first()
    settled = (now - SETTLED).astimezone(zone).date()
    over = settled - timedelta(days=settled.weekday()) - WEEK
    monday = last.week_starts_on + WEEK if last else over
    opened = []
    while monday <= over:
        if practice.created_at < _midnight(monday + WEEK, zone):
            opened.append(_open(monday, zone, unassigned, now))
        monday += WEEK
    for review in opened:
        _tell_reviewers(practice, review, now, but=by)
    return opened


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone).astimezone(UTC)


def _open(
    monday: date, zone: ZoneInfo, unassigned: log_sample.Unassigned, now: datetime
) -> LogReview:
    lying = stretches.stretch(_midnight(monday, zone), _midnight(monday + WEEK, zone))
    seed = secrets.token_hex(32)
    drawn = log_sample.draw(lying, zone=zone, seed=seed, unassigned=unassigned)
    review = LogReview.objects.create(
        week_starts_on=monday,
        starts_at=lying.since,
        ends_at=lying.until,
        seed=seed,
        touched=stretches.touching(lying),
        line_count=len(drawn),
        opened_at=now,
        due_on=monday + 2 * WEEK - timedelta(days=1),
    )
    LogReviewLine.objects.bulk_create(
        LogReviewLine(
            review=review,
            position=position,
            kind=each.kind,
            person_id=each.person_id,
            seqs=each.seqs,
            clients=each.clients,
        )
        for position, each in enumerate(drawn, start=1)
    )
    events.record(Action.LOG_REVIEW_OPENED, target=review, count=len(drawn))
    return review


def _tell_reviewers(
    practice: Practice, review: LogReview, now: datetime, *, but: Membership
) -> None:
    letter = {
        "practice": practice.name,
        "count": review.line_count,
        "starts_on": review.week_starts_on,
        "due_on": review.due_on,
    }
    for address in reach.addresses_of_holders(Permission.LOG_REVIEW, but=but):
        mail.queue(to=address, template="log_review", now=now, context=letter)
