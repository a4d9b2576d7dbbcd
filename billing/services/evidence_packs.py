"""Evidence packs: ordered, made by the worker, kept sealed until fetched, and then gone."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from accounts.exported import Exported
from accounts.models import EvidencePack, Membership
from accounts.selectors import members
from audit.actions import Action
from audit.services import events
from billing.selectors import evidence
from billing.services import evidence_files
from billing.services.evidence_files import Paper, Terms

CONTENT_TYPE = "application/zip"


class Gone(Exception):
    """The pack was fetched or has expired, or is not made yet."""

    def __init__(self) -> None:
        super().__init__("This pack is not here any more. Have another one made.")


class StillHere(Exception):
    """A pack of theirs is ready and was not fetched: ``pack``. Each holds the whole log."""

    def __init__(self, pack: EvidencePack) -> None:
        self.pack = pack
        super().__init__(
            "A pack of yours is ready and was not taken. Take it first, or wait until it is gone."
        )


@transaction.atomic
def order(*, key: UUID, now: datetime, by: Membership) -> tuple[EvidencePack, bool]:
    """Have the worker make a pack, and say whether it is a new one.

    A form that is sent twice makes one pack, and so do two forms while the first pack is made.

    Raises:
        StillHere: an earlier one is ready and was not fetched.
    """
    # One after the other, by the row that says who asks.
    Membership.objects.select_for_update(no_key=True).get(pk=by.pk)
    found = evidence.mine(by)
    before = found.filter(key=key).first() or found.filter(finished_at=None).first()
    if before is not None:
        return before, False
    ready = found.filter(fetched_at=None, expired_at=None, refusal="").first()
    if ready is not None:
        raise StillHere(ready)
    made = EvidencePack.objects.create(key=key, requested_at=now, requested_by=by)
    events.record(Action.EVIDENCE_PACK_ORDERED, target=made)
    return made, True


@transaction.atomic
def make(
    *,
    pack_id: UUID,
    papers: Callable[[], Sequence[Paper]],
    checkpoints: Path | None,
    now: datetime,
    progress: Callable[[int], None],
) -> None:
    """Make a pack that was ordered. One that is made, or being made, stays as it is.

    Who may not take evidence away any more gets none.
    """
    ordered = _locked(pack_id)
    if ordered is None or ordered.finished_at is not None:
        return
    if not _may_take(ordered.requested_by):
        _refuse(ordered, "NOT_ALLOWED", now)
        return
    practice = members.practice()
    packed = evidence_files.pack(
        Terms(
            practice.pk,
            practice.discreet_name,
            ordered.pk,
            now,
            papers(),
            checkpoints,
            progress,
        )
    )
    told = {
        "content": packed.content,
        "sha256": packed.sha256,
        "event_count": packed.event_count,
        "file_count": packed.file_count,
        "byte_count": len(packed.content),
        "is_sound": packed.is_sound,
        "finished_at": now,
    }
    for name, value in told.items():
        setattr(ordered, name, value)
    ordered.save(update_fields=[*told])
    events.record(
        Action.EVIDENCE_PACK_MADE,
        target=ordered,
        touched=packed.touched,
        count=packed.event_count,
        files=packed.file_count,
        export=str(ordered.pk),
        sha256=packed.sha256,
        sound="yes" if packed.is_sound else "no",
    )


@transaction.atomic
def fetch(*, pack_id: UUID, now: datetime, by: Membership) -> Exported:
    """Hand a pack to whoever asked for it, once, and forget its bytes.

    Raises:
        Gone: it is not there, was fetched before, or may not be taken away any more.
    """
    found = _locked(pack_id, requested_by=by)
    if found is None or not found.is_ready or found.content is None or not _may_take(by):
        raise Gone
    exported = Exported(found.pk, found.content, CONTENT_TYPE, "zip")
    found.content, found.fetched_at = None, now
    found.save(update_fields=["content", "fetched_at"])
    events.record(Action.EVIDENCE_PACK_FETCHED, target=found, export=str(found.pk))
    return exported


@transaction.atomic
def tidy(*, now: datetime) -> None:
    """Forget the packs that nobody fetched in a day, and give up what failed for an hour."""
    rows = EvidencePack.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    old = rows.filter(
        finished_at__lte=now - evidence.KEPT_FOR, fetched_at=None, expired_at=None, refusal=""
    )
    for found in old.defer("content"):
        found.content, found.expired_at = None, now
        found.save(update_fields=["content", "expired_at"])
        events.record(Action.EVIDENCE_PACK_EXPIRED, target=found)
    stuck_for = now - evidence.GIVEN_UP_AFTER
    for stuck in rows.filter(finished_at=None, requested_at__lte=stuck_for):
        _refuse(stuck, "FAILED", now)


def _may_take(member: Membership) -> bool:
    """Say whether a member belongs to the practice still, and may take evidence away."""
    is_here = Membership.objects.filter(pk=member.pk, ended_at=None).exists()
    return is_here and members.permissions_of(member) >= evidence.NEEDED


def _refuse(ordered: EvidencePack, refusal: str, now: datetime) -> None:
    ordered.refusal, ordered.finished_at = refusal, now
    ordered.save(update_fields=["refusal", "finished_at"])
    reason = refusal.lower().replace("_", " ")
    events.record(Action.EVIDENCE_PACK_REFUSED, target=ordered, reason=reason)


def _locked(pack_id: UUID, **of: object) -> EvidencePack | None:
    rows = EvidencePack.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("requested_by").filter(pk=pack_id, **of).first()
