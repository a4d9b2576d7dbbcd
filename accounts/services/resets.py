"""A new password by e-mail: a link to the address, which works once and for half an hour.

Asking is the same work for every address. Whose it is the worker looks up afterwards. The link
signs nobody in: the next sign-in asks for the second step as always.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from accounts.models import PasswordReset, PasswordResetAsk, User
from accounts.services import mail, passwords, tries, users
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events

LINK_LIFE = timedelta(minutes=30)
ASKS_MAX = 3
ASK_WINDOW = timedelta(hours=1)
AT_ONCE = 100


class LinkOver(Exception):
    """The link is unknown, used, replaced or older than half an hour; nothing tells which."""

    def __init__(self) -> None:
        super().__init__("This link was used, or is older than 30 minutes.")


def ask(*, email: str, now: datetime) -> None:
    """Note that somebody wants a new password under this address; a fourth in an hour is not."""
    name = users.canonical_name(email)
    digest = tries.name_hash(name)
    with transaction.atomic(using="gate"):
        tries.hold(int.from_bytes(digest[8:16], "big", signed=True))
        asked = PasswordResetAsk.objects.filter(name_hash=digest, asked_at__gt=now - ASK_WINDOW)
        is_too_often = asked.count() >= ASKS_MAX
        if not is_too_often:
            PasswordResetAsk.objects.create(name_hash=digest, email=name, asked_at=now)
    with installation_scope():
        outcome = "too often" if is_too_often else "noted"
        events.record(Action.PASSWORD_RESET_ASKED, name=digest.hex(), outcome=outcome)


def answer_waiting(*, now: datetime) -> None:
    """Write the letters that were asked for, where the address is somebody's."""
    waiting = PasswordResetAsk.objects.filter(answered_at=None).order_by("asked_at", "id")
    for asked in waiting[:AT_ONCE]:
        _answer(asked, now)


def write(*, user: User, template: str, now: datetime) -> None:
    """Write a letter with a new link, in the open scope; the links before it end.

    The caller holds the person's row, so that of two letters the later one's link works.
    """
    token = secrets.token_urlsafe(32)
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=now)
    PasswordReset.objects.create(
        digest=_digest(token), user=user, asked_at=now, expires_at=now + LINK_LIFE
    )
    mail.queue(to=user.email, template=template, now=now, context={"token": token})


def holder(*, token: str, now: datetime) -> User:
    """Return whose password a link may change.

    Raises:
        LinkOver
    """
    found = PasswordReset.objects.select_related("user").filter(
        digest=_digest(token), used_at=None, expires_at__gt=now, user__is_active=True
    )
    reset = found.first()
    if reset is None:
        raise LinkOver
    return reset.user


def redeem(*, token: str, password: str, now: datetime) -> None:
    """Change the password of whoever holds the link.

    Raises:
        LinkOver
        passwords.PasswordRefused: it is not fit; the link still stands.
    """

    def spend() -> None:
        unused = PasswordReset.objects.filter(digest=_digest(token), used_at=None)
        if not unused.filter(expires_at__gt=now).update(used_at=now):
            raise LinkOver

    passwords.change(
        user=holder(token=token, now=now),
        password=password,
        now=now,
        action=Action.PASSWORD_RESET,
        claim=spend,
        reason="by a link",
    )


def _answer(asked: PasswordResetAsk, now: datetime) -> None:
    with installation_scope(), transaction.atomic(using="gate"):
        unanswered = PasswordResetAsk.objects.filter(pk=asked.pk, answered_at=None)
        if not unanswered.update(answered_at=now):
            return
        known = User.objects.select_for_update(no_key=True)
        user = known.filter(email=asked.email, is_active=True).first()
        if user is None:
            return
        write(user=user, template="password_reset", now=now)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
