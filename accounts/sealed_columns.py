"""Opening one sealed column of many rows: of what was read as values, no models are made."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db import models

from accounts import crypto
from accounts.crypto import HEADER_BYTES
from accounts.fields import EncryptedField, Sealed


def open_many(
    model: type[models.Model], column: str, rows: Iterable[tuple[UUID, Sealed]]
) -> list[tuple[UUID, Any]]:
    """Return (id, value) of rows read by ``values_list("id", column)``, without the empty ones.

    Raises:
        crypto.IntegrityFailure: as ``EncryptedField.open``.
    """
    field = cast(EncryptedField, model._meta.get_field(column))
    ciphers: dict[bytes, crypto.ColumnCipher] = {}
    opened = []
    for row_id, sealed in rows:
        if sealed is None:
            continue
        header = sealed[:HEADER_BYTES]
        cipher = ciphers.get(header)
        if cipher is None:
            cipher = ciphers[header] = field.cipher(crypto.version_of(sealed))
        opened.append((row_id, field.from_bytes(cipher.open(sealed, row_id))))
    return opened


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Values of one column with their padding, each of ``size`` bytes, and their rows' ids."""

    ids: list[bytes]
    plain: bytes
    size: int

    def holding(self, part: bytes) -> Iterator[int]:
        """Yield which of the values hold ``part``: UTF-8, as the values are.

        No part stands astride two of them: every value ends with padding, which is no UTF-8.
        """
        at = self.plain.find(part)
        while at >= 0:
            place = at // self.size
            yield place
            at = self.plain.find(part, (place + 1) * self.size)

    def value(self, place: int) -> bytes:
        return crypto.unpadded(self.plain[place * self.size : (place + 1) * self.size])


def open_packed(
    model: type[models.Model], column: str, *, header: bytes, length: int, packed: bytes
) -> SideBySide:
    """Return the values of many rows, opened and side by side as they were.

    ``packed`` holds the sixteen bytes of each row's id before its value; all values have this
    ``header``, which is left off, and ``length`` bytes with it.

    Raises:
        crypto.IntegrityFailure: as ``EncryptedField.open``.
    """
    field = cast(EncryptedField, model._meta.get_field(column))
    cipher = field.cipher(crypto.version_of(header.ljust(length, b"\0")))
    row = struct.Struct(f"16s{crypto.NONCE_BYTES}s{length - crypto.TEXT_AT}s")
    opened = cipher.open_padded(cast(Iterator[tuple[bytes, bytes, bytes]], row.iter_unpack(packed)))
    ids = [packed[at : at + 16] for at in range(0, len(packed), row.size)]
    return SideBySide(ids, b"".join(opened), length - crypto.OVERHEAD_BYTES)
