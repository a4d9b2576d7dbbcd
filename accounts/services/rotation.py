"""Rotation of keys while everybody works.

A new version of the data key seals new values at once; the old values move to it in batches, each
in a transaction of its own, and the version that nothing stands under any more is destroyed. What
is left to do can be read from the keys and the values themselves, so a run that was killed is taken
up by the next one. Rotation waits for nobody's row: it comes back to those that somebody holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction

from accounts import crypto, edits, keys
from accounts.fields import EncryptedBytes
from accounts.ids import NIL
from accounts.models import DataKey, IndexKey
from accounts.selectors import key_status, sealed
from accounts.selectors.sealed import SealedTable
from accounts.tenancy import current_scope, practice_scope
from audit.actions import Action
from audit.selectors import values
from audit.services import events
from audit.services import values as value_services

ROWS, DOCUMENTS = 200, 20
"""Rows of one batch; fewer where a row holds a whole document."""

GRACE = timedelta(minutes=10)
"""How long an old key of the installation outlives its successor: what the gate's tables hold is
written in transactions that do not wait for it."""

HEADER_AND_NONCE = crypto.TEXT_AT


class AlreadyRotating(Exception):
    """An older version is still there: its values move first."""

    def __init__(self) -> None:
        super().__init__("A new key was made before, and the values are still moving to it.")


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch did, and from which row the next goes on; None at the table's end."""

    moved: int
    damaged: int
    after: Any


@transaction.atomic
def rewrap() -> int:
    """Wrap the keys of the open scope with the newest key-encryption key; return how many."""
    newest, count = crypto.ring().newest, 0
    practice_id = current_scope().practice_id
    for model in (DataKey, IndexKey):
        for row in model._default_manager.filter(destroyed_at=None).exclude(kek_version=newest):
            number = getattr(row, "version", keys.INDEX_KEY)
            kek, wrapped = crypto.rewrap(
                bytes(row.wrapped or b""),
                practice_id=practice_id,
                version=number,
                kek_version=row.kek_version,
            )
            same = model._default_manager.filter(pk=row.pk, kek_version=row.kek_version)
            count += same.filter(destroyed_at=None).update(kek_version=kek, wrapped=wrapped)
    if count:
        events.record(Action.KEYS_REWRAPPED, count=count, kek=newest)
    return count


@transaction.atomic
def start() -> int:
    """Make the next version of the open scope's data key, and return its number.

    Raises:
        AlreadyRotating: an older version is not destroyed yet.
        keys.KeyDestroyed: the practice's keys were destroyed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock("
            "hashtextextended('rotation ' || current_practice_id(), 0))"
        )
    if key_status.old_versions():
        raise AlreadyRotating
    number = keys.add_version()
    events.record(Action.DATA_KEY_ROTATION_STARTED, version=number)
    return number


def finish(
    scope: UUID,
    *,
    clock: Callable[[], datetime],
    progress: Callable[[int], None] = lambda moved: None,
    goes_on: Callable[[], bool] = lambda: True,
) -> bool:
    """Move what stands under old versions of a scope's key, and destroy them; say whether it is so.

    Opens scopes of its own, one for each batch. ``goes_on`` is asked before each: a worker that
    has to stop loses nothing. ``progress`` is told how many values were moved.
    """
    total = 0
    with practice_scope(scope):
        if not key_status.old_versions():
            return True
        tables = [table.name for table in sealed.own_tables()]
    for name in [*tables, edits.TABLE]:
        after: Any = None
        while goes_on():
            with practice_scope(scope):
                batch = _move(name, after)
            total += batch.moved
            progress(total)
            after = batch.after
            if after is None:
                break
    with practice_scope(scope):
        return _destroy_empty(total, clock())


def _move(name: str, after: Any) -> Batch:
    if name == edits.TABLE:
        return _move_edits(after or 0)
    table = next(table for table in sealed.own_tables() if table.name == name)
    # The gate's transaction ends inside the scope, whose lock keeps the newest key alive.
    with transaction.atomic(using=table.alias):
        return _move_rows(table, after or NIL)


def _move_rows(table: SealedTable, after: UUID) -> Batch:
    newest = keys.active()
    limit = DOCUMENTS if any(isinstance(f, EncryptedBytes) for f in table.fields) else ROWS
    number = newest.version.to_bytes(4, "big")
    columns = [f'"{column}"' for column in table.columns]
    old = " OR ".join(f"substring({column} FROM 3 FOR 4) <> %s" for column in columns)
    rows = table.run(
        f"SELECT {table.key}, {', '.join(columns)} FROM {table.name}"  # noqa: S608  # names of our own
        f" WHERE {table.key} > %s AND ({old}) ORDER BY {table.key} LIMIT {limit}"
        " FOR NO KEY UPDATE SKIP LOCKED",
        [after, *[number] * len(columns)],
    )
    fresh, damaged = [], 0
    for row_id, *held in rows:
        try:
            fresh.append((row_id, *_resealed(table, row_id, held, newest)))
        except crypto.IntegrityFailure:
            damaged += 1
    moved = _write(table, columns, fresh) if fresh else 0
    return Batch(moved, damaged, rows[-1][0] if rows else None)


def _resealed(
    table: SealedTable, row_id: UUID, held: list[bytes | None], newest: keys.DataKey
) -> list[bytes | None]:
    """Return each value's beginning as it is, and its new bytes, or None where it is new."""
    found: list[bytes | None] = []
    for field, value in zip(table.fields, held, strict=True):
        if value is None or crypto.version_of(bytes(value)) == newest.version:
            found += (None, None)
            continue
        plain = field.open_bytes(row_id, bytes(value))
        cipher = newest.cipher(table.name, str(field.column))
        found += (bytes(value)[:HEADER_AND_NONCE], cipher.seal(plain, row_id))
    return found


def _write(table: SealedTable, columns: list[str], fresh: list[tuple[Any, ...]]) -> int:
    """Swap in new values where the old ones still stand (a nonce never comes twice)."""
    names, sets, same = ["row_id uuid"], [], []
    for place, column in enumerate(columns):
        names += (f"old_{place} bytea", f"new_{place} bytea")
        sets.append(f"{column} = coalesce(new_{place}, held.{column})")
        same.append(
            f"(old_{place} IS NULL OR substring(held.{column} FROM 1 FOR {HEADER_AND_NONCE})"
            f" = old_{place})"
        )
    types = ", ".join(f"%s::{name.split()[1]}[]" for name in names)
    aliases = ", ".join(name.split()[0] for name in names)
    with connections[table.alias].cursor() as cursor:
        cursor.execute(
            f"UPDATE {table.name} AS held SET {', '.join(sets)}"  # noqa: S608  # names of our own
            f" FROM unnest({types}) AS given ({aliases})"
            f" WHERE held.{table.key} = row_id AND {' AND '.join(same)}",
            [list(column) for column in zip(*fresh, strict=True)],
        )
    return sum(value is not None for row in fresh for value in row[2::2])


def _move_edits(after: int) -> Batch:
    newest = keys.active().version
    found = values.sealed(after=after, limit=ROWS, but_version=newest)
    moved = damaged = 0
    for value in found:
        try:
            ciphertext, version = edits.resealed(value.ciphertext, value.commitment)
        except crypto.IntegrityFailure:
            damaged += 1
            continue
        moved += value_services.replace(value, ciphertext=ciphertext, key_version=version)
    return Batch(moved, damaged, found[-1].seq if found else None)


def _destroy_empty(moved: int, now: datetime) -> bool:
    """Destroy the old versions that nothing stands under; say whether that was all of them."""
    old = key_status.old_versions()
    if sealed.under_versions().keys() & set(old) or _is_too_soon(now):
        return False
    with connection.cursor() as cursor:
        # Whoever seals holds a share of it: a busy practice lets go in a moment, or the next run.
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock("
            "hashtextextended('data keys ' || current_practice_id(), 0))"
        )
        if not cursor.fetchone()[0]:
            return False
    left = sealed.under_versions()
    for number in old:
        if not left[number]:
            live = DataKey.objects.filter(version=number, destroyed_at=None)
            if live.update(wrapped=None, destroyed_at=now):
                events.record(Action.DATA_KEY_DESTROYED, version=number)
    keys.forget_scope()
    if key_status.old_versions():
        return False
    newest = DataKey.objects.order_by("-version")[0].version
    events.record(Action.DATA_KEY_ROTATED, version=newest, count=moved)
    return True


def _is_too_soon(now: datetime) -> bool:
    newest = DataKey.objects.order_by("-version")[0]
    return current_scope().practice_id == NIL and newest.created_at > now - GRACE
