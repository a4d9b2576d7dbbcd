"""Reading the log, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.models import Event


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
    columns = Entry.__dataclass_fields__
    return [Entry(*row) for row in found.values_list(*columns)[:limit]]
