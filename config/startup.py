"""What a server or worker refuses to start with, in words that whoever starts it can act on."""

import os
import resource
from pathlib import Path

from django.conf import settings

from accounts import crypto, key_files
from accounts.key_files import KeysUnusable

SECRET_KEY_CHARS, DIFFERENT_CHARS = 50, 10
DEFAULTS = ("django-insecure", "changeme", "change-me", "secret", "default", "example", "password")


CORE_BYTES_MAX = 1
"""No file can be so small, and Linux gives nothing to a program that collects cores either: with a
limit of 0 it would."""


class NotStarted(Exception):
    """The installation is set up so that it must not run; the message says what to change."""


def refuse_bad() -> None:
    """Look at keys and settings before the first request.

    Raises:
        NotStarted
    """
    if settings.DEBUG:
        raise NotStarted("DEBUG is on: its error pages show records. Turn it off.")
    if "*" in settings.ALLOWED_HOSTS:
        raise NotStarted("ALLOWED_HOSTS takes every name: list the names of this installation.")
    _check_secret_key(settings.SECRET_KEY)
    try:
        if path := os.environ.get("QUIETLEDGER_SECRET_KEY_FILE"):
            key_files.read_private(Path(path), "file of QUIETLEDGER_SECRET_KEY")
        crypto.ring()
    except KeysUnusable as unusable:
        raise NotStarted(str(unusable)) from None


def leave_no_core() -> None:
    """Let this process' memory, which holds opened records and keys, not be written down if it
    crashes; its children inherit that."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard:
        resource.setrlimit(resource.RLIMIT_CORE, (CORE_BYTES_MAX, CORE_BYTES_MAX))


def _check_secret_key(key: str) -> None:
    if any(word in key.lower() for word in DEFAULTS):
        raise NotStarted("QUIETLEDGER_SECRET_KEY is a default: make one of random characters.")
    if len(key) < SECRET_KEY_CHARS or len(set(key)) < DIFFERENT_CHARS:
        raise NotStarted("QUIETLEDGER_SECRET_KEY needs at least 50 random characters.")
    if key in settings.QUIETLEDGER_KEYS:
        raise NotStarted("QUIETLEDGER_SECRET_KEY is one of QUIETLEDGER_KEYS: make one of its own.")
