"""Reading the log, newest first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Event, Touch


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


def page(
    *,
    before_seq: int | None = None,
    limit: int = 50,
    person_id: UUID | None = None,
    action_prefix: str = "",
) -> list[Entry]:
    """Return up to ``limit`` events of the open scope older than ``before_seq``, newest first.

    ``action_prefix`` narrows to actions that begin so, such as ``billing.payment.``.
    """
    found = Event.objects.order_by("-seq")
    if before_seq is not None:
        found = found.filter(seq__lt=before_seq)
    if person_id is not None:
        found = found.filter(person_id=person_id)
    if action_prefix:
        found = found.filter(action__startswith=action_prefix)
    return _entries(found[:limit])


def of_action(action: str, *, limit: int) -> list[Entry]:
    """Return up to ``limit`` events of one kind, newest first."""
    return _entries(Event.objects.filter(action=action).order_by("-seq")[:limit])


def touching(span: Span) -> list[Entry]:
    """Return all that was done in a span, oldest first: whoever reviews it is spared nothing."""
    touches = Touch.objects.filter(client_id=span.client_id, at__gte=span.since, at__lte=span.until)
    found = Event.objects.filter(seq__in=touches.values("seq"), person_id=span.person_id)
    return _entries(found.order_by("seq"))


def of_clients(
    client_ids: Collection[UUID],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    before_seq: int | None = None,
    limit: int,
) -> list[Entry]:
    """Return up to ``limit`` events that touched any of some clients, newest first; ``until`` is
    the first moment that does not count. Two queries, both by index, however long the log is.
    """
    touches = Touch.objects.filter(client_id__in=client_ids)
    if since is not None:
        touches = touches.filter(at__gte=since)
    if until is not None:
        touches = touches.filter(at__lt=until)
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
