"""Changing what somebody looked at: nobody's change is overwritten unseen, and the log keeps
what stood before.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from accounts.edits import sealed
from audit.actions import Action
from audit.services import events

Row = TypeVar("Row", bound=models.Model)


class ChangedMeanwhile(Exception):
    """Somebody else saved since this was shown."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this meanwhile. Look at what differs.")


@transaction.atomic
def change(
    row: Row,
    *,
    seen: int,
    wanted: Mapping[str, Any],
    action: Action,
    client_id: UUID,
    target: models.Model,
) -> Row:
    """Give a versioned row other values, and tell the log which, sealed; return it as it stands.

    What stands already is no change: nothing is written and nothing told.

    Raises:
        ChangedMeanwhile: the row has another version than the one that was ``seen``.
    """
    stands: Any = type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)
    changed = {name: value for name, value in wanted.items() if getattr(stands, name) != value}
    if not changed:
        return stands  # type: ignore[no-any-return]  # the same model as the row
    if stands.version != seen:
        raise ChangedMeanwhile
    before = {name: getattr(stands, name) for name in changed}
    for name, value in changed.items():
        setattr(stands, name, value)
    stands.version += 1
    stands.save(update_fields=[*changed, "version"])
    events.record(
        action,
        target=target,
        touched=[client_id],
        values=sealed(before=before, after=changed),
        fields=", ".join(name.replace("_", " ") for name in changed)[:200],
    )
    return stands  # type: ignore[no-any-return]  # the same model as the row
