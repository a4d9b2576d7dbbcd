"""The people who can sign in, whatever they may do in whichever practice."""

import secrets
import unicodedata
from datetime import datetime
from functools import cache
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password

from accounts import password_rules
from accounts.ids import uuid7
from accounts.models import User


def canonical_name(email: str) -> str:
    """Return the one form of a user name: its variants in case and Unicode are the same name."""
    folded = unicodedata.normalize("NFKC", email).casefold()
    return "".join(unicodedata.normalize("NFKC", folded).split())


def canonical_password(password: str) -> str:
    """Return the password in one Unicode form, whatever keyboard it was typed on."""
    return unicodedata.normalize("NFC", password)


def create(*, email: str, password: str, now: datetime, person_id: UUID | None = None) -> User:
    """Let a person sign in. The password is kept as an Argon2 hash only.

    Whether it is fit is asked before, by ``passwords.require_fit``.
    """
    typed = canonical_password(password)
    return User.objects.create(
        id=person_id or uuid7(),
        email=canonical_name(email),
        password=make_password(typed),
        password_is_long=password_rules.is_long(typed),
        created_at=now,
        password_changed_at=now,
    )


def is_password_of(user: User | None, password: str) -> bool:
    """Say whether this is the user's password; it takes as long when there is no such user."""
    stand_in, typed = nobodys_hash(), canonical_password(password)
    right = user.check_password(typed) if user else check_password(typed, stand_in)
    return right and user is not None and user.is_active


@cache
def nobodys_hash() -> str:
    """Return what a password is compared with where there is nobody to compare it with."""
    return make_password(secrets.token_urlsafe())
