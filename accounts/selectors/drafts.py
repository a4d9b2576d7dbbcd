"""Reads of what somebody had typed: by themselves only, in the practice in scope, for a day."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import Draft, Membership

Typed = dict[str, dict[str, list[str]]]
"""{form: {field: [values]}}, a form being the path that it is sent to."""

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Kept:
    """What stood in a page's forms, and when."""

    path: str
    saved_at: datetime
    typed: Typed = field(repr=False)

    @property
    def as_json(self) -> str:
        """What a page's script fills in again."""
        return json.dumps(self.typed, ensure_ascii=False)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each field with what was typed, for a browser that cannot fill it in again."""
        return [
            (name.replace("_", " ").capitalize(), ", ".join(values))
            for fields in self.typed.values()
            for name, values in fields.items()
            if any(values)
        ]


def of(*, member: Membership, path: str, now: datetime) -> Kept | None:
    """Return what a member had typed into a page in the last 24 hours, if it is still kept."""
    draft = Draft.objects.filter(
        member=member, path=path, saved_at__gt=now - KEPT_FOR, fields__isnull=False
    ).first()
    return Kept(path, draft.saved_at, draft.fields) if draft else None
