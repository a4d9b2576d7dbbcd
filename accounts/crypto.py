"""Keys and sealing: the only module that imports ``cryptography``.

A key-encryption key (KEK) from the installation's key ring wraps the data keys of each practice;
every column has its own key, derived from the data key. A sealed value is bound to its cell by
the associated data, so a value moved to another row, column or practice does not open.
Bytes: ``format | algorithm | key version (4) | nonce (12) | ciphertext | tag (16)``.
"""

import base64
import binascii
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

FORMAT = 1
AES_256_GCM = 1
NONCE_BYTES = 12
HEADER_BYTES = 6
OVERHEAD_BYTES = HEADER_BYTES + NONCE_BYTES + 16
PADDED_SIZES = (32, 64, 128)


class KeysUnusable(Exception):
    """The key ring is missing, malformed or readable by others; the message says which."""


class IntegrityFailure(Exception):
    """A sealed value does not open in its cell: it was altered, moved, or its key is gone."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key-encryption keys by version, 32 bytes each; the newest wraps new data keys."""

    keks: dict[int, bytes] = field(repr=False)

    @property
    def newest(self) -> int:
        return max(self.keks)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sealed value stands; all of it is associated data."""

    practice_id: UUID
    table: str
    column: str
    row_id: UUID

    def associated_data(self, version: int) -> bytes:
        parts = (
            bytes([FORMAT]),
            self.practice_id.bytes,
            self.table.encode(),
            self.column.encode(),
            self.row_id.bytes,
            version.to_bytes(4, "big"),
        )
        return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs audit checkpoints with an Ed25519 key that is not in the database."""

    key_id: str
    public_key: bytes
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


@cache
def ring() -> KeyRing:
    """Return the installation's key ring, from the file or the JSON in ``QUIETLEDGER_KEYS``.

    Raises:
        KeysUnusable: it is missing, malformed, or others on this machine may read the file.
    """
    source = settings.QUIETLEDGER_KEYS
    if not source:
        raise KeysUnusable("QUIETLEDGER_KEYS is not set: name the key file of this installation.")
    text = source if source.lstrip().startswith("{") else _read_private(Path(source))
    try:
        keks = {
            int(version): base64.b64decode(key, validate=True)
            for version, key in json.loads(text)["kek"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise KeysUnusable('QUIETLEDGER_KEYS is not of the form {"kek": {"1": "…"}}.') from None
    if not keks or any(len(key) != 32 or len(set(key)) < 8 for key in keks.values()):
        raise KeysUnusable("QUIETLEDGER_KEYS needs keys of 32 random bytes.")
    return KeyRing(keks)


def _read_private(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & (stat.S_IROTH | stat.S_IWOTH):
                raise KeysUnusable("The key file is readable by everybody: chmod 600 it.")
            return file.read()
    except OSError as error:
        raise KeysUnusable(f"The key file cannot be read: {error.strerror}.") from None


def derive(secret: bytes, *purpose: str) -> bytes:
    """Return a 32-byte key for one purpose (HKDF-SHA-256, RFC 5869)."""
    info = b"".join(len(word).to_bytes(2, "big") + word.encode() for word in purpose)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret)


def context_key(version: int) -> bytes:
    """Return the key that signs scopes, of one version of the key ring."""
    return derive(ring().keks[version], "quietledger", "context")


@cache
def signer() -> Signer:
    """Return the signer of audit checkpoints, of the newest version of the key ring."""
    version = ring().newest
    private = Ed25519PrivateKey.from_private_bytes(
        derive(ring().keks[version], "quietledger", "audit-checkpoint")
    )
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(f"checkpoint-{version}", public, private)


def wrap(data_key: bytes, *, practice_id: UUID, version: int) -> tuple[int, bytes]:
    """Return (KEK version, wrapped bytes) of a practice's data key."""
    kek = ring().newest
    nonce = secrets.token_bytes(NONCE_BYTES)
    bound = _wrapping(practice_id, version, kek)
    return kek, nonce + AESGCM(ring().keks[kek]).encrypt(nonce, data_key, bound)


def unwrap(wrapped: bytes, *, practice_id: UUID, version: int, kek_version: int) -> bytes:
    """Return a practice's data key.

    Raises:
        IntegrityFailure: the KEK is not on the ring, or the wrapping was altered or moved.
    """
    kek = ring().keks.get(kek_version)
    if kek is None:
        raise IntegrityFailure(f"Key-encryption key {kek_version} is not on the ring.")
    bound = _wrapping(practice_id, version, kek_version)
    try:
        return AESGCM(kek).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
    except InvalidTag:
        raise IntegrityFailure("A data key does not unwrap.") from None


def _wrapping(practice_id: UUID, version: int, kek_version: int) -> bytes:
    return f"dek|{practice_id}|{version}|{kek_version}".encode()


@lru_cache(maxsize=4096)
def _column_cipher(data_key: bytes, table: str, column: str) -> AESGCM:
    return AESGCM(derive(data_key, "quietledger", "cell", table, column))


def seal(plain: bytes, *, cell: Cell, data_key: bytes, version: int) -> bytes:
    """Return the value sealed for its cell, padded so that its length says little."""
    header = bytes([FORMAT, AES_256_GCM]) + version.to_bytes(4, "big")
    nonce = secrets.token_bytes(NONCE_BYTES)
    cipher = _column_cipher(data_key, cell.table, cell.column)
    return header + nonce + cipher.encrypt(nonce, _pad(plain), cell.associated_data(version))


def version_of(sealed: bytes) -> int:
    """Return the data key's version that a sealed value names.

    Raises:
        IntegrityFailure: the bytes are not a sealed value.
    """
    if len(sealed) < OVERHEAD_BYTES or sealed[0] != FORMAT or sealed[1] != AES_256_GCM:
        raise IntegrityFailure("The bytes are not a sealed value.")
    return int.from_bytes(sealed[2:HEADER_BYTES], "big")


def unseal(sealed: bytes, *, cell: Cell, data_key: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        IntegrityFailure: the value was altered, or belongs to another cell.
    """
    version = version_of(sealed)
    nonce = sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    text = sealed[HEADER_BYTES + NONCE_BYTES :]
    try:
        padded = _column_cipher(data_key, cell.table, cell.column).decrypt(
            nonce, text, cell.associated_data(version)
        )
    except InvalidTag:
        raise IntegrityFailure(f"A value of {cell.table}.{cell.column} does not open.") from None
    return padded[: padded.rindex(b"\x80")]


def _pad(plain: bytes) -> bytes:
    need = len(plain) + 1
    size = next((size for size in PADDED_SIZES if size >= need), -(-need // 128) * 128)
    return plain + b"\x80" + b"\0" * (size - need)


def fingerprint(key: bytes, text: str, *, purpose: str) -> bytes:
    """Return a keyed hash (HMAC-SHA-256, 32 bytes) that tells equal texts without telling them."""
    return hmac.new(
        derive(key, "quietledger", "fingerprint", purpose), text.encode(), sha256
    ).digest()


def installation_fingerprint(text: str, *, purpose: str) -> bytes:
    """Return a keyed hash under a key of the installation, for what has no practice yet."""
    return fingerprint(ring().keks[min(ring().keks)], text, purpose=purpose)
