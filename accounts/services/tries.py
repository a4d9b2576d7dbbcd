"""Attempts to sign in: each is reserved before anything is checked, so parallel guesses count."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections, transaction

from accounts import crypto
from accounts.models import SignInTry

FAILURES_MAX = 5
WINDOW = timedelta(minutes=15)


class NameRests(Exception):
    """There were too many failures under this name lately."""

    def __init__(self) -> None:
        super().__init__("This address rests after five tries. Try again in 15 minutes.")


def reserve(name: str, *, now: datetime, device_id: UUID | None = None) -> SignInTry:
    """Count an attempt as a failure until it is known not to be one.

    A known device has a count of its own: a stranger's guesses do not lock its owner out.

    Raises:
        NameRests: five failures in fifteen minutes.
    """
    digest = name_hash(name)
    with transaction.atomic(using="gate"):
        with connections["gate"].cursor() as cursor:
            lock = int.from_bytes(digest[:8], "big", signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        failed = SignInTry.objects.filter(
            name_hash=digest, device_id=device_id, at__gt=now - WINDOW, succeeded=False
        ).count()
        if failed >= FAILURES_MAX:
            raise NameRests
        return SignInTry.objects.create(name_hash=digest, at=now, device_id=device_id)


def succeeded(attempt: SignInTry) -> None:
    """Note that an attempt was no failure."""
    SignInTry.objects.filter(pk=attempt.pk).update(succeeded=True)


def name_hash(name: str) -> bytes:
    """Return what is kept of a typed name: its HMAC."""
    return crypto.installation_fingerprint(name, purpose="sign-in name")
