"""The devices that people signed in with before.

A known device opens nothing and skips nothing. It has a count of failures of its own, so that a
stranger's guesses do not lock its owner out; and a sign-in from any other is told by letter.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db import transaction

from accounts.ids import NIL
from accounts.models import KnownDevice, SignInTicket, User
from accounts.models.gate import PasswordDue
from accounts.selectors import doors
from accounts.selectors.presence import device_digest
from accounts.services import mail, resets, sessions
from accounts.sessions import Origin
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.services import events

DEVICES_MAX = 10
"""Each gives whoever steals its cookie five guesses: the one longest unused is forgotten."""

NOT_ME_SECONDS = 7 * 86_400
NOT_ME_SALT = "accounts.device.not_me"

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrom": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}
"""Marks of a User-Agent in the order in which they decide: many browsers claim to be others."""


class NoSuchDevice(Exception):
    """This person has no such device."""


class LinkOver(Exception):
    """The link of a letter is not ours, is old, or was used."""

    def __init__(self) -> None:
        super().__init__("This link has been used, or is more than a week old.")


def label(user_agent: str) -> str:
    """Return in a few words which browser on what this seems to be."""
    browser = next((word for mark, word in BROWSERS.items() if mark in user_agent), "A browser")
    system = next((word for mark, word in SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def new_token() -> str:
    """Return what the cookie of a browser holds: 256 random bits."""
    return secrets.token_urlsafe(32)


def remember(*, token: str, user: User, origin: Origin, practice_id: UUID, now: datetime) -> None:
    """Know a device from a complete sign-in on. A new one is told to its owner by letter first."""
    digest = device_digest(token, user.email)
    known = KnownDevice.objects.filter(digest=digest)
    if known.update(label=origin.device_label, last_used_at=now):
        return
    device = KnownDevice(
        user=user, digest=digest, label=origin.device_label, created_at=now, last_used_at=now
    )
    context = {
        "device": origin.device_label,
        "address": origin.address or "unknown",
        "now": now,
        "token": signing.dumps(str(device.pk), salt=NOT_ME_SALT),
    }
    with practice_scope(practice_id, person_id=user.pk):
        events.record(Action.DEVICE_KNOWN)
        mail.queue(to=user.email, template="new_device", now=now, context=context)
    KnownDevice.objects.bulk_create([device], ignore_conflicts=True)
    _forget_all_but_the_last_used(user)


def forget(*, device_id: UUID, person_id: UUID) -> None:
    """Forget a device of one's own, in the open scope.

    Raises:
        NoSuchDevice: it is nobody's, or somebody else's.
    """
    if not KnownDevice.objects.filter(pk=device_id, user_id=person_id).delete()[0]:
        raise NoSuchDevice
    events.record(Action.DEVICE_FORGOTTEN)


def reported(*, token: str) -> KnownDevice:
    """Return the device whose letter holds this link.

    Raises:
        LinkOver
    """
    try:
        device_id = signing.loads(token, salt=NOT_ME_SALT, max_age=NOT_ME_SECONDS)
    except signing.BadSignature:
        raise LinkOver from None
    device = KnownDevice.objects.select_related("user").filter(pk=device_id).first()
    if device is None:
        raise LinkOver
    return device


def not_me(*, person_id: UUID, now: datetime) -> None:
    """Take it that somebody else signed in as this person, with both of their steps.

    Every session and half sign-in ends, and no device is known any more. Nobody comes in before the
    password was changed by the link of a letter, which is written here: the mailbox alone tells the
    person from the other one. Each of their practices is told.
    """
    with installation_scope(), transaction.atomic(using="gate"):
        user = User.objects.select_for_update(no_key=True).get(pk=person_id)
        User.objects.filter(pk=person_id).update(password_due=PasswordDue.REPORTED)
        SignInTicket.objects.filter(user=user, used_at=None).update(used_at=now)
        count = sessions.end_all(person_id, why="reported")
        KnownDevice.objects.filter(user=user).delete()
        resets.write(user=user, template="sign_in_reported", now=now)
    for practice_id in doors.memberships_of(person_id) or [NIL]:
        with practice_scope(practice_id, person_id=person_id):
            events.record(Action.SIGN_IN_REPORTED, count=count)


def _forget_all_but_the_last_used(user: User) -> None:
    kept = KnownDevice.objects.filter(user=user).order_by("-last_used_at", "-id")[:DEVICES_MAX]
    KnownDevice.objects.filter(user=user).exclude(pk__in=[row.pk for row in kept]).delete()
