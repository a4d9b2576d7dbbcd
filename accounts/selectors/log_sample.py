"""What is drawn from a week of the log for its review.

Some kinds are mandatory: everything of them is in the sample; much of one person is one line.
Beside them stand who touched the most clients, and random events. HIPAA 164.308(a)(1)(ii)(D).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import LogReviewLine
from audit.actions import Action
from audit.selectors import stretches
from audit.selectors.stretches import Found, Stretch

Kind = LogReviewLine.Kind

RANDOM_EVENTS = 25
TOP_VIEWERS = 3
OPENS, CLOSES = time(6), time(22)
"""Hours, by the practice's clock: from the first until before the second."""
SHUT_ON = frozenset({7})
"""ISO weekdays that are outside hours as a whole: Sunday."""

EMERGENCIES = frozenset({Action.EMERGENCY_OPENED})
EXPORTS = frozenset(
    {
        Action.ACCESS_REPORT_TAKEN,
        Action.BILL_FILE_DOWNLOADED,
        Action.CHART_EXPORTED,
        Action.CLIENT_EXPORTED,
        Action.EVIDENCE_PACK_FETCHED,
        Action.EVIDENCE_PACK_MADE,
        Action.RECORD_RELEASED,
        Action.REPORT_EXPORTED,
        Action.REPORT_FILE_FETCHED,
        Action.SAMPLE_EXPORTED,
        Action.STATEMENT_RUN_PRINTED,
    }
)
"""By which many records, or all of one client's, are taken away."""

ALONE_MAX: Mapping[Kind, int] = {
    Kind.EMERGENCY: 10,
    Kind.EXPORT: 10,
    Kind.UNASSIGNED: 3,
    Kind.OFF_HOURS: 3,
}
"""Mandatory kind → how many events of one person have a line each; of more, one line tells."""

Unassigned = Callable[[Stretch, ZoneInfo], list[Found]]
"""Finds what therapists touched without an assignment: the app of clients knows of those."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line before it stands in a review."""

    kind: Kind
    person_id: UUID | None
    seqs: list[int]
    clients: int | None = None


def draw(lying: Stretch, *, zone: ZoneInfo, seed: str, unassigned: Unassigned) -> list[Drawn]:
    """Return the sample of a week, in the order in which it is read; the same for the same seed."""
    mandatory = {
        Kind.EMERGENCY: stretches.of_actions(lying, EMERGENCIES),
        Kind.EXPORT: stretches.of_actions(lying, EXPORTS),
        Kind.UNASSIGNED: unassigned(lying, zone),
        Kind.OFF_HOURS: stretches.outside_hours(
            lying, zone=zone, opens=OPENS, closes=CLOSES, shut_on=SHUT_ON
        ),
    }
    viewers = stretches.top_viewers(lying, limit=TOP_VIEWERS)
    by_lot = stretches.by_lot(lying, seed=seed, limit=RANDOM_EVENTS)
    return [
        *(line for kind, found in mandatory.items() for line in _lines(kind, found)),
        *(Drawn(Kind.VIEWER, each.person_id, [], each.clients) for each in viewers),
        *(Drawn(Kind.RANDOM, each.person_id, [each.seq]) for each in by_lot),
    ]


def _lines(kind: Kind, found: Iterable[Found]) -> list[Drawn]:
    """Put the many events of one person into one line, and let few stand alone."""
    of_people: dict[UUID | None, list[int]] = {}
    for seq, person_id in found:
        of_people.setdefault(person_id, []).append(seq)
    lines: list[Drawn] = []
    for person_id, seqs in of_people.items():
        together = [seqs] if len(seqs) > ALONE_MAX[kind] else [[seq] for seq in seqs]
        lines += [Drawn(kind, person_id, each) for each in together]
    return lines
