"""Authenticator apps: six digits that change every thirty seconds (RFC 6238)."""

import hmac
import re
from datetime import datetime

import pyotp
from django.db import transaction

from accounts.models import TotpDevice, User

STEP_SECONDS = 30
CODE = re.compile(r"[0-9]{6}")
ISSUER = "Quietledger"


class CodeRefused(Exception):
    """A second factor was not accepted; the message is fit to show."""

    reason = "wrong code"


class WrongCode(CodeRefused):
    """These are not the digits that the app shows now."""

    def __init__(self) -> None:
        super().__init__("This is not the code that your app shows now. Type the newest one.")


class CodeAlreadyUsed(CodeRefused):
    """The digits are right, and were used before."""

    reason = "used code"

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(
            "This code was already used. Wait for the next one, "
            f"about {wait_seconds} second{'' if wait_seconds == 1 else 's'}."
        )


def has_device(user: User) -> bool:
    """Return whether the person has an authenticator app whose first code was confirmed."""
    return TotpDevice.objects.filter(user=user, confirmed_at__isnull=False).exists()


def prepare(*, user: User) -> None:
    """Give a person without a confirmed app a fresh secret to set one up with.

    Fresh each time: a secret that someone else may have seen is never confirmed later.
    """
    with transaction.atomic(using="gate"):
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        TotpDevice.objects.filter(user=user, confirmed_at=None).delete()
        if not has_device(user):
            TotpDevice.objects.create(user=user, secret=new_secret())


def install(*, user: User, secret: str, now: datetime) -> None:
    """Give a person a confirmed app with a known secret, as a demo and a test need it."""
    TotpDevice.objects.create(user=user, secret=secret, confirmed_at=now)


def secret_to_show(user: User) -> str | None:
    """Return the secret of an app that is being set up; a confirmed one is never shown again."""
    device = TotpDevice.objects.filter(user=user, confirmed_at=None).first()
    return str(device.secret) if device else None


def begin_next(*, user: User) -> None:
    """Give a person a fresh secret for an app that they add, or that replaces the one they have.

    The present app works until the first code of the next one came.
    """
    with transaction.atomic(using="gate"):
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        device = TotpDevice.objects.filter(user=user, confirmed_at__isnull=False).first()
        if device is None:
            prepare(user=user)
            return
        device.next_secret = new_secret()
        device.save(update_fields=["next_secret"])


def next_secret_to_show(user: User) -> str | None:
    """Return the secret of the app that a signed-in person is setting up now."""
    device = TotpDevice.objects.filter(user=user).first()
    if device is None:
        return None
    secret = device.next_secret if device.confirmed_at else device.secret
    return str(secret) if secret else None


def confirm(*, user: User, code: str, now: datetime) -> None:
    """Take the first code of an app, from which on it counts.

    Raises:
        CodeRefused: the code is wrong, or there is no app to confirm.
    """
    with transaction.atomic(using="gate"):
        device = _locked(user, confirmed=False)
        step = _use(device.secret, code, now)
        TotpDevice.objects.filter(pk=device.pk).update(last_step=step, confirmed_at=now)


def confirm_next(*, user: User, code: str, now: datetime) -> bool:
    """Take the first code of the next app; say whether it replaced one, which stops now.

    Raises:
        CodeRefused: the code is wrong, or there is no app to confirm.
    """
    if not has_device(user):
        confirm(user=user, code=code, now=now)
        return False
    with transaction.atomic(using="gate"):
        device = _locked(user, confirmed=True)
        if not device.next_secret:
            raise WrongCode
        device.last_step = _use(device.next_secret, code, now)
        device.secret, device.next_secret = device.next_secret, None
        device.confirmed_at = now
        device.save(update_fields=["secret", "next_secret", "last_step", "confirmed_at"])
    return True


def verify(*, user: User, code: str, now: datetime) -> None:
    """Take a code of the person's app. It works once, even when it comes twice at the same time.

    Raises:
        CodeRefused: it is wrong or was used, or the person has no confirmed app.
    """
    with transaction.atomic(using="gate"):
        device = _locked(user, confirmed=True)
        step = _use(device.secret, code, now, after=device.last_step)
        TotpDevice.objects.filter(pk=device.pk).update(last_step=step)


def new_secret() -> str:
    """Return a fresh secret of 160 random bits, in base 32."""
    return pyotp.random_base32(32)


def address(*, user: User, secret: str) -> str:
    """Return what the square code says to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def code_at(secret: str, at: datetime) -> str:
    """Return the digits that an app with this secret shows."""
    return pyotp.TOTP(secret).at(at)


def _locked(user: User, *, confirmed: bool) -> TotpDevice:
    devices = TotpDevice.objects.select_for_update(no_key=True)
    device = devices.filter(user=user, confirmed_at__isnull=not confirmed).first()
    if device is None:
        raise WrongCode
    return device


def _use(secret: str, code: str, now: datetime, *, after: int = 0) -> int:
    """Return the step whose code this is: later than ``after``, a step early or late at most."""
    if not CODE.fullmatch(code):
        raise WrongCode
    step_now = int(now.timestamp()) // STEP_SECONDS
    shown = pyotp.TOTP(secret)
    right = [
        step
        for step in range(step_now - 1, step_now + 2)
        if hmac.compare_digest(shown.generate_otp(step), code)
    ]
    if not right:
        raise WrongCode
    if right[-1] <= after:
        raise CodeAlreadyUsed((after + 1) * STEP_SECONDS - int(now.timestamp()))
    return right[-1]
