"""Requests to merge two records, and the merges in force."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Membership
from accounts.permissions import Permission
from clients.models import Client, Contact, Merge
from clients.names import fold
from clients.selectors import contacts
from clients.selectors.clients import Permissions, Shown, show

HISTORY = 50
SAME, DIFFERENT, UNKNOWN = "The same", "Different", "Not known of both"


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A merge as the list shows it."""

    pk: UUID
    kept: Shown
    merged: Shown
    asked_by: str
    asked_at: datetime
    is_own: bool
    decision: str
    decided_by: str
    decided_at: datetime | None
    undone_by: str
    undone_at: datetime | None
    is_in_force: bool


@dataclass(frozen=True, slots=True, repr=False)
class Likeness:
    """Whether two records say the same; the values for those only who may know who clients are."""

    label: str
    verdict: str
    kept: str
    merged: str


def visible(clients: QuerySet[Client]) -> QuerySet[Merge]:
    """Return the merges of which a reader may see both clients, given those they may see."""
    found = Merge.objects.filter(kept__in=clients, merged__in=clients)
    return found.select_related("kept", "merged", "asked_by", "decided_by", "undone_by")


def waiting(merges: QuerySet[Merge]) -> QuerySet[Merge]:
    """Return those that wait for an answer, the oldest first."""
    return merges.filter(decision="").order_by("asked_at", "id")


def answered(merges: QuerySet[Merge]) -> QuerySet[Merge]:
    """Return those that were answered, the latest first."""
    return merges.exclude(decision="").order_by("-decided_at", "-id")[:HISTORY]


def into(client: Client) -> QuerySet[Merge]:
    """Return the merges in force by which records are shown with a client."""
    found = Merge.objects.filter(Q(decision=Merge.Decision.APPROVED, undone_at=None), kept=client)
    return found.select_related("merged").order_by("merged__code")


def row(merge: Merge, *, reader: Membership, permissions: Permissions) -> MergeRow:
    """Return a merge as a reader with these permissions may see it."""
    return MergeRow(
        pk=merge.pk,
        kept=show(merge.kept, permissions=permissions),
        merged=show(merge.merged, permissions=permissions),
        asked_by=merge.asked_by.display_name,
        asked_at=merge.asked_at,
        is_own=merge.asked_by_id == reader.pk,
        decision=merge.get_decision_display() if merge.decision else "",
        decided_by=merge.decided_by.display_name if merge.decided_by else "",
        decided_at=merge.decided_at,
        undone_by=merge.undone_by.display_name if merge.undone_by else "",
        undone_at=merge.undone_at,
        is_in_force=merge.is_in_force,
    )


def compared(merge: Merge, *, permissions: Permissions) -> list[Likeness]:
    """Return what the two records say of the person, line by line."""
    may_know = Permission.CLIENT_IDENTITY_VIEW in permissions
    lines = []
    for label, read in COMPARED:
        kept, merged = read(merge.kept), read(merge.merged)
        values = (kept, merged) if may_know else ("", "")
        lines.append(Likeness(label, _verdict(kept, merged), *values))
    return lines


def _verdict(kept: str, merged: str) -> str:
    if not kept or not merged:
        return UNKNOWN
    return SAME if fold(kept) == fold(merged) else DIFFERENT


def _reached_by(client: Client, kind: str) -> str:
    return contacts.first_ones([client.pk], kind).get(client.pk, "")


COMPARED: tuple[tuple[str, Callable[[Client], str]], ...] = (
    ("Name", lambda client: client.full_name),
    ("Called", lambda client: client.preferred_name),
    (
        "Birth date",
        lambda client: f"{client.birth_date:%b} {client.birth_date.day}, {client.birth_date.year}",
    ),
    ("E-mail", lambda client: _reached_by(client, Contact.Kind.EMAIL)),
    ("Phone", lambda client: _reached_by(client, Contact.Kind.PHONE)),
)
"""Label → what a record says. Somebody who sees codes only is told whether they agree."""
