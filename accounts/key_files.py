"""Key-encryption keys as a file or the environment gives them."""

import base64
import binascii
import json
import os
import stat
from itertools import pairwise
from pathlib import Path

KEY_BYTES = 32
FEWEST_DIFFERENT = 8
"""Fewer different bytes in 32 random ones come once in more than 10**20 keys."""

LOOSE = stat.S_IRWXG | stat.S_IRWXO


class KeysUnusable(Exception):
    """The key ring is missing, malformed, a default, or open to others; the message says which."""


def read(source: str) -> dict[int, bytes]:
    """Return the keys by version from the JSON in ``source``, or from the file that it names.

    Raises:
        KeysUnusable
    """
    if not source:
        raise KeysUnusable("QUIETLEDGER_KEYS is not set: name the key file of this installation.")
    text = source if source.lstrip().startswith("{") else read_private(Path(source), "key file")
    try:
        keks = {
            int(version): base64.b64decode(key, validate=True)
            for version, key in json.loads(text)["kek"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise KeysUnusable('QUIETLEDGER_KEYS is not of the form {"kek": {"1": "…"}}.') from None
    if not keks or min(keks) < 1 or any(len(key) != KEY_BYTES for key in keks.values()):
        raise KeysUnusable("QUIETLEDGER_KEYS needs keys of 32 random bytes, numbered from 1.")
    if any(_is_made_up(key) for key in keks.values()):
        raise KeysUnusable("A key in QUIETLEDGER_KEYS is no random one: make a new one.")
    if len(set(keks.values())) < len(keks):
        raise KeysUnusable("Two versions in QUIETLEDGER_KEYS are the same key.")
    return keks


def read_private(path: Path, what: str) -> str:
    """Return the text of a file that nobody but its owner may read or write.

    Raises:
        KeysUnusable: it cannot be read, or others can.
    """
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & LOOSE:
                raise KeysUnusable(f"The {what} is open to others on this machine: chmod 600 it.")
            return file.read()
    except UnicodeDecodeError:
        raise KeysUnusable(f"The {what} holds no text.") from None
    except OSError as error:
        raise KeysUnusable(f"The {what} cannot be read: {error.strerror}.") from None


def _is_made_up(key: bytes) -> bool:
    """Say whether a key repeats few bytes, counts up or down, or is text that somebody typed."""
    steps = {(later - earlier) % 256 for earlier, later in pairwise(key)}
    is_typed = all(0x20 <= byte < 0x7F for byte in key)
    return len(set(key)) < FEWEST_DIFFERENT or len(steps) == 1 or is_typed
