"""What happened between two moments, for whoever reviews it: found by number, in no whole log.

Everything reads the numbers of one stretch alone, which signed checkpoints bound, by index.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import BinaryField, Exists, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, ExtractIsoWeekDay, TruncTime

from audit.models import Event, Touch
from audit.selectors.log import length_after, length_before


@dataclass(frozen=True, slots=True)
class Stretch:
    """From a moment to the first that does not count, and the numbers between which it lies."""

    since: datetime
    until: datetime
    after_seq: int
    last_seq: int | None
    """None where no checkpoint tells yet how long the log was when the stretch ended."""

    @property
    def numbered(self) -> Q:
        """What holds of its numbers and moments, of events and of touches alike."""
        lies = Q(at__gte=self.since, at__lt=self.until, seq__gt=self.after_seq)
        return lies if self.last_seq is None else lies & Q(seq__lte=self.last_seq)


class Found(NamedTuple):
    """An event by its number, and whose it is: None where no person of the practice acted."""

    seq: int
    person_id: UUID | None


class Seen(NamedTuple):
    """That an event of a person touched a client."""

    seq: int
    at: datetime
    person_id: UUID
    client_id: UUID


class Viewer(NamedTuple):
    """A person, and how many different clients they touched."""

    person_id: UUID
    clients: int


class ByLot(Func):
    """SHA-256 of a seed, a colon and a number in decimal: an order that nobody chooses.

    ``printf '%s:%s' seed number | sha256sum`` gives the same to whoever checks it.
    """

    template = "sha256(convert_to(%(expressions)s, 'UTF8'))"
    output_field = BinaryField()


def stretch(since: datetime, until: datetime) -> Stretch:
    """Return the stretch between two moments. Two queries, however long the log is."""
    return Stretch(since, until, length_before(since), length_after(until))


def touching(lying: Stretch) -> int:
    """Return how many events of a stretch touched a client."""
    return Touch.objects.filter(lying.numbered).values("seq").distinct().count()


def by_lot(lying: Stretch, *, seed: str, limit: int) -> list[Found]:
    """Return up to ``limit`` events that touched a client, the same again for the same seed."""
    text = Concat(Value(f"{seed}:"), Cast("seq", TextField()), output_field=TextField())
    numbers = Touch.objects.filter(lying.numbered).values("seq").distinct()
    drawn = numbers.annotate(lot=ByLot(text)).order_by("lot", "seq")
    return _of(lying, Q(seq__in=[row["seq"] for row in drawn[:limit]]))


def of_actions(lying: Stretch, actions: Collection[str]) -> list[Found]:
    """Return every event of some kinds, oldest first, whoever did it."""
    areas = {action.rpartition(".")[0] for action in actions}
    return _of(lying, Q(area__in=sorted(areas), action__in=sorted(actions)))


def outside_hours(
    lying: Stretch, *, zone: ZoneInfo, opens: time, closes: time, shut_on: Collection[int]
) -> list[Found]:
    """Return every event by which a person touched a client outside hours, oldest first.

    Hours are of the clock of ``zone``, from ``opens`` until before ``closes``; ``shut_on`` are ISO
    weekdays, 7 for Sunday, without any.
    """
    found = _events(lying).exclude(person_id=None).filter(_TOUCHING)
    local = found.annotate(
        clock=TruncTime("at", tzinfo=zone), weekday=ExtractIsoWeekDay("at", tzinfo=zone)
    )
    outside = Q(clock__lt=opens) | Q(clock__gte=closes) | Q(weekday__in=sorted(shut_on))
    return _found(local.filter(outside))


def seen_by(lying: Stretch, people: Collection[UUID]) -> list[Seen]:
    """Return each client that each event of some people touched, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event.seq, event.at, event.person_id, touch.client_id FROM audit_event AS event"
            " JOIN audit_touch AS touch USING (practice_id, seq)"
            " WHERE event.at >= %s AND event.at < %s AND event.seq > %s AND event.seq <= %s"
            " AND touch.seq > %s AND touch.seq <= %s AND event.person_id = ANY (%s)"
            " ORDER BY event.seq, touch.client_id",
            [*_bounds(lying), list(people)],
        )
        return [Seen(*row) for row in cursor.fetchall()]


def top_viewers(lying: Stretch, *, limit: int) -> list[Viewer]:
    """Return the people who touched the most different clients, the most first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event.person_id, count(DISTINCT touch.client_id) AS clients"
            " FROM audit_event AS event JOIN audit_touch AS touch USING (practice_id, seq)"
            " WHERE event.at >= %s AND event.at < %s AND event.seq > %s AND event.seq <= %s"
            " AND touch.seq > %s AND touch.seq <= %s AND event.person_id IS NOT NULL"
            " GROUP BY event.person_id ORDER BY clients DESC, event.person_id LIMIT %s",
            [*_bounds(lying), limit],
        )
        return [Viewer(*row) for row in cursor.fetchall()]


_TOUCHING = Exists(Touch.objects.filter(practice_id=OuterRef("practice_id"), seq=OuterRef("seq")))

_NO_END = 2**63 - 1


def _bounds(lying: Stretch) -> list[int | datetime]:
    """Bound both tables, so that each is read by its own index, in the months that count alone."""
    last = _NO_END if lying.last_seq is None else lying.last_seq
    return [lying.since, lying.until, lying.after_seq, last, lying.after_seq, last]


def _events(lying: Stretch) -> QuerySet[Event]:
    return Event.objects.filter(lying.numbered)


def _of(lying: Stretch, asked: Q) -> list[Found]:
    return _found(_events(lying).filter(asked))


def _found(events: QuerySet[Event]) -> list[Found]:
    return [Found(*row) for row in events.order_by("seq").values_list("seq", "person_id")]
