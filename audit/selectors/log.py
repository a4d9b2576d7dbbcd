"""Reading the log, newest first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet, TextField
from django.db.models.functions import Cast

from audit.models import Checkpoint, Event, Touch


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log. ``sentences.sentence`` tells it."""

    seq: int
    at: datetime
    action: str
    person_id: UUID | None
    target_kind: str
    target_id: UUID | None
    label: str
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Span:
    """What one person did with one client's record, from one moment to another."""

    client_id: UUID
    person_id: UUID | None
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for. What is left empty narrows nothing; all of it holds together."""

    person_id: UUID | None = None
    areas: Collection[str] = ()
    """First two parts of actions, such as ``billing.payment``."""
    action: str = ""
    only_refusals: bool = False
    address: str = ""
    label: str = ""
    """The number of a document, such as INV-00012, or whatever else an event is labelled with."""
    export: str = ""
    """The number of a file that left."""
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that does not count."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A client's record, how many events touched it, and when the first and the last one did."""

    client_id: UUID
    times: int
    first: datetime
    last: datetime


ANYTHING = Wanted()

SKEW = timedelta(minutes=10)
"""How far the clock of whoever signs checkpoints may be from that of the database."""


def page(
    wanted: Wanted = ANYTHING, *, before_seq: int | None = None, limit: int = 50
) -> list[Entry]:
    """Return up to ``limit`` events of the open scope older than ``before_seq``, newest first."""
    return _entries(_found(wanted, before_seq).order_by("-seq")[:limit])


def clients_touched(wanted: Wanted) -> list[Touched]:
    """Return whose records the events asked for touched, the most often touched first."""
    touches = _between(Touch.objects.all(), wanted)
    touches = touches.filter(seq__in=_found(wanted, None).values("seq"))
    counted = touches.values("client_id").annotate(
        times=Count("seq"), first=Min("at"), last=Max("at")
    )
    return [Touched(**row) for row in counted.order_by("-times", "client_id")]


def _between(touches: QuerySet[Touch], wanted: Wanted) -> QuerySet[Touch]:
    if wanted.since is not None:
        touches = touches.filter(at__gte=wanted.since)
    if wanted.until is not None:
        touches = touches.filter(at__lt=wanted.until)
    return touches


def _found(wanted: Wanted, before_seq: int | None) -> QuerySet[Event]:
    found = Event.objects.all()
    if before_seq is not None:
        found = found.filter(seq__lt=before_seq)
    if wanted.person_id is not None:
        found = found.filter(person_id=wanted.person_id)
    if wanted.areas:
        found = found.filter(area__in=sorted(wanted.areas))
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.only_refusals:
        found = found.filter(is_refusal=True)
    if wanted.address:
        found = found.filter(address=wanted.address)
    if wanted.label:
        found = found.filter(label__in={wanted.label, wanted.label.upper()})
    if wanted.export:
        found = found.filter(export=wanted.export)
    if wanted.since is not None:
        found = found.filter(at__gte=wanted.since, seq__gt=length_before(wanted.since))
    if wanted.until is not None:
        found = found.filter(at__lt=wanted.until)
        if (length := length_after(wanted.until)) is not None:
            found = found.filter(seq__lte=length)
    return found


def length_before(moment: datetime) -> int:
    """Return how long the chain was, at least, at a moment: a signed checkpoint says so.

    The walk along the numbers may stop there, however long the chain is.
    """
    before = Checkpoint.objects.filter(at__lt=moment - SKEW).aggregate(size=Max("size"))
    return before["size"] or 0


def length_after(moment: datetime) -> int | None:
    """Return how long the chain was soon after a moment; None where no checkpoint tells."""
    after = Checkpoint.objects.filter(at__gte=moment + SKEW).aggregate(size=Min("size"))
    size: int | None = after["size"]
    return size


def of_action(action: str, *, limit: int) -> list[Entry]:
    """Return up to ``limit`` events of one kind, newest first."""
    return _entries(Event.objects.filter(action=action).order_by("-seq")[:limit])


def of_numbers(
    numbers: Collection[int], *, since: datetime | None = None, until: datetime | None = None
) -> list[Entry]:
    """Return the events of these numbers, oldest first.

    Where all lie from ``since`` until before ``until``, the database looks into those months only.
    """
    found = Event.objects.filter(seq__in=sorted(numbers))
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return _entries(found.order_by("seq"))


def numbers(*, since: datetime, until: datetime) -> QuerySet[Event, Any]:
    """Return the numbers of the events of a time, as text, for a query of its own to embed."""
    found = _found(Wanted(since=since, until=until), None)
    return found.order_by().values_list(Cast("seq", TextField()))


def touching(span: Span) -> list[Entry]:
    """Return all that was done in a span, oldest first: whoever reviews it is spared nothing."""
    touches = Touch.objects.filter(client_id=span.client_id, at__gte=span.since, at__lte=span.until)
    found = Event.objects.filter(seq__in=touches.values("seq"), person_id=span.person_id)
    return _entries(found.order_by("seq"))


def numbered(seqs: Collection[int], *, since: datetime, until: datetime) -> list[Entry]:
    """Return events by their numbers, newest first; they happened between two moments, which tell
    the database which months to look into.
    """
    found = Event.objects.filter(seq__in=seqs, at__gte=since, at__lte=until)
    return _entries(found.order_by("-seq"))


def of_clients(
    client_ids: Collection[UUID],
    wanted: Wanted = ANYTHING,
    *,
    before_seq: int | None = None,
    limit: int,
) -> list[Entry]:
    """Return up to ``limit`` events that touched any of some clients, newest first.

    By index, however long the log is: it grows with what touched these clients at most.
    """
    touches = _between(Touch.objects.filter(client_id__in=client_ids), wanted)
    if wanted != Wanted(since=wanted.since, until=wanted.until):
        narrowed = _found(wanted, before_seq).filter(seq__in=touches.values("seq"))
        return _entries(narrowed.order_by("-seq")[:limit])
    if before_seq is not None:
        touches = touches.filter(seq__lt=before_seq)
    found = list(touches.order_by("-seq").values_list("seq", "at").distinct()[:limit])
    if not found:
        return []
    # The first and the last moment tell the database which months to look into.
    moments = [at for _, at in found]
    told = Event.objects.filter(
        seq__in=[seq for seq, _ in found], at__gte=min(moments), at__lte=max(moments)
    )
    return _entries(told.order_by("-seq"))


def _entries(found: QuerySet[Event]) -> list[Entry]:
    return [Entry(*row) for row in found.values_list(*Entry.__dataclass_fields__)]
