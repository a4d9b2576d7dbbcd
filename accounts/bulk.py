"""Writing thousands of rows of one table at once: sealed column by column, inserted as arrays.

Django writes each sealed value as a placeholder of its own, and the practice's column as a call
for each row; making and reading such a statement takes many times as long as storing the rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import psycopg
from django.db import connection, models, transaction
from django.db.models.fields import NOT_PROVIDED

from accounts import keys
from accounts.fields import EncryptedField
from accounts.ids import uuid7
from accounts.tenancy import PracticeModel
from audit import marks
from audit.services import events


class NotInsertable(TypeError):
    """A column is of a kind that only ``save()`` knows how to write, or nobody gave it a value."""


@transaction.atomic
def insert(
    model: type[PracticeModel], *, each: Mapping[str, Sequence[Any]], **same: Any
) -> list[UUID]:
    """Insert new rows of one tenant table and return their ids, in order.

    ``each`` names columns by attribute, such as ``client_id``, with a value for each row; ``same``
    those that are alike in all. The rest have their fields' defaults. Each sealed value leaves its
    mark on the log. The caller keeps the number bounded.

    Raises:
        NotInsertable: a column cannot be written in this way.
    """
    [count] = {len(values) for values in each.values()}
    if not count:
        return []
    ids = list(each["id"]) if "id" in each else [uuid7() for _ in range(count)]
    names, places, values = ["practice_id"], ["(SELECT current_practice_id())"], list[Any]()
    for field in model._meta.local_concrete_fields:
        if field.attname == "practice_id":
            continue
        names.append(str(field.column))
        kind = cast(str, field.db_type(connection)).partition("(")[0]
        column = ids if field.primary_key else each.get(field.attname)
        if column is None and not isinstance(field, EncryptedField):
            places.append(f"%b::{kind}")
            values.append(_prepared(field, _one(field, same)))
        else:
            column = [_one(field, same)] * count if column is None else column
            places.append(f"unnest(%b::{kind}[])")
            values.append(_column(field, ids, column))
    columns = ", ".join(f'"{name}"' for name in names)
    # Bound by the server: what a row holds never stands in the text of a query.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {", ".join(places)}'.encode(),
            values,
        )
    return ids


def _one(field: Any, same: Mapping[str, Any]) -> Any:
    """Return what all rows have in a column."""
    if field.attname in same:
        return same[field.attname]
    if field.default is NOT_PROVIDED and not field.null:
        raise NotInsertable(f"Nobody gave {field.name} a value.")
    return field.get_default() if field.has_default() else None


def _column(field: Any, ids: Sequence[UUID], values: Sequence[Any]) -> list[Any]:
    if isinstance(field, EncryptedField):
        return _sealed(field, ids, values)
    return [_prepared(field, value) for value in values]


def _prepared(field: Any, value: Any) -> Any:
    """Return a value as the driver takes it."""
    if isinstance(field, models.JSONField):
        raise NotInsertable(f"{field.name} is written by save() only.")
    if isinstance(field, models.BinaryField):
        return None if value is None else bytes(value)
    return field.get_db_prep_save(value, connection)


def _sealed(
    field: EncryptedField, ids: Sequence[UUID], values: Sequence[Any]
) -> list[bytes | None]:
    if field.installation:
        raise NotInsertable(f"{field.name} is sealed for no practice.")
    if all(value is None for value in values):
        return [None] * len(values)
    cipher = keys.active().cipher_at(field.place)
    table, column = field.place
    sealed: list[bytes | None] = []
    left: list[marks.Mark] = []
    for row_id, value in zip(ids, values, strict=True):
        if value is None:
            sealed.append(None)
            continue
        plain = field.to_bytes(value)
        mac = field.mark_of(row_id, plain)
        left.append(marks.Mark(marks.PRACTICE, table, row_id, column, mac))
        sealed.append(cipher.seal(plain, row_id))
    if not field.passing:
        events.mark_many(left)
    return sealed
