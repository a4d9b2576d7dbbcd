"""Recovery codes: ten second factors of 120 random bits, each good for one sign-in."""

import base64
import secrets
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from accounts.models import RecoveryCode, User
from accounts.services.totp import CodeRefused

CODES = 10
BYTES = 15
GROUP = 4


class UnknownRecoveryCode(CodeRefused):
    """It is none of the person's codes, or was used before."""

    reason = "wrong recovery code"

    def __init__(self) -> None:
        super().__init__("This is none of your unused recovery codes. Each one works once.")


def left(user: User) -> int:
    """Return how many of a person's codes were not used yet."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def issue(*, user: User) -> list[str]:
    """Return ten new codes, to be shown once; those issued before stop working."""
    codes = [_grouped(base64.b32encode(secrets.token_bytes(BYTES)).decode()) for _ in range(CODES)]
    with transaction.atomic(using="gate"):
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, digest=_digest(code)) for code in codes
        )
    return codes


def redeem(*, user: User, code: str, now: datetime) -> None:
    """Use one code up.

    Raises:
        UnknownRecoveryCode: it is not one of the person's unused codes.
    """
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
    if not unused.update(used_at=now):
        raise UnknownRecoveryCode


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _digest(code: str) -> bytes:
    letters = "".join(character for character in code.upper() if character.isalnum())
    return sha256(letters.encode()).digest()
