"""Opaque ids with the prefixes that Stripe gives them."""

import hashlib
import secrets
import string

_LETTERS = string.digits + string.ascii_letters


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_{random_text(length)}"


def random_text(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def account_of(api_key: str) -> str:
    """Every secret key is an account of its own, the same one after each restart."""
    return "acct_" + _spell(hashlib.sha256(api_key.encode()).digest(), 16)


def _spell(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest, "big")
    letters: list[str] = []
    for _ in range(length):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)
