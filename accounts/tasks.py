"""What the worker does for the log and for letters."""

import logging
import time
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts import signatures
from accounts.ids import NIL
from accounts.selectors import doors, members
from accounts.services import (
    drafts,
    idle,
    mail,
    refusals,
    reminders,
    resets,
    reviews,
    rotation,
    spray,
    tidying,
)
from accounts.tenancy import practice_scope
from audit.services import checkpoints

log = logging.getLogger(__name__)

FOR_GOOD = 500
"""From here on a mail server's answer is final (RFC 5321, 4.2.1)."""

ROTATION_SECONDS = 240.0
"""How long a worker rotates one practice's keys before it turns to other work."""


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
            signer=signatures.signer(),
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
    """Send one practice's letters: each is reserved before it goes, and goes outside a scope.

    A server that cannot be reached ends the round: no other letter loses a try by it.
    """
    with practice_scope(UUID(practice_id)):
        waiting = mail.due(now=timezone.now())
    for letter_id in waiting:
        with practice_scope(UUID(practice_id)):
            letter = mail.claim(letter_id, now=timezone.now())
        if letter is None:
            continue
        try:
            letter.send()
        except SMTPRecipientsRefused as refusal:
            if all(code >= FOR_GOOD for code, _ in refusal.recipients.values()):
                with practice_scope(UUID(practice_id)):
                    mail.refused(letter_id, now=timezone.now())
            continue
        except SMTPResponseException as refusal:
            # What the server says may quote the address: it goes no further.
            log.warning("Letter %s was not taken: %s", letter_id, refusal.smtp_code)
            continue
        except (OSError, SMTPException) as failure:
            log.warning("The mail server cannot be reached: %s", type(failure).__name__)
            return
        with practice_scope(UUID(practice_id)):
            mail.sent(letter_id, now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def watch_for_spray(**_: object) -> None:
    """Raise the alarm if many names were tried in the last minutes."""
    spray.watch(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def copy_failed_sign_ins(**_: object) -> None:
    """Tell the practices of known people whose sign-in was refused."""
    refusals.tell_practices(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def end_forgotten_sessions(**_: object) -> None:
    """End the sessions whose browser never came back."""
    idle.end_forgotten(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def forget_drafts(**_: object) -> None:
    """Queue the emptying of what was typed a day ago, for every practice."""
    for practice_id in doors.practice_ids():
        forget_drafts_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def forget_drafts_of(*, practice_id: str, **_: object) -> None:
    """Empty what was typed in one practice a day ago."""
    with practice_scope(UUID(practice_id)):
        drafts.forget_old(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def clean_up(**_: object) -> None:
    """Take away what signing in left behind."""
    tidying.clean_up(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def open_reviews(**_: object) -> None:
    """Queue the look at each practice's calendar: a review of access opens every quarter."""
    for practice_id in doors.practice_ids():
        open_review_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def open_review_of(*, practice_id: str, **_: object) -> None:
    """Open one practice's review of access, if this quarter had none."""
    with practice_scope(UUID(practice_id)):
        reviews.open_due(now=timezone.now(), by=members.automaton())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def answer_resets(**_: object) -> None:
    """Write the letters with links to a new password, and have them sent at once."""
    resets.answer_waiting(now=timezone.now())
    send_mail_of.delay(practice_id=str(NIL))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def remind_of_passwords(**_: object) -> None:
    """Write to those whose password ends soon by their practice's calendar."""
    reminders.send_due(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def rotate_keys(**_: object) -> None:
    """Queue a look at every key: rotations that are unfinished go on."""
    for practice_id in [NIL, *doors.practice_ids()]:
        rotate_keys_of.delay(practice_id=str(practice_id))


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def rotate_keys_of(*, practice_id: str, **_: object) -> None:
    """Move one practice's sealed values to its newest key, for a few minutes at most."""
    until = time.monotonic() + ROTATION_SECONDS
    rotation.finish(UUID(practice_id), clock=timezone.now, goes_on=lambda: time.monotonic() < until)
