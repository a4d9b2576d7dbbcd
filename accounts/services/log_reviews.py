"""The weekly review of the log: decided line by line, signed, and kept.

HIPAA 45 CFR 164.308(a)(1)(ii)(D). Whoever writes here holds the practice's row, so nothing is
decided while somebody signs.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.card_numbers import holds_card_number
from accounts.models import (
    LogReview,
    LogReviewLine,
    LogReviewMark,
    LogReviewSignature,
    Membership,
    Practice,
    User,
)
from accounts.permissions import Permission
from accounts.selectors import log_reviews as found
from accounts.selectors import members
from accounts.services import mail
from audit.actions import Action
from audit.services import events

Says = LogReviewMark.Says
DECISIONS = frozenset({Says.FINE, Says.ASK, Says.INCIDENT})
FOLLOWS: Mapping[str, frozenset[Says]] = {
    "": DECISIONS,
    Says.ASK: frozenset({Says.ANSWERED}),
    Says.ANSWERED: DECISIONS,
    Says.INCIDENT: frozenset({Says.CLOSED}),
    Says.FINE: frozenset(),
    Says.CLOSED: frozenset(),
}
"""What was said last of a line → what may be said next."""


class ReviewSigned(Exception):
    """The review is signed: nothing of it is decided any more."""

    def __init__(self) -> None:
        super().__init__("This review is signed and stays as it is.")


class OutOfTurn(Exception):
    """It cannot be said of the line now: somebody was first, or an answer is missing."""

    def __init__(self, last: str) -> None:
        waits = "This line waits for an answer first." if last == Says.ASK else ""
        super().__init__(waits or "Somebody has decided on this line already.")


class NeedsAnotherReviewer(Exception):
    """A person would decide on what they did themselves although a colleague could."""

    def __init__(self, others: list[Membership]) -> None:
        names = " or ".join(sorted(other.display_name for other in others))
        super().__init__(f"Nobody reviews what they did themselves: ask {names}.")


class WordsMissing(Exception):
    """The reason is missing, or cannot be kept."""


class NobodyToAsk(Exception):
    """No person of the practice did it, so nobody can answer."""

    def __init__(self) -> None:
        super().__init__("No person of the practice did this, so there is nobody to ask.")


class StillWaiting(Exception):
    """Lines of the review wait for a decision or an answer."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} {'line waits' if count == 1 else 'lines wait'} still.")


@transaction.atomic
def decide(
    *, line_id: UUID, says: LogReviewMark.Says, own_words: str, now: datetime, by: Membership
) -> None:
    """Say of a line that it is fine, that its person is asked, or that it is an incident.

    Raises:
        ReviewSigned, OutOfTurn, NeedsAnotherReviewer, NobodyToAsk
        WordsMissing: asking and reporting say why.
    """
    line = _locked(line_id)
    if line.review.signatures.exists():
        raise ReviewSigned
    if says == Says.ASK and line.person_id is None:
        raise NobodyToAsk
    _by_somebody_else(line, now, by)
    _say(line, says, own_words, now, by)
    events.record(Action.LOG_REVIEW_DECIDED, target=line, decision=str(Says(says).label).lower())
    if says == Says.ASK:
        _tell_person(line, now)


@transaction.atomic
def all_fine(
    *, review: LogReview, line_ids: Collection[UUID], now: datetime, by: Membership
) -> int:
    """Say of random lines that were shown that they are fine; return how many there were.

    Lines that are decided, that are of another kind, or that a colleague decides, are left.

    Raises:
        ReviewSigned
    """
    Practice.objects.select_for_update(no_key=True).get()
    if review.signatures.exists():
        raise ReviewSigned
    shown = review.lines.filter(pk__in=line_ids, kind=LogReviewLine.Kind.RANDOM, marks=None)
    if found.other_reviewers(by, now=now):
        shown = shown.exclude(person_id=by.person_id)
    lines = list(shown.order_by("position"))
    LogReviewMark.objects.bulk_create(
        LogReviewMark(line=line, turn=1, says=Says.FINE, marked_at=now, marked_by=by)
        for line in lines
    )
    if lines:
        events.record(Action.LOG_REVIEW_RANDOM_FINE, target=review, count=len(lines))
    return len(lines)


@transaction.atomic
def answer(*, line_id: UUID, own_words: str, now: datetime, by: Membership) -> None:
    """Answer what the person of a line was asked, as that person or as a reviewer.

    Raises:
        ReviewSigned, OutOfTurn, WordsMissing
        LogReviewLine.DoesNotExist: it is no line of this person, who reviews nothing either.
    """
    line = _locked(line_id)
    may_review = Permission.LOG_REVIEW in members.permissions_of(by)
    if line.person_id != by.person_id and not may_review:
        raise LogReviewLine.DoesNotExist
    if line.review.signatures.exists():
        raise ReviewSigned
    _say(line, Says.ANSWERED, own_words, now, by)
    events.record(Action.LOG_REVIEW_ANSWERED, target=line)


@transaction.atomic
def close_incident(*, line_id: UUID, own_words: str, now: datetime, by: Membership) -> None:
    """Close an incident, and say what came of it. The review may be signed before.

    Raises:
        OutOfTurn, NeedsAnotherReviewer, WordsMissing
    """
    line = _locked(line_id)
    _by_somebody_else(line, now, by)
    _say(line, Says.CLOSED, own_words, now, by)
    events.record(Action.LOG_INCIDENT_CLOSED, target=line)


@transaction.atomic
def sign(*, review: LogReview, now: datetime, by: Membership) -> None:
    """Sign a week off once nothing of it waits; from then on it is history.

    Raises:
        ReviewSigned, StillWaiting
    """
    Practice.objects.select_for_update(no_key=True).get()
    if review.signatures.exists():
        raise ReviewSigned
    if waiting := found.waiting(review):
        raise StillWaiting(waiting)
    LogReviewSignature.objects.create(review=review, signed_at=now, signed_by=by)
    incidents = found.of(review).filter(last=Says.INCIDENT).count()
    events.record(
        Action.LOG_REVIEW_SIGNED, target=review, count=review.line_count, incidents=incidents
    )


def _locked(line_id: UUID) -> LogReviewLine:
    Practice.objects.select_for_update(no_key=True).get()
    return LogReviewLine.objects.select_related("review").get(pk=line_id)


def _by_somebody_else(line: LogReviewLine, now: datetime, by: Membership) -> None:
    is_own = line.person_id is not None and line.person_id == by.person_id
    if is_own and (others := found.other_reviewers(by, now=now)):
        raise NeedsAnotherReviewer(others)


def _say(
    line: LogReviewLine, says: LogReviewMark.Says, own_words: str, now: datetime, by: Membership
) -> None:
    last = line.marks.order_by("-turn").first()
    if says not in FOLLOWS[last.says if last else ""]:
        raise OutOfTurn(last.says if last else "")
    words = own_words.strip()
    if says != Says.FINE and not words:
        raise WordsMissing("Say why in a few words.")
    if holds_card_number(words):
        raise WordsMissing("This looks like a card number. Leave it out.")
    LogReviewMark.objects.create(
        line=line,
        turn=last.turn + 1 if last else 1,
        says=says,
        own_words=words or None,
        marked_at=now,
        marked_by=by,
    )


def _tell_person(line: LogReviewLine, now: datetime) -> None:
    """Write to the person of a line, unless they have left."""
    here = Membership.objects.filter(person_id=line.person_id, ended_at=None)
    ids = [pk for pk in here.values_list("person_id", flat=True) if pk]
    letter = {"practice": members.practice().name}
    for user in User.objects.filter(pk__in=ids, is_active=True):
        mail.queue(to=user.email, template="log_question", now=now, context=letter)
