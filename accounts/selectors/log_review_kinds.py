"""The lines of a weekly review by their kinds, as its page reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from accounts.models import LogReview, LogReviewLine
from accounts.selectors.log_reviews import Line

Kind = LogReviewLine.Kind


@dataclass(frozen=True, slots=True)
class OfKind:
    """The lines of one kind, with how the page names it, and how many of them wait."""

    title: str
    text: str
    is_random: bool
    lines: list[Line]
    waiting: int


TEXTS: Mapping[str, str] = {
    Kind.EMERGENCY: "Every record that was opened in an emergency.",
    Kind.EXPORT: "Everything that left as a file of many records, or as all of one record.",
    Kind.UNASSIGNED: "What therapists saw or changed of clients not assigned to them then.",
    Kind.OFF_HOURS: "What people saw or changed before 6 AM, from 10 PM on, or on a Sunday.",
    Kind.VIEWER: "Who saw or changed the records of the most clients.",
    Kind.RANDOM: "Events that touched a client, drawn by lot.",
}


def by_kind(lines: Iterable[Line]) -> list[OfKind]:
    """Return lines under their kinds, in the order in which they come."""
    kinds: dict[str, list[Line]] = {}
    for line in lines:
        kinds.setdefault(line.kind, []).append(line)
    return [
        OfKind(
            title=str(Kind(kind).label),
            text=TEXTS[kind],
            is_random=kind == Kind.RANDOM,
            lines=found,
            waiting=sum(line.state == "waiting" for line in found),
        )
        for kind, found in kinds.items()
    ]


def log_query(line: Line, review: LogReview) -> str:
    """Return which part of the log shows all that a line's person did that week, or ""."""
    if line.member_id is None:
        return ""
    first, last = review.week_starts_on, review.week_starts_on + timedelta(days=6)
    return urlencode({"who": line.member_id, "since": first, "until": last})
