"""The people who can sign in, whatever they may do in whichever practice."""

import unicodedata
from datetime import datetime

from django.contrib.auth.hashers import make_password

from accounts.models import User


def canonical_name(email: str) -> str:
    """Return the one form of a user name: its variants in case and Unicode are the same name."""
    folded = unicodedata.normalize("NFKC", email).casefold()
    return "".join(unicodedata.normalize("NFKC", folded).split())


def canonical_password(password: str) -> str:
    """Return the password in one Unicode form, whatever keyboard it was typed on."""
    return unicodedata.normalize("NFC", password)


def create(*, email: str, password: str, now: datetime) -> User:
    """Let a person sign in. The password is kept as an Argon2 hash only."""
    return User.objects.create(
        email=canonical_name(email),
        password=make_password(canonical_password(password)),
        created_at=now,
        password_changed_at=now,
    )


def is_password_of(user: User | None, password: str) -> bool:
    """Say whether this is the user's password; it takes as long when there is no such user."""
    typed = canonical_password(password)
    if user is None:
        make_password(typed)
        return False
    return user.check_password(typed) and user.is_active
