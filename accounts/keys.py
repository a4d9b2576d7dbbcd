"""The keys of the open scope: read from their rows, unwrapped, kept in memory for half a minute.

A practice has one data key with versions, which seals its values, and one index key, which never
rotates: its fingerprints and the marks that writes leave on the log stay the same for ever.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from accounts import crypto
from accounts.ids import NIL, uuid7
from accounts.tenancy import borrowed_scope, current_scope, in_scope, installation_scope

KEPT_SECONDS = 30.0
"""How long a process goes on with keys that it has read: a key that was destroyed opens nothing
after that, anywhere."""

INDEX_KEY = 0
"""The version under which the index key is wrapped; data keys count from 1."""


class KeyDestroyed(crypto.IntegrityFailure):
    """The key was destroyed: what was sealed under it cannot be opened by anybody."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """One version of a practice's data key, with the ciphers of the columns that it sealed."""

    practice_id: UUID
    version: int
    secret: bytes = field(repr=False)
    _ciphers: dict[tuple[str, str], crypto.ColumnCipher] = field(
        default_factory=dict, repr=False, compare=False
    )

    def cipher(self, table: str, column: str) -> crypto.ColumnCipher:
        """Return the cipher of a column, made once."""
        return self.cipher_at((table, column))

    def cipher_at(self, place: tuple[str, str]) -> crypto.ColumnCipher:
        """Return the cipher of a (table, column), made once."""
        try:
            return self._ciphers[place]
        except KeyError:
            table, column = place
            made = crypto.ColumnCipher(
                self.secret,
                version=self.version,
                practice_id=self.practice_id,
                table=table,
                column=column,
            )
            return self._ciphers.setdefault(place, made)


@dataclass(frozen=True, slots=True)
class Kept:
    """What this process knows of one practice's keys, and until when it goes by that."""

    until: float
    versions: dict[int, DataKey]
    index: bytes | None = field(repr=False)
    destroyed: frozenset[int]


_kept: dict[UUID, Kept] = {}


def forget() -> None:
    """Drop every unwrapped key of this process."""
    _kept.clear()


def forget_scope() -> None:
    """Drop what this process keeps of the open scope's keys, because they have changed."""
    scope = current_scope()
    _kept.pop(scope.practice_id, None)
    scope.held.clear()
    scope.ciphers.clear()


def active() -> DataKey:
    """Return the newest data key of the open scope, which seals new values.

    Until the transaction ends, that key is not destroyed: ``newest_data_key()`` holds a lock that
    whoever destroys one waits for.

    Raises:
        KeyDestroyed: the practice's keys were destroyed.
        crypto.IntegrityFailure: the scope has no data key, or it does not unwrap.
    """
    return version(_newest())


def _newest() -> int:
    """Return the number of the newest data key, asked once in each savepoint that is still open."""
    held = current_scope().held
    here = frozenset(connection.savepoint_ids)
    for savepoints, number in held:
        if savepoints <= here:
            return number
    with connection.cursor() as cursor:
        cursor.execute("SELECT newest_data_key()")
        number = cursor.fetchone()[0]
    if number is None:
        _load(current_scope().practice_id)
        raise KeyDestroyed("The keys of this practice were destroyed.")
    held[:] = [(savepoints, old) for savepoints, old in held if savepoints <= here]
    held.append((here, number))
    return int(number)


def version(number: int) -> DataKey:
    """Return one version of the open scope's data key.

    Raises:
        KeyDestroyed: it was destroyed.
        crypto.IntegrityFailure: there is no such key, or it does not unwrap.
    """
    practice_id = current_scope().practice_id
    kept = _kept.get(practice_id)
    if kept is None or time.monotonic() >= kept.until:
        kept = _load(practice_id)
    if number not in kept.versions and number not in kept.destroyed:
        kept = _load(practice_id)
    try:
        return kept.versions[number]
    except KeyError:
        if number in kept.destroyed:
            raise KeyDestroyed(f"Data key {number} was destroyed.") from None
        raise crypto.IntegrityFailure(f"Data key {number} does not exist.") from None


def installation_version(number: int) -> DataKey:
    """Return one version of the installation's data key, whichever scope is open, or none.

    Raises:
        KeyDestroyed, crypto.IntegrityFailure: as ``version``.
    """
    kept = _kept.get(NIL)
    if kept is not None and number in kept.versions and time.monotonic() < kept.until:
        return kept.versions[number]
    with installation():
        return version(number)


def index_key() -> bytes:
    """Return the open scope's index key, which does not rotate.

    Raises:
        KeyDestroyed: it was destroyed with the practice's data keys.
        crypto.IntegrityFailure: there is none, or it does not unwrap.
    """
    practice_id = current_scope().practice_id
    index = _of(practice_id).index or _load(practice_id).index
    if index is not None:
        return index
    if INDEX_KEY in _kept[practice_id].destroyed:
        raise KeyDestroyed("The keys of this practice were destroyed.")
    raise crypto.IntegrityFailure("This scope has no index key: run provision_context.")


def are_destroyed() -> bool:
    """Say whether the open scope's keys were destroyed."""
    return INDEX_KEY in _of(current_scope().practice_id).destroyed


def _of(practice_id: UUID) -> Kept:
    kept = _kept.get(practice_id)
    if kept is None or time.monotonic() >= kept.until:
        return _load(practice_id)
    return kept


def _load(practice_id: UUID) -> Kept:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, kek_version, wrapped FROM accounts_datakey WHERE practice_id = %s"
            " UNION ALL"
            " SELECT %s, kek_version, wrapped FROM accounts_indexkey WHERE practice_id = %s",
            [practice_id, INDEX_KEY, practice_id],
        )
        rows = cursor.fetchall()
    if not rows:
        raise crypto.IntegrityFailure("This scope has no data key.")
    secrets_of = {
        number: crypto.unwrap(
            bytes(wrapped), practice_id=practice_id, version=number, kek_version=kek_version
        )
        for number, kek_version, wrapped in rows
        if wrapped is not None
    }
    index = secrets_of.pop(INDEX_KEY, None)
    kept = _kept[practice_id] = Kept(
        time.monotonic() + KEPT_SECONDS,
        {number: DataKey(practice_id, number, key) for number, key in secrets_of.items()},
        index,
        frozenset(number for number, _, wrapped in rows if wrapped is None),
    )
    return kept


def create() -> bool:
    """Give the open scope its first data key and its index key, where it has none.

    Returns whether it had a data key and no index key. Such a practice was founded when the first
    data key made its fingerprints: a copy of that key goes on making them.
    """
    made = _insert("accounts_datakey", {"version": 1}, secrets.token_bytes(32), version=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM accounts_indexkey)")
        has_index = bool(cursor.fetchone()[0])
    if not has_index:
        forget_scope()
        secret = secrets.token_bytes(32) if made else version(1).secret
        _insert("accounts_indexkey", {}, secret, version=INDEX_KEY)
    forget_scope()
    return not (made or has_index)


def add_version() -> int:
    """Give the open scope the next version of its data key, and return its number.

    New values are sealed with it from the next transaction on; old ones wait for rotation.
    """
    number = _newest() + 1
    _insert("accounts_datakey", {"version": number}, secrets.token_bytes(32), version=number)
    forget_scope()
    return number


def _insert(table: str, given: dict[str, int], secret: bytes, *, version: int) -> bool:
    kek_version, wrapped = crypto.wrap(
        secret, practice_id=current_scope().practice_id, version=version
    )
    row: dict[str, UUID | int | bytes] = {
        "id": uuid7(),
        **given,
        "kek_version": kek_version,
        "wrapped": wrapped,
    }
    places = ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places}) ON CONFLICT DO NOTHING",  # noqa: S608  # names of our own
            list(row.values()),
        )
        return bool(cursor.rowcount)


def fingerprint(text: str, *, purpose: str) -> bytes:
    """Return a keyed hash of a text under the scope's index key, which does not rotate."""
    return crypto.fingerprint(index_key(), text, purpose=purpose)


def installation_fingerprint(text: str, *, purpose: str) -> bytes:
    """Return a keyed hash under the installation's index key, for what has no practice yet."""
    kept = _kept.get(NIL)
    if kept is not None and kept.index is not None and time.monotonic() < kept.until:
        return crypto.fingerprint(kept.index, text, purpose=purpose)
    with installation():
        return fingerprint(text, purpose=purpose)


@contextmanager
def installation() -> Iterator[None]:
    """A moment in the installation's scope, whether or not a practice's scope is open."""
    with borrowed_scope(NIL) if in_scope() else installation_scope():
        yield
