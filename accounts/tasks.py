"""What the worker does for the log."""

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts import crypto
from accounts.ids import NIL
from accounts.selectors import doors
from accounts.tenancy import practice_scope
from audit.services import checkpoints


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def write_checkpoints(**_: object) -> None:
    """Queue a signed checkpoint for every practice's chain, and for the installation's."""
    for practice_id in [NIL, *doors.practice_ids()]:
        write_checkpoint.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def write_checkpoint(*, practice_id: str, **_: object) -> None:
    """Sign the present size and head of one chain, and write it outside the database."""
    with practice_scope(UUID(practice_id)):
        checkpoints.write(
            signer=crypto.signer(),
            directories=settings.AUDIT_CHECKPOINT_DIRS,
            now=timezone.now(),
        )
