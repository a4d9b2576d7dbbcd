"""The data keys of the open scope: read once a process, unwrapped, kept in its memory only."""

import secrets
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from accounts import crypto
from accounts.ids import NIL, uuid7
from accounts.tenancy import borrowed_scope, current_scope, in_scope, installation_scope


@dataclass(frozen=True, slots=True)
class DataKey:
    """One version of a practice's data key."""

    version: int
    secret: bytes = field(repr=False)


_unwrapped: dict[tuple[UUID, int], DataKey] = {}
_newest: dict[UUID, int] = {}


def forget() -> None:
    """Drop every unwrapped key of this process."""
    _unwrapped.clear()
    _newest.clear()


def active() -> DataKey:
    """Return the newest data key of the open scope, which seals new values.

    Raises:
        crypto.IntegrityFailure: the scope has no data key, or it does not unwrap.
    """
    practice_id = current_scope().practice_id
    if practice_id not in _newest:
        _load(practice_id)
    return version(_newest[practice_id])


def version(number: int) -> DataKey:
    """Return one version of the open scope's data key.

    Raises:
        crypto.IntegrityFailure: there is no such key, or it does not unwrap.
    """
    practice_id = current_scope().practice_id
    if (practice_id, number) not in _unwrapped:
        _load(practice_id)
    try:
        return _unwrapped[practice_id, number]
    except KeyError:
        raise crypto.IntegrityFailure(f"Data key {number} does not exist.") from None


def _load(practice_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, kek_version, wrapped FROM accounts_datakey"
            " WHERE practice_id = %s ORDER BY version",
            [practice_id],
        )
        rows = cursor.fetchall()
    if not rows:
        raise crypto.IntegrityFailure("This scope has no data key.")
    for number, kek_version, wrapped in rows:
        secret = crypto.unwrap(
            bytes(wrapped), practice_id=practice_id, version=number, kek_version=kek_version
        )
        _unwrapped[practice_id, number] = DataKey(number, secret)
    _newest[practice_id] = rows[-1][0]


def create() -> None:
    """Give the open scope its first data key, if it has none."""
    practice_id = current_scope().practice_id
    kek_version, wrapped = crypto.wrap(secrets.token_bytes(32), practice_id=practice_id, version=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_datakey (id, version, kek_version, wrapped)"
            " VALUES (%s, 1, %s, %s) ON CONFLICT (practice_id, version) DO NOTHING",
            [uuid7(), kek_version, wrapped],
        )
    _newest.pop(practice_id, None)


def fingerprint(text: str, *, purpose: str) -> bytes:
    """Return a keyed hash of a text under the practice's own key, which does not rotate."""
    return crypto.fingerprint(version(1).secret, text, purpose=purpose)


class installation:  # noqa: N801  # reads as a place: `with keys.installation():`
    """A moment in the installation's scope, whether or not a practice's scope is open."""

    def __enter__(self) -> None:
        self._scope = borrowed_scope(NIL) if in_scope() else installation_scope()
        self._scope.__enter__()

    def __exit__(self, *exc: object) -> None:
        self._scope.__exit__(*exc)  # type: ignore[arg-type]  # the three are passed on as they came
