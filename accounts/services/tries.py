"""Attempts to sign in: each is reserved before anything is checked, so parallel guesses count.

Five failures rest a name, for whoever does not come from a device that its owner signed in with
before: each such device has five of its own. Beyond that, all strangers' devices together have a
number of failures, over all names, so that nobody tries one guess on each.

Whoever has the password guesses at the second step: after a hundred wrong codes from strangers'
devices (NIST SP 800-63B-4, 3.2.2) a name rests for these, until its owner takes the second step
elsewhere or gets another password. A right password alone ends nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Max

from accounts import keys
from accounts.models import SignInTry
from accounts.models.gate import WRONG_CODES_MAX

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


class WrongCodesRest(NameRests):
    """Strangers' devices gave a hundred wrong codes under this name."""

    reason = "a hundred wrong codes"
    words = (
        "After many wrong codes, this address rests for new devices. Sign in from a device that"
        " you used before, or get a new password."
    )


def reserve(
    name: str, *, now: datetime, device_id: UUID | None = None, is_second_step: bool = False
) -> SignInTry:
    """Count an attempt as a failure until it is known not to be one.

    What is refused here is not counted: it prolongs nothing.

    Raises:
        NameRests: five failures in fifteen minutes; NewDevicesRest is one, for all names at once,
            and WrongCodesRest one, until the owner acts.
    """
    digest = name_hash(name)
    with transaction.atomic(using="gate"):
        hold(int.from_bytes(digest[:8], "big", signed=True))
        failed = SignInTry.objects.filter(
            name_hash=digest, device_id=device_id, at__gt=now - WINDOW, succeeded=False
        ).count()
        if failed >= FAILURES_MAX:
            raise NameRests
        wrong_code = None
        if device_id is None:
            wrong_code = _next_wrong_code(digest)
            _admit_stranger(now)
        return SignInTry.objects.create(
            name_hash=digest,
            at=now,
            device_id=device_id,
            wrong_code=wrong_code if is_second_step else None,
        )


def succeeded(attempt: SignInTry) -> None:
    """Note that an attempt was no failure."""
    SignInTry.objects.filter(pk=attempt.pk).update(succeeded=True)


def completed(attempt: SignInTry) -> None:
    """Note that a second step was right; the wrong codes before it count no longer."""
    succeeded(attempt)
    _forget_wrong_codes(bytes(attempt.name_hash))


def forget_wrong_codes(name: str) -> None:
    """Let a name's wrong codes count no longer: its password is another one."""
    _forget_wrong_codes(name_hash(name))


def is_worth_a_letter(attempt: SignInTry) -> bool:
    """Say whether its owner is to hear of a wrong code: of each fifth, so at most once a window."""
    return attempt.wrong_code is not None and attempt.wrong_code % FAILURES_MAX == 0


def refused(attempt: SignInTry, *, person_id: UUID | None, reason: str) -> None:
    """Note why an attempt was refused, and whose name it was: a task tells their practices."""
    SignInTry.objects.filter(pk=attempt.pk).update(person_id=person_id, reason=reason)


def name_hash(name: str) -> bytes:
    """Return what is kept of a typed name: its HMAC."""
    return keys.installation_fingerprint(name, purpose="sign-in name")


def _next_wrong_code(digest: bytes) -> int:
    """Return which one the next wrong code of a stranger's device would be, under a name's lock."""
    counted = SignInTry.objects.filter(name_hash=digest, wrong_code__isnull=False)
    last = int(counted.aggregate(last=Max("wrong_code"))["last"] or 0)
    if last >= WRONG_CODES_MAX:
        raise WrongCodesRest
    return last + 1


def _forget_wrong_codes(digest: bytes) -> None:
    counted = SignInTry.objects.filter(name_hash=digest, wrong_code__isnull=False)
    counted.update(wrong_code=None)


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
