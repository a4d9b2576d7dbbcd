"""Where a person is signed in, and the devices that are known to be theirs."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from accounts.models import KnownDevice, SignInSession
from accounts.sessions import digest, is_over

UNKNOWN_DEVICE = "A browser"


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A signed-in browser, as its person sees it."""

    handle: UUID
    device: str
    address: str
    began_at: datetime | None
    last_seen_at: datetime | None
    is_this: bool


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """A browser in which a person signed in before."""

    id: UUID
    device: str
    created_at: datetime
    last_used_at: datetime
    is_this: bool


def device_digest(token: str, name: str) -> bytes:
    """Return what is kept of a browser that somebody signed in with.

    The cookie names the browser and not the person: two people at one desk have a device each.
    """
    return hmac.new(token.encode(), name.encode(), sha256).digest()


def known_device(*, token: str, name: str) -> UUID | None:
    """Return the device if whoever has this canonical name signed in with it before.

    One look-up of a hash, whether or not anybody has the name.
    """
    found = KnownDevice.objects.filter(digest=device_digest(token, name))
    return found.values_list("pk", flat=True).first()


def living_sessions(person_id: UUID, *, now: datetime) -> list[SignInSession]:
    """Return a person's sessions that still open something, the youngest first."""
    rows = SignInSession.objects.filter(user_id=person_id).order_by("-began_at", "-handle")
    return [row for row in rows if not is_over(row, now)]


def sessions_of(person_id: UUID, *, key: str, now: datetime) -> list[ShownSession]:
    """Return where a person is signed in, this browser first. ``key`` is its cookie's."""
    shown = [
        ShownSession(
            row.handle,
            row.device_label or UNKNOWN_DEVICE,
            row.address or "",
            row.began_at,
            row.last_seen_at,
            row.session_key == digest(key),
        )
        for row in living_sessions(person_id, now=now)
    ]
    return sorted(shown, key=lambda session: not session.is_this)


def devices_of(person_id: UUID, *, token: str, name: str) -> list[ShownDevice]:
    """Return the devices that are known to be a person's, the last used first."""
    here = device_digest(token, name)
    return [
        ShownDevice(row.pk, row.label, row.created_at, row.last_used_at, bytes(row.digest) == here)
        for row in KnownDevice.objects.filter(user_id=person_id).order_by("-last_used_at", "-id")
    ]
