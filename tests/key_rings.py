"""The key ring that the tests run with."""

from accounts import crypto
from accounts.crypto import KeyRing


def own() -> KeyRing:
    """Return the ring, of which a test may know the keys: it comes from a file."""
    ring = crypto.ring()
    assert isinstance(ring, KeyRing)
    return ring
