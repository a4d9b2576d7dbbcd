"""Attempts to sign in: each is reserved before anything is checked, so parallel guesses count.

Five failures rest a name, for whoever does not come from a device that its owner signed in with
before: each such device has five of its own. Beyond that, all strangers' devices together have a
number of failures, over all names, so that nobody tries one guess on each.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction

from accounts import crypto
from accounts.models import SignInTry

FAILURES_MAX = 5
WINDOW = timedelta(minutes=15)
SPRAY_WINDOW = timedelta(minutes=10)
STRANGERS_LOCK, ALARM_LOCK = (1, 1), (1, 2)
"""Of two numbers: they are none of the names' locks, which are of one."""


class NameRests(Exception):
    """There were too many failures under this name lately."""

    reason = "too many tries"
    words = "This address rests after five tries. Try again in 15 minutes."

    def __init__(self) -> None:
        super().__init__(self.words)


class NewDevicesRest(NameRests):
    """There were too many failures from devices that nobody knows, whatever the names."""

    reason = "new devices rest"
    words = "Sign-in from new devices rests for a few minutes."


def reserve(name: str, *, now: datetime, device_id: UUID | None = None) -> SignInTry:
    """Count an attempt as a failure until it is known not to be one.

    What is refused here is not counted: it prolongs nothing.

    Raises:
        NameRests: five failures in fifteen minutes; NewDevicesRest is one, for all names at once.
    """
    digest = name_hash(name)
    with transaction.atomic(using="gate"):
        hold(int.from_bytes(digest[:8], "big", signed=True))
        failed = SignInTry.objects.filter(
            name_hash=digest, device_id=device_id, at__gt=now - WINDOW, succeeded=False
        ).count()
        if failed >= FAILURES_MAX:
            raise NameRests
        if device_id is None:
            _admit_stranger(now)
        return SignInTry.objects.create(name_hash=digest, at=now, device_id=device_id)


def succeeded(attempt: SignInTry) -> None:
    """Note that an attempt was no failure."""
    SignInTry.objects.filter(pk=attempt.pk).update(succeeded=True)


def refused(attempt: SignInTry, *, person_id: UUID | None, reason: str) -> None:
    """Note why an attempt was refused, and whose name it was: a task tells their practices."""
    SignInTry.objects.filter(pk=attempt.pk).update(person_id=person_id, reason=reason)


def name_hash(name: str) -> bytes:
    """Return what is kept of a typed name: its HMAC."""
    return crypto.installation_fingerprint(name, purpose="sign-in name")


def _admit_stranger(now: datetime) -> None:
    """Refuse a device that nobody knows once all of them together failed too often.

    Everybody waits here for one another, so the lock is the last thing before the row is written.
    """
    hold(*STRANGERS_LOCK)
    failed = SignInTry.objects.filter(device_id=None, succeeded=False, at__gt=now - SPRAY_WINDOW)
    most = settings.SPRAY_TRIES_MAX
    if len(failed.order_by("at").values_list("at")[:most]) >= most:
        raise NewDevicesRest


def hold(*key: int) -> None:
    """Wait for whoever holds this lock, and hold it until the gate's transaction ends."""
    with connections["gate"].cursor() as cursor:
        places = ", ".join(["%s"] * len(key))
        cursor.execute(f"SELECT pg_advisory_xact_lock({places})", key)
