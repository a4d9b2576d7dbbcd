"""Weeks of the log with events in them, and their reviews, for tests."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import LogReview, LogReviewLine, LogReviewMark, Membership
from accounts.selectors import log_reviews, members
from accounts.services import log_reviews as services
from accounts.services import log_weeks
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.services import events
from clients.selectors import unassigned
from tests.houses import House

Says = LogReviewMark.Says
LATER = timezone.now() + timedelta(days=8)
"""When the week in which the tests run is over, whatever its day."""


def did(
    house: House,
    member: Membership,
    action: Action = Action.CLIENT_VIEWED,
    *,
    count: int = 1,
    client: UUID | None = None,
) -> None:
    """Let somebody do something with clients, ``count`` times, each with another one."""
    with practice_scope(house.id, person_id=member.person_id):
        for number in range(count):
            events.record(action, label=f"C-{number}", touched=[client or uuid7()])


def open_week(house: House, *, now: datetime = LATER) -> LogReview:
    """Open the review of the week before a moment, and of those without one before it."""
    with practice_scope(house.id):
        return log_weeks.open_due(now=now, by=members.automaton(), unassigned=unassigned.touched)[
            -1
        ]


def old_week(house: House, *, monday: date = date(2026, 3, 2), lines: int = 0) -> LogReview:
    """Open the review of a quiet week that was over long ago."""
    with practice_scope(house.id):
        return _week(monday, lines=lines)


def roomy_week(house: House, **given: Any) -> LogReview:
    """Open a review of the week in which the tests run, without its lines and with room for them.

    ``given`` is what is told of it otherwise.
    """
    with practice_scope(house.id):
        zone = ZoneInfo(members.practice().time_zone)
        today = timezone.now().astimezone(zone).date()
        monday = today - timedelta(days=today.weekday())
        told: dict[str, Any] = {
            "week_starts_on": monday,
            "starts_at": datetime.combine(monday, time(), zone),
            "ends_at": datetime.combine(monday + timedelta(days=7), time(), zone),
            "seed": "0" * 64,
            "touched": 0,
            "line_count": 9,
            "opened_at": LATER,
            "due_on": monday + timedelta(days=13),
        }
        return LogReview.objects.create(**(told | given))


def _week(monday: date, *, lines: int = 0) -> LogReview:
    begins = datetime(monday.year, monday.month, monday.day, 5, tzinfo=UTC)
    return LogReview.objects.create(
        week_starts_on=monday,
        starts_at=begins,
        ends_at=begins + timedelta(days=7),
        seed="0" * 64,
        touched=0,
        line_count=lines,
        opened_at=begins + timedelta(days=8),
        due_on=monday + timedelta(days=13),
    )


def say(line: LogReviewLine, says: LogReviewMark.Says, by: Membership, words: str = "Why") -> None:
    """Say something of a line, in the open scope."""
    if says == Says.ANSWERED:
        services.answer(line_id=line.pk, own_words=words, now=LATER, by=by)
    elif says == Says.CLOSED:
        services.close_incident(line_id=line.pk, own_words=words, now=LATER, by=by)
    else:
        services.decide(line_id=line.pk, says=says, own_words=words, now=LATER, by=by)


def all_decided(review: LogReview, by: Membership) -> None:
    """Find every line that waits fine, in the open scope."""
    for line in log_reviews.of(review).filter(last=None):
        say(line, Says.FINE, by, "")


def history(house: House) -> LogReviewLine:
    """Have a line of one week asked about and another week signed, in the open scope.

    The first week says that it has more lines than it has, so that more may be added.
    """
    by, asked = house.people["administrator"], house.people["therapist"]
    first = _week(date(2026, 2, 16), lines=100_000)
    line = LogReviewLine.objects.create(
        review=first, position=1, kind="VIEWER", person_id=asked.person_id, seqs=[], clients=3
    )
    say(line, Says.ASK, by)
    services.sign(review=_week(date(2026, 2, 9)), now=LATER, by=by)
    _week(date(2026, 2, 2))
    return line
