"""Primary keys: UUIDs that sort by the time they were made."""

import secrets
import time
from uuid import UUID

NIL = UUID(int=0)
"""The installation itself, as a scope: it belongs to no practice."""


def uuid7() -> UUID:
    """Return a version 7 UUID: 48 bits of Unix milliseconds, 74 random bits (RFC 9562 §5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | random >> 62
    low = 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=high << 64 | low)
