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

ID_BYTES = 16
AT_ONCE = 500
"""Values that are open one by one before they are joined: few enough to stay in the caches."""


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


@dataclass(frozen=True, slots=True, repr=False)
class SideBySide:
    """Values of one column with their padding, each of ``size`` bytes, and their rows' ids.

    The ids stand in ``packed``, one every ``stride`` bytes.
    """

    packed: bytes
    stride: int
    plain: bytes
    size: int

    def __len__(self) -> int:
        return len(self.packed) // self.stride

    def holding(self, part: bytes) -> Iterator[int]:
        """Yield which of the values hold ``part``: UTF-8, as the values are.

        No part stands astride two of them: every value ends with padding, which is no UTF-8.
        """
        at = self.plain.find(part)
        while at >= 0:
            place = at // self.size
            yield place
            at = self.plain.find(part, (place + 1) * self.size)

    def row_id(self, place: int) -> bytes:
        return self.packed[place * self.stride : place * self.stride + ID_BYTES]

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
    row = struct.Struct(f"{ID_BYTES}s{crypto.NONCE_BYTES}s{length - crypto.TEXT_AT}s")
    some = AT_ONCE * row.size
    opened = [
        b"".join(cipher.open_padded(row.iter_unpack(packed[at : at + some])))
        for at in range(0, len(packed), some)
    ]
    return SideBySide(packed, row.size, b"".join(opened), length - crypto.OVERHEAD_BYTES)
