"""Letters: written in the transaction of the act that they tell of, and sent after it.

A letter names no client and holds nothing of a record. Its address and text stand sealed, since a
link in it opens something.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts import keys
from accounts.models import OutgoingMail

FIRST_WAIT = timedelta(seconds=30)
"""Each failure doubles the wait: the last try comes about an hour after the first."""


def queue(*, to: str, template: str, now: datetime, context: Mapping[str, object]) -> OutgoingMail:
    """Write a letter into the open scope; its first line is the subject.

    ``template`` names a file of ``templates/mail``. Links in it begin with ``base_url``, which is
    configured: no header of a request decides where a link leads. Where the practice's keys were
    destroyed, the installation seals and sends it.
    """
    text = render_to_string(f"mail/{template}.txt", {"base_url": settings.BASE_URL, **context})
    subject, _, body = text.strip().partition("\n")
    with keys.installation() if keys.are_destroyed() else nullcontext():
        return write(to=to, subject=subject.strip(), body=body.strip() + "\n", now=now)


def write(
    *, to: str, subject: str, body: str, now: datetime, from_name: str | None = None
) -> OutgoingMail:
    """Write a letter whose words are made already into the open scope.

    It comes from the installation's address, in the name of ``from_name`` if that is given.
    """
    return OutgoingMail.objects.create(
        to=to, subject=subject, body=body, from_name=from_name, created_at=now, next_try_at=now
    )


def give_up() -> None:
    """Try no letter of the open scope any more: the key that it is sealed with goes."""
    OutgoingMail.objects.filter(sent_at=None).update(tries=OutgoingMail.TRIES_MAX)


def due(*, now: datetime) -> list[UUID]:
    """Return the letters of the open scope that wait to be sent."""
    waiting = OutgoingMail.objects.filter(
        sent_at=None, refused_at=None, next_try_at__lte=now, tries__lt=OutgoingMail.TRIES_MAX
    )
    return list(waiting.order_by("next_try_at", "id").values_list("pk", flat=True))


def claim(letter_id: UUID, *, now: datetime) -> EmailMessage | None:
    """Reserve a letter for one try and return it, or None if another worker was first."""
    letter = OutgoingMail.objects.filter(pk=letter_id, sent_at=None, refused_at=None).first()
    if letter is None:
        return None
    wait = FIRST_WAIT * 2**letter.tries
    reserved = OutgoingMail.objects.filter(
        pk=letter_id, sent_at=None, tries=letter.tries, next_try_at__lte=now
    ).update(tries=letter.tries + 1, next_try_at=now + wait)
    if not reserved:
        return None
    address = parseaddr(settings.MAIL_FROM)[1]
    sender = formataddr((letter.from_name, address)) if letter.from_name else settings.MAIL_FROM
    # The same on every try, so that a server that took it before can tell.
    headers = {"Message-ID": f"<{letter.pk}@{address.rpartition('@')[2]}>"}
    return EmailMessage(letter.subject, letter.body, sender, [letter.to], headers=headers)


def sent(letter_id: UUID, *, now: datetime) -> None:
    """Note that a letter went out."""
    OutgoingMail.objects.filter(pk=letter_id).update(sent_at=now)


def refused(letter_id: UUID, *, now: datetime) -> None:
    """Note that the mail server will never take a letter: there is no such address."""
    OutgoingMail.objects.filter(pk=letter_id, sent_at=None).update(refused_at=now)
