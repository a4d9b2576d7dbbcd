"""The log in the order in which it was appended, for whoever watches it. All by its indexes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.models import Event, Head, Touch
from audit.selectors.log import length_before


@dataclass(frozen=True, slots=True)
class Appended:
    """An event, as far as it is watched for."""

    seq: int
    at: datetime
    action: str
    person_id: UUID | None
    address: str
    facts: Mapping[str, str | int]


FIELDS = tuple(Appended.__dataclass_fields__)


def length() -> int:
    """Return how long the log of the open scope is. Whoever appends holds its end until they
    commit, so nothing is ever added below."""
    return Head.objects.values_list("seq", flat=True).first() or 0


def appended(after: int, *, limit: int) -> list[Appended]:
    """Return up to ``limit`` events that follow the one numbered ``after``, in order."""
    found = Event.objects.filter(seq__gt=after).order_by("seq")
    return [Appended(*row) for row in found.values_list(*FIELDS)[:limit]]


def done(
    *,
    actions: Collection[str],
    by: Collection[UUID],
    since: datetime,
    until: int,
) -> list[Appended]:
    """Return what some people did from a moment on, up to the event numbered ``until``, in order.

    A signed checkpoint tells where in the log that moment lies: two queries, however long it is.
    """
    found = Event.objects.filter(
        seq__gt=length_before(since),
        seq__lte=until,
        at__gte=since,
        action__in=sorted(actions),
        person_id__in=by,
    )
    return [Appended(*row) for row in found.order_by("seq").values_list(*FIELDS)]


def touched(seqs: Collection[int]) -> dict[int, set[UUID]]:
    """Return event number → the clients whose records it touched; who touched none is left out."""
    found: dict[int, set[UUID]] = {}
    for seq, client in Touch.objects.filter(seq__in=seqs).values_list("seq", "client_id"):
        found.setdefault(seq, set()).add(client)
    return found
