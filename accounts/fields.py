"""Encrypted model fields. A read gives a ``Sealed`` value, opened when the attribute is looked at.

Sealing happens in ``pre_save``, which sees the row's id; ``update()`` and ``bulk_update()`` see
none, so they raise.
"""

import json
from contextlib import nullcontext
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.query_utils import DeferredAttribute
from django.utils.functional import cached_property

from accounts import crypto, keys
from accounts.crypto import HEADER_BYTES
from accounts.tenancy import current_scope
from audit import marks
from audit.services import events


class Sealed(bytes):
    """A value as the database holds it."""


class NotSealed(TypeError):
    """A plain value was on its way to an encrypted column, by update() or bulk_update()."""


class _SealedAttribute(DeferredAttribute):
    """Opens a sealed value when it is first looked at."""

    field: "EncryptedField"

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        held, field = instance.__dict__, self.field
        value = held.get(field.attname, self)
        if value is self:
            value = super().__get__(instance, cls)
        if value.__class__ is Sealed:
            value = held[field.attname] = field.open(held[field.row_id_name], value)
        return value

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]  # the stubs differ by version
    """Base of the encrypted types: bytes in the database, a Python value on the instance.

    ``installation=True`` seals with the installation's key, for tables without a practice.
    Each write leaves a mark on the log, by which an old value that was put back is found;
    ``passing=True`` spares it for what is gone within days and decides nothing.
    """

    descriptor_class = _SealedAttribute

    def __init__(
        self, *args: Any, installation: bool = False, passing: bool = False, **kwargs: Any
    ) -> None:
        self.installation = installation
        self.passing = passing
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.installation:
            kwargs["installation"] = True
        return name, path, args, kwargs

    def to_text(self, value: Any) -> str:
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        raise NotImplementedError

    def to_bytes(self, value: Any) -> bytes:
        return self.to_text(value).encode()

    def from_bytes(self, plain: bytes) -> Any:
        return self.from_text(plain.decode())

    def from_db_value(
        self, value: Any, expression: Expression, connection: BaseDatabaseWrapper
    ) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            if not add:
                self._emptied(model_instance.pk)
            return None
        if not isinstance(value, Sealed):
            return self.seal(model_instance.pk, value)
        return self._as_it_stands(model_instance.pk, value)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise NotSealed(f"{self.model.__name__}.{self.name} is written by save() only.")
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        """Answer IS NULL only: ciphertexts of equal values differ, so nothing else can match."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def seal(self, row_id: UUID, value: Any) -> Sealed:
        """Return a value sealed for this column of one row, with a mark for the log."""
        plain = self.to_bytes(value)
        if not self.installation:
            return self._seal(row_id, plain)
        with keys.installation():
            return self._seal(row_id, plain)

    def open(self, row_id: UUID, sealed: bytes) -> Any:
        """Return the Python value of one row's sealed value.

        Raises:
            crypto.IntegrityFailure: it was altered or belongs to another cell.
        """
        return self.from_bytes(self.open_bytes(row_id, sealed))

    def open_bytes(self, row_id: UUID, sealed: bytes) -> bytes:
        """Return what was sealed in one row.

        Raises:
            crypto.IntegrityFailure: as ``open``.
        """
        if self.installation:
            return self.cipher(_version(sealed)).open(sealed, row_id)
        # Looked up once a scope: a page opens hundreds of values of a few columns.
        ciphers, place = current_scope().ciphers, (id(self), sealed[:HEADER_BYTES])
        cipher = ciphers.get(place)
        if cipher is None:
            cipher = ciphers[place] = self.cipher(_version(sealed))
        return cipher.open(sealed, row_id)

    def cipher(self, version: int) -> crypto.ColumnCipher:
        """Return what opens this column's values under one version of the data key."""
        key = keys.installation_version(version) if self.installation else keys.version(version)
        return key.cipher_at(self.place)

    @cached_property
    def row_id_name(self) -> str:
        """Attribute of the id of the row, which a value is bound to."""
        return str(self.model._meta.pk.attname)

    @cached_property
    def place(self) -> tuple[str, str]:
        """Table and column, which the key of the column is derived with."""
        return self.model._meta.db_table, str(self.column)

    def reseal(self, row_id: UUID, sealed: bytes) -> Sealed:
        """Return the same value under the newest data key of the open scope.

        Raises:
            crypto.IntegrityFailure: as ``open``.
        """
        plain = self.open_bytes(row_id, sealed)
        cipher = keys.active().cipher(self.model._meta.db_table, str(self.column))
        return Sealed(cipher.seal(plain, row_id))

    def mark_of(self, row_id: UUID, plain: bytes | None) -> bytes:
        """Return the keyed hash by which the log knows a value; None is an emptied cell.

        It does not change with the data key.
        """
        state = b"\x00" if plain is None else b"\x01" + plain
        return crypto.mark(keys.index_key(), self.marked_place + row_id.bytes + state)

    @cached_property
    def marked_place(self) -> bytes:
        """What a mark begins with: table, column and the length of a row's id."""
        parts = [part.encode() for part in self.place]
        return b"".join(len(part).to_bytes(2, "big") + part for part in parts) + b"\x00\x10"

    def leave_mark(self, row_id: UUID, plain: bytes | None) -> None:
        """Let the log know the newest value of a cell; the index key of its scope is open."""
        if self.passing:
            return
        where = marks.INSTALLATION if self.installation else marks.PRACTICE
        table, column = self.model._meta.db_table, str(self.column)
        events.mark(marks.Mark(where, table, row_id, column, self.mark_of(row_id, plain)))

    def _seal(self, row_id: UUID, plain: bytes) -> Sealed:
        self.leave_mark(row_id, plain)
        cipher = keys.active().cipher(self.model._meta.db_table, str(self.column))
        return Sealed(cipher.seal(plain, row_id))

    def _emptied(self, row_id: UUID) -> None:
        if not self.installation:
            self.leave_mark(row_id, None)
            return
        with keys.installation():
            self.leave_mark(row_id, None)

    def _as_it_stands(self, row_id: UUID, value: Sealed) -> Sealed:
        """Return a value that nobody looked at, under the newest key: an older one may be gone."""
        with keys.installation() if self.installation else nullcontext():
            is_newest = crypto.version_of(value) == keys.active().version
            return value if is_newest else self.reseal(row_id, value)


def _version(sealed: bytes) -> int:
    """Return the key version that a value names; the cipher compares the whole header."""
    return int.from_bytes(sealed[2:HEADER_BYTES], "big")


class EncryptedText(EncryptedField):
    """Text, sealed; its length is padded to 32, 64, 128 … bytes."""

    def __init__(self, *args: Any, max_chars: int = 200, **kwargs: Any) -> None:
        self.max_chars = max_chars
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "max_chars": self.max_chars}

    def to_text(self, value: Any) -> str:
        if len(value) > self.max_chars:
            raise ValueError(f"{self.name} holds at most {self.max_chars} characters.")
        return str(value)

    def from_text(self, text: str) -> str:
        return text

    def from_bytes(self, plain: bytes) -> str:
        return plain.decode()


class EncryptedBytes(EncryptedField):
    """Bytes, such as a document, sealed."""

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_bytes(self, plain: bytes) -> bytes:
        return plain


class EncryptedDate(EncryptedField):
    """A calendar date, sealed."""

    def to_text(self, value: Any) -> str:
        return str(value.isoformat())

    def from_text(self, text: str) -> date:
        return date.fromisoformat(text)


class EncryptedJSON(EncryptedField):
    """A JSON value, sealed."""

    def to_text(self, value: Any) -> str:
        return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)

    def from_text(self, text: str) -> Any:
        return json.loads(text)
