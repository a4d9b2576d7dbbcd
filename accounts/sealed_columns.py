"""Opening one sealed column of many rows: of what was read as values, no models are made."""

from collections.abc import Iterable
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


def open_padded(
    model: type[models.Model], column: str, rows: Iterable[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """Return (the row id's bytes, value with its padding) of rows read as bytes, none empty.

    Raises:
        crypto.IntegrityFailure: as ``EncryptedField.open``.
    """
    field = cast(EncryptedField, model._meta.get_field(column))
    of_keys: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for row in rows:
        of_keys.setdefault(row[1][:HEADER_BYTES], []).append(row)
    return [
        opened
        for sealed in of_keys.values()
        for opened in field.cipher(crypto.version_of(sealed[0][1])).open_padded(sealed)
    ]
