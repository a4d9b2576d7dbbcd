"""Keys and sealing: with signatures.py the only module that imports ``cryptography``.

A key-encryption key (KEK) from the installation's key ring wraps the data keys of each practice;
every column has its own key, derived from the data key. A sealed value is bound to its cell by
the associated data, so a value moved to another row, column or practice does not open.
Bytes: ``format | algorithm | key version (4) | nonce (12) | ciphertext | tag (16)``.
"""

import hmac
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.module_loading import import_string

from accounts import key_files
from accounts.key_files import KeysUnusable as KeysUnusable

FORMAT = 1
AES_256_GCM = 1
NONCE_BYTES = 12
HEADER_BYTES = 6
TEXT_AT = HEADER_BYTES + NONCE_BYTES
OVERHEAD_BYTES = TEXT_AT + 16
ROW_ID_LENGTH = (16).to_bytes(2, "big")
PADDED_SIZES = (32, 64, 128)


class IntegrityFailure(Exception):
    """A sealed value does not open in its cell: it was altered, moved, or its key is gone."""


class KeyAdapter(Protocol):
    """Whoever holds the key-encryption keys: a file, the environment, or a key service.

    A key service never gives a key away: it wraps, unwraps, and derives. ``versions`` are those
    that it can still unwrap with; ``unwrap`` raises ``IntegrityFailure``.
    """

    def __hash__(self) -> int: ...
    @property
    def versions(self) -> Collection[int]: ...
    @property
    def newest(self) -> int: ...
    def wrap(self, key: bytes, *, bound: bytes, version: int) -> bytes: ...
    def unwrap(self, wrapped: bytes, *, bound: bytes, version: int) -> bytes: ...
    def derive(self, *purpose: str, version: int) -> bytes: ...


@dataclass(frozen=True, slots=True, eq=False)
class KeyRing:
    """The adapter of file and environment: keys by version, 32 bytes each."""

    keks: dict[int, bytes] = field(repr=False)

    @property
    def versions(self) -> Collection[int]:
        return self.keks.keys()

    @property
    def newest(self) -> int:
        return max(self.keks)

    def wrap(self, key: bytes, *, bound: bytes, version: int) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.keks[version]).encrypt(nonce, key, bound)

    def unwrap(self, wrapped: bytes, *, bound: bytes, version: int) -> bytes:
        nonce, text = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self.keks[version]).decrypt(nonce, text, bound)
        except InvalidTag:
            raise IntegrityFailure("A data key does not unwrap.") from None

    def derive(self, *purpose: str, version: int) -> bytes:
        return derive(self.keks[version], *purpose)


def key_ring() -> KeyAdapter:
    """Return the keys of the file or the JSON in ``QUIETLEDGER_KEYS``: the default adapter.

    Raises:
        KeysUnusable: it is missing, malformed, a default, or open to others on this machine.
    """
    return KeyRing(key_files.read(settings.QUIETLEDGER_KEYS))


@cache
def ring() -> KeyAdapter:
    """Return the adapter as it was when the process began, or raise ``KeysUnusable``."""
    return _load()


def _load() -> KeyAdapter:
    try:
        adapter = import_string(settings.QUIETLEDGER_KEY_ADAPTER)
    except ImportError:
        raise KeysUnusable("QUIETLEDGER_KEY_ADAPTER names nothing that is here.") from None
    loaded: KeyAdapter = adapter()
    return loaded


def derive(secret: bytes, *purpose: str) -> bytes:
    """Return a 32-byte key for one purpose (HKDF-SHA-256, RFC 5869)."""
    info = b"".join(len(word).to_bytes(2, "big") + word.encode() for word in purpose)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret)


def context_key(version: int) -> bytes:
    """Return the key that signs scopes, of one version of the key ring."""
    return _derived(ring(), version, "context")


def checkpoint_key(version: int) -> bytes:
    """Return the secret of the key that signs audit checkpoints, of one version of the ring."""
    return _derived(ring(), version, "audit-checkpoint")


@lru_cache(maxsize=8)
def _derived(adapter: KeyAdapter, version: int, purpose: str) -> bytes:
    """Asked once: a key service would be asked over the network for every scope."""
    return adapter.derive("quietledger", purpose, version=version)


def wrap(data_key: bytes, *, practice_id: UUID, version: int) -> tuple[int, bytes]:
    """Return (KEK version, wrapped bytes) of a practice's data key."""
    kek = ring().newest
    return kek, ring().wrap(data_key, bound=_wrapping(practice_id, version, kek), version=kek)


def unwrap(wrapped: bytes, *, practice_id: UUID, version: int, kek_version: int) -> bytes:
    """Return a practice's data key.

    A version that the process did not begin with is looked for once more where the keys come from.

    Raises:
        IntegrityFailure: the KEK is not on the ring, or the wrapping was altered or moved.
    """
    holder = ring() if kek_version in ring().versions else _load()
    if kek_version not in holder.versions:
        raise IntegrityFailure(f"Key-encryption key {kek_version} is not on the ring.")
    bound = _wrapping(practice_id, version, kek_version)
    return holder.unwrap(wrapped, bound=bound, version=kek_version)


def _wrapping(practice_id: UUID, version: int, kek_version: int) -> bytes:
    return f"dek|{practice_id}|{version}|{kek_version}".encode()


def rewrap(
    wrapped: bytes, *, practice_id: UUID, version: int, kek_version: int
) -> tuple[int, bytes]:
    """Return the same key under the newest KEK, as ``wrap``; raise what ``unwrap`` does."""
    secret = unwrap(wrapped, practice_id=practice_id, version=version, kek_version=kek_version)
    return wrap(secret, practice_id=practice_id, version=version)


class ColumnCipher:
    """Seals and opens the values of one column under one version of a practice's data key.

    What is the same for every row is worked out once: the column's own key (HKDF) and the parts
    of the associated data on both sides of the row's id.
    """

    __slots__ = ("_after", "_before", "_cipher", "_header", "_name")

    def __init__(
        self, data_key: bytes, *, version: int, practice_id: UUID, table: str, column: str
    ) -> None:
        number = version.to_bytes(4, "big")
        self._cipher = AESGCM(derive(data_key, "quietledger", "cell", table, column))
        self._header = bytes([FORMAT, AES_256_GCM]) + number
        same = (bytes([FORMAT]), practice_id.bytes, table.encode(), column.encode())
        self._before = b"".join(map(_measured, same)) + ROW_ID_LENGTH
        self._after = _measured(number)
        self._name = f"{table}.{column}"

    def seal(self, plain: bytes, row_id: UUID) -> bytes:
        """Return the value sealed for its row, padded so that its length says little."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        bound = self._before + row_id.bytes + self._after
        return self._header + nonce + self._cipher.encrypt(nonce, _pad(plain), bound)

    def open(self, sealed: bytes, row_id: UUID) -> bytes:
        """Return what was sealed.

        Raises:
            IntegrityFailure: the value was altered, or belongs to another cell or key.
        """
        if not sealed.startswith(self._header):
            raise IntegrityFailure(f"A value of {self._name} names another key.")
        bound = self._before + row_id.bytes + self._after
        try:
            padded = self._cipher.decrypt(sealed[HEADER_BYTES:TEXT_AT], sealed[TEXT_AT:], bound)
        except (InvalidTag, ValueError):
            # Too short for a nonce or a tag is altered as well.
            raise IntegrityFailure(f"A value of {self._name} does not open.") from None
        return unpadded(padded)

    def open_padded(self, rows: Iterable[tuple[Any, ...]]) -> list[bytes]:
        """Return what was sealed, with its padding, of (row id, nonce, ciphertext) rows.

        For tens of thousands of values, of which few are looked at any further.

        Raises:
            IntegrityFailure: as ``open``.
        """
        decrypt, before, after = self._cipher.decrypt, self._before, self._after
        try:
            return [decrypt(nonce, text, before + row_id + after) for row_id, nonce, text in rows]
        except (InvalidTag, ValueError):
            raise IntegrityFailure(f"A value of {self._name} does not open.") from None


def unpadded(padded: bytes) -> bytes:
    """Return what was sealed, of a value as it was padded."""
    return padded[: padded.rindex(b"\x80")]


def _measured(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part


def version_of(sealed: bytes) -> int:
    """Return the data key's version that a sealed value names.

    Raises:
        IntegrityFailure: the bytes are not a sealed value.
    """
    if len(sealed) < OVERHEAD_BYTES or sealed[0] != FORMAT or sealed[1] != AES_256_GCM:
        raise IntegrityFailure("The bytes are not a sealed value.")
    return int.from_bytes(sealed[2:HEADER_BYTES], "big")


def _pad(plain: bytes) -> bytes:
    need = len(plain) + 1
    for size in PADDED_SIZES:
        if need <= size:
            return (plain + b"\x80").ljust(size, b"\0")
    return (plain + b"\x80").ljust(-(-need // 128) * 128, b"\0")


def fingerprint(key: bytes, text: str, *, purpose: str) -> bytes:
    """Return a keyed hash (HMAC-SHA-256, 32 bytes) that tells equal texts without telling them."""
    return hmac.digest(fingerprint_key(key, purpose), text.encode(), "sha256")


@lru_cache(maxsize=256)
def fingerprint_key(key: bytes, purpose: str) -> bytes:
    """Return the key of one purpose's keyed hashes."""
    return derive(key, "quietledger", "fingerprint", purpose)


def mark(index_key: bytes, told: bytes) -> bytes:
    """Return a keyed hash of a sealed value and its cell (HMAC-SHA-256, the first 16 bytes)."""
    return hmac.digest(fingerprint_key(index_key, "mark"), told, "sha256")[:16]
