"""Two records of one person become one to look at, and can become two again.

Nothing that belongs to either record is rewritten: invoices, postings and the log stay with the
client they were written for, and reads gather what belongs to the same person.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from clients.models import Client, Merge

Decision = Merge.Decision


class NotPossible(Exception):
    """These two records cannot be merged; the message says why."""


class AlreadyAsked(Exception):
    """A merge of the record waits for an answer already."""


class NotYours(Exception):
    """Nobody answers what they asked for themselves, and only they take it back."""


class NotWaiting(Exception):
    """The request was answered or taken back before."""


class NotInForce(Exception):
    """The merge was never approved, or was undone before."""


@transaction.atomic
def ask(*, kept: Client, merged: Client, now: datetime, by: Membership) -> Merge:
    """Ask a second person to agree that ``merged`` is the same person as ``kept``.

    Raises:
        NotPossible: they are one record, or one of them is part of another merge.
        AlreadyAsked: a merge of ``merged`` waits for an answer.
    """
    kept, merged = _locked(kept, merged)
    _check(kept, merged)
    if Merge.objects.filter(merged=merged, decision="").exists():
        raise AlreadyAsked(
            f"Somebody asked to merge {merged.code} already; it waits for an answer."
        )
    merge = Merge.objects.create(kept=kept, merged=merged, asked_at=now, asked_by=by)
    _tell(Action.MERGE_ASKED, merge)
    return merge


@transaction.atomic
def approve(*, merge: Merge, now: datetime, by: Membership) -> None:
    """Agree to a colleague's request: from here on both records are shown as the kept one's.

    Raises:
        NotYours: it is the person's own request.
        NotPossible: one of the two has become part of another merge.
        NotWaiting: it was answered or taken back, perhaps a moment ago.
    """
    _not_own(merge, by)
    kept, merged = _locked(merge.kept, merge.merged)
    _check(kept, merged)
    _close(merge, Decision.APPROVED, now, by)
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    _tell(Action.CLIENTS_MERGED, merge)


@transaction.atomic
def refuse(*, merge: Merge, now: datetime, by: Membership) -> None:
    """Say that the two are different people, or that it is not known.

    Raises:
        NotYours: it is the person's own request.
        NotWaiting: it was answered or taken back before.
    """
    _not_own(merge, by)
    _close(merge, Decision.REFUSED, now, by)
    _tell(Action.MERGE_REFUSED, merge)


@transaction.atomic
def withdraw(*, merge: Merge, now: datetime, by: Membership) -> None:
    """Take back one's own request.

    Raises:
        NotYours: somebody else asked for it.
        NotWaiting: it was answered or taken back before.
    """
    if merge.asked_by_id != by.pk:
        raise NotYours("Only whoever asked takes a request back.")
    _close(merge, Decision.WITHDRAWN, now, by)
    _tell(Action.MERGE_WITHDRAWN, merge)


@transaction.atomic
def undo(*, merge: Merge, now: datetime, by: Membership) -> None:
    """Make two records of it again, each with what was written for it.

    Raises:
        NotInForce: it was never approved, or was undone before.
    """
    _, merged = _locked(merge.kept, merge.merged)
    in_force = Merge.objects.filter(pk=merge.pk, decision=Decision.APPROVED, undone_at=None)
    if not in_force.update(undone_at=now, undone_by=by):
        raise NotInForce("This merge is not in force.")
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    _tell(Action.CLIENTS_UNMERGED, merge)


def _locked(kept: Client, merged: Client) -> tuple[Client, Client]:
    """Lock both, always in the same order, and return them as they are now."""
    rows = Client.objects.select_for_update(of=("self",), no_key=True)
    found = {row.pk: row for row in rows.filter(pk__in=[kept.pk, merged.pk]).order_by("pk")}
    return found[kept.pk], found[merged.pk]


def _check(kept: Client, merged: Client) -> None:
    """Refuse what would be no merge of two records, or a chain of them."""
    if kept.pk == merged.pk:
        raise NotPossible("These are one and the same record.")
    for client in (kept, merged):
        if client.merged_into_id is not None:
            raise NotPossible(f"{client.code} is part of another record already.")
    if Client.objects.filter(merged_into=merged).exists():
        raise NotPossible(
            f"Other records were merged into {merged.code}, so it stays: merge {kept.code} into it"
            " instead, or undo that merge first."
        )


def _not_own(merge: Merge, by: Membership) -> None:
    if merge.asked_by_id == by.pk:
        raise NotYours("This needs another person than you.")


def _close(merge: Merge, decision: Decision, now: datetime, by: Membership) -> None:
    """End the waiting, or say that somebody was first."""
    waiting = Merge.objects.filter(pk=merge.pk, decision="")
    if not waiting.update(decision=decision, decided_at=now, decided_by=by):
        raise NotWaiting("This request was answered or taken back already.")


def _tell(action: Action, merge: Merge) -> None:
    events.record(
        action, target=merge, touched=[merge.kept_id, merge.merged_id], merged=merge.merged.code
    )
