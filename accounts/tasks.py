"""What the worker does for the log and for letters."""

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts import crypto
from accounts.ids import NIL
from accounts.selectors import doors
from accounts.services import mail
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


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def send_mail(**_: object) -> None:
    """Queue the letters that wait, for every practice and for the installation."""
    for practice_id in [NIL, *doors.practice_ids()]:
        send_mail_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def send_mail_of(*, practice_id: str, **_: object) -> None:
    """Send one practice's letters: each is reserved before it goes, and goes outside a scope."""
    with practice_scope(UUID(practice_id)):
        waiting = mail.due(now=timezone.now())
    for letter_id in waiting:
        with practice_scope(UUID(practice_id)):
            letter = mail.claim(letter_id, now=timezone.now())
        if letter is None:
            continue
        letter.send()
        with practice_scope(UUID(practice_id)):
            mail.sent(letter_id, now=timezone.now())
