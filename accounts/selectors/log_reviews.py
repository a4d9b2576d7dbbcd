"""Weekly reviews of the log: their lines as sentences, what waits, and whether one is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery

from accounts.models import LogReview, LogReviewLine, LogReviewMark, Membership
from accounts.permissions import Permission
from accounts.selectors import log, members, reach

Kind = LogReviewLine.Kind
Says = LogReviewMark.Says

OPEN = Q(last=None) | Q(last__in=[Says.ASK, Says.ANSWERED])
"""A line waits: for a decision, for an answer, or for a decision on the answer."""

STATES: Mapping[str, str] = {
    "": "waiting",
    Says.FINE: "fine",
    Says.ASK: "asked",
    Says.ANSWERED: "answered",
    Says.INCIDENT: "incident",
    Says.CLOSED: "incident_closed",
}
"""What was said last → the state that the page names."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many weeks are not signed, and whether one of them should have been by now."""

    open: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A review as the list shows it; ``signed_by`` is "" and ``signed_at`` None before."""

    pk: UUID
    starts_on: date
    ends_on: date
    due_on: date
    lines: int
    waiting: int
    incidents: int
    signed_at: datetime | None
    signed_by: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What was said of a line, by whom."""

    words: str
    own_words: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a review: an event as a sentence, or how many there are of one person and kind.

    ``number`` is the event's on the log, None where the line holds several. ``is_own``: whoever
    reads it did it. ``is_person``: somebody did it who can be asked, and not the practice itself.
    """

    pk: UUID
    position: int
    kind: str
    who: str
    member_id: UUID | None
    sentence: str
    at: datetime | None
    number: int | None
    count: int
    clients: int | None
    state: str
    marks: list[Mark]
    is_own: bool
    is_person: bool


def other_reviewers(member: Membership, *, now: datetime) -> list[Membership]:
    """Return the colleagues who could decide on a member's own lines: present, and not resting."""
    return reach.others_with(Permission.LOG_REVIEW, but=member, now=now)


def lasting(lines: QuerySet[LogReviewLine]) -> QuerySet[Any]:
    """Give each line what was said of it last, as ``last``: None where nothing was."""
    said = LogReviewMark.objects.filter(line=OuterRef("pk")).order_by("-turn")
    return lines.annotate(last=Subquery(said.values("says")[:1]))


def of(review: LogReview) -> QuerySet[Any]:
    """Return the lines of a review with what was said of each last."""
    return lasting(LogReviewLine.objects.filter(review=review))


def waiting(review: LogReview) -> int:
    """Return how many lines of a review wait."""
    return of(review).filter(OPEN).count()


def standing(*, on: date) -> Standing | None:
    """Return how many weeks are not signed, for the rail, or None without one. One query."""
    found = LogReview.objects.filter(signatures=None).aggregate(open=Count("pk"), due=Min("due_on"))
    return Standing(found["open"], found["due"] < on) if found["open"] else None


def unsigned(*, on: date) -> list[Week]:
    """Return the reviews that are not signed, the oldest first. Two queries."""
    return _weeks(LogReview.objects.filter(signatures=None).order_by("week_starts_on"), on)


def signed() -> QuerySet[LogReview]:
    """Return the reviews that are signed, the newest first."""
    return LogReview.objects.exclude(signatures=None).order_by("-week_starts_on")


def shown(reviews: Iterable[LogReview], *, on: date) -> list[Week]:
    """Return reviews as the list shows them. Two queries."""
    pks = [review.pk for review in reviews]
    return _weeks(LogReview.objects.filter(pk__in=pks).order_by("-week_starts_on"), on)


def incidents(*, reader: Membership) -> list[Line]:
    """Return the lines that were called incidents and are not closed, the oldest first."""
    found = lasting(LogReviewLine.objects.all()).filter(last=Says.INCIDENT)
    return lines_of(found.order_by("review__week_starts_on", "position"), reader=reader)


def questions(*, member: Membership) -> list[Line]:
    """Return the lines on which a member was asked and has not answered, the oldest first."""
    found = _asked(member).order_by("review__week_starts_on", "position")
    return lines_of(found, reader=member)


def asked(*, member: Membership) -> int:
    """Return on how many lines a member was asked and has not answered."""
    return _asked(member).count()


def _asked(member: Membership) -> QuerySet[Any]:
    own = LogReviewLine.objects.filter(person_id=member.person_id, review__signatures=None)
    return lasting(own).filter(last=Says.ASK)


def lines_of(found: QuerySet[Any], *, reader: Membership) -> list[Line]:
    """Return lines as the page shows them, with the sentences of the log. A few queries."""
    rows = list(found.select_related("review").prefetch_related("marks__marked_by"))
    if not rows:
        return []
    alone = [row.seqs[0] for row in rows if len(row.seqs) == 1]
    since = min(row.review.starts_at for row in rows)
    told = log.lines_of(alone, since=since, until=max(row.review.ends_at for row in rows))
    people = members.names_and_ids({row.person_id for row in rows if row.person_id})
    return [_line(row, {line.number: line for line in told}, people, reader) for row in rows]


def _line(
    row: LogReviewLine,
    told: Mapping[int, log.Line],
    people: Mapping[UUID | None, tuple[UUID, str]],
    reader: Membership,
) -> Line:
    said = sorted(row.marks.all(), key=lambda mark: mark.turn)
    event = told.get(row.seqs[0]) if len(row.seqs) == 1 else None
    member_id, who = people.get(row.person_id, (None, log.SOMEBODY))
    return Line(
        pk=row.pk,
        position=row.position,
        kind=row.kind,
        who=who,
        member_id=member_id if row.person_id else None,
        sentence=event.sentence if event else _together(row, who),
        at=event.at if event else None,
        number=event.number if event else None,
        count=len(row.seqs),
        clients=row.clients,
        state=STATES[said[-1].says if said else ""],
        marks=[
            Mark(
                str(SAID[mark.says]),
                mark.own_words or "",
                mark.marked_at,
                mark.marked_by.display_name,
            )
            for mark in said
        ],
        is_own=row.person_id is not None and row.person_id == reader.person_id,
        is_person=row.person_id is not None,
    )


SAID: Mapping[str, str] = {**dict(Says.choices), Says.ASK: "Asked"}
"""What was said, as it is told afterwards, also to whom it was said of."""

TOGETHER: Mapping[str, str] = {
    Kind.EMERGENCY: "{who} opened records in an emergency {count} times",
    Kind.EXPORT: "{who} took records away {count} times",
    Kind.UNASSIGNED: "{who} saw or changed records of clients not assigned to them {count} times",
    Kind.OFF_HOURS: "{who} saw or changed records outside hours {count} times",
}


def _together(row: LogReviewLine, who: str) -> str:
    if row.kind == Kind.VIEWER:
        noun = "client" if row.clients == 1 else "different clients"
        return f"{who} saw or changed the records of {row.clients:,} {noun}."
    words = TOGETHER[row.kind].format(who=who, count=f"{len(row.seqs):,}")
    return f"{words}: no. {row.seqs[0]:,} to {row.seqs[-1]:,}."


def _weeks(reviews: QuerySet[LogReview], on: date) -> list[Week]:
    rows = list(reviews.prefetch_related("signatures__signed_by"))
    lines = lasting(LogReviewLine.objects.filter(review__in=[row.pk for row in rows]))
    waits: dict[UUID, int] = {}
    open_incidents: dict[UUID, int] = {}
    for review_id, last in lines.values_list("review_id", "last"):
        if last == Says.INCIDENT:
            open_incidents[review_id] = open_incidents.get(review_id, 0) + 1
        elif STATES[last or ""] in {"waiting", "asked", "answered"}:
            waits[review_id] = waits.get(review_id, 0) + 1
    return [_week(row, waits.get(row.pk, 0), open_incidents.get(row.pk, 0), on) for row in rows]


def _week(row: LogReview, waits: int, open_incidents: int, on: date) -> Week:
    signature = next(iter(row.signatures.all()), None)
    return Week(
        pk=row.pk,
        starts_on=row.week_starts_on,
        ends_on=row.week_starts_on + timedelta(days=6),
        due_on=row.due_on,
        lines=row.line_count,
        waiting=waits,
        incidents=open_incidents,
        signed_at=signature.signed_at if signature else None,
        signed_by=signature.signed_by.display_name if signature else "",
        is_late=signature is None and row.due_on < on,
    )
