"""Tenancy: the scope in which one practice's rows exist. Nothing else names the tenant.

The context is signed, because the ``app`` role can set any custom setting: a plain one would
fall to the first SQL injection. It is set through a server-bound cursor, so that its value never
stands in a query's text, and it ends with the transaction.
"""

import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, connections, models, transaction
from django.db.backends.utils import CursorWrapper

from accounts import crypto
from accounts.ids import NIL, uuid7
from audit.services import events

CONTEXT_SECONDS = 300
"""How long a signed context may start transactions: it covers the two machines' clock skew."""


class NoScope(Exception):
    """Something of a practice was asked for outside any practice's scope."""


class ScopesDoNotNest(Exception):
    """A scope was opened inside another one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows exist right now, and who acts."""

    practice_id: UUID
    person_id: UUID | None
    held: list[tuple[frozenset[object], int]] = field(
        default_factory=list, repr=False, compare=False
    )
    """Newest data keys that this transaction holds on to, each with the savepoints it needs."""
    ciphers: dict[tuple[int, bytes], crypto.ColumnCipher] = field(
        default_factory=dict, repr=False, compare=False
    )
    """What opens the values of a column under one key, as this transaction has used it."""
    entered: list[tuple[Any, ...]] = field(default_factory=list, repr=False, compare=False)
    """What the entry returned, if the scope was opened by one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement that opens a scope and reads something in it, in one round trip.

    Its first parameter is the signed context, which it has to set.
    """

    statement: str
    values: tuple[object, ...] = ()


CONTEXT_ONLY = Entry("SELECT set_config('app.context', %s, true)")

_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope:
    """Return the open scope.

    Raises:
        NoScope: none is open.
    """
    scope = _scope.get()
    if scope is None:
        raise NoScope("Open a practice's scope first.")
    return scope


def in_scope() -> bool:
    """Return whether a scope is open."""
    return _scope.get() is not None


@contextmanager
def practice_scope(
    practice_id: UUID, *, person_id: UUID | None = None, entry: Entry = CONTEXT_ONLY
) -> Iterator[Scope]:
    """Open the transaction in which one practice's rows exist. Scopes do not nest.

    What the ``entry`` returns stands in the scope. On leaving, every deferred constraint is
    checked and the audit events are appended as the last statement before the commit; if either
    fails, nothing happened.
    """
    if in_scope():
        raise ScopesDoNotNest("This practice's scope is opened inside another one.")
    scope = Scope(practice_id, person_id)
    with transaction.atomic(durable=True):
        scope.entered.extend(_set_context(_signed(scope), entry))
        token = _scope.set(scope)
        try:
            yield scope
            if not transaction.get_rollback():
                _finish()
        finally:
            _scope.reset(token)


@contextmanager
def installation_scope(*, person_id: UUID | None = None) -> Iterator[Scope]:
    """Open the scope of the installation itself: failed sign-ins, keys, backups."""
    with practice_scope(NIL, person_id=person_id) as scope:
        yield scope


@contextmanager
def owner_scope(practice_id: UUID) -> Iterator[CursorWrapper]:
    """Open a transaction of the owner in which one practice's rows exist, for a command of theirs.

    What is done here is on no log; whoever calls records it in the practice's own scope.
    """
    owner = connections["owner"]
    with transaction.atomic(using="owner", durable=True):
        with owner.wrap_database_errors, psycopg.Cursor(owner.connection) as cursor:
            cursor.execute(CONTEXT_ONLY.statement, [_signed(Scope(practice_id, None))])
        with owner.cursor() as cursor:
            yield cursor


@contextmanager
def borrowed_scope(practice_id: UUID) -> Iterator[None]:
    """See another scope's rows for a moment inside the open transaction, to read its keys."""
    outer = current_scope()
    inner = Scope(practice_id, outer.person_id)
    _set_context(_signed(inner))
    token = _scope.set(inner)
    try:
        yield
    finally:
        _scope.reset(token)
        _set_context(_signed(outer))


def _finish() -> None:
    is_held = len(connection.atomic_blocks) > 1
    if is_held and not events.are_waiting():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # It checks them before the chain is locked. Without events the commit itself does.
    events.flush()
    if is_held:
        # Only a test holds a transaction round a scope: leave it as it was found.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        _set_context("")


def _signed(scope: Scope) -> str:
    key_id = crypto.ring().newest
    expires_at = int(time.time()) + CONTEXT_SECONDS
    message = f"v1.{key_id}.{scope.practice_id}.{scope.person_id or '-'}.{expires_at}"
    mac = hmac.new(crypto.context_key(key_id), message.encode(), sha256).hexdigest()
    return f"{message}.{mac}"


def _set_context(context: str, entry: Entry = CONTEXT_ONLY) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(entry.statement, [context, *entry.values])
        return cursor.fetchall()


class CurrentPractice(models.Func):
    """The practice of the open scope, as the database knows it."""

    function = "current_practice_id"
    arity = 0
    output_field = models.UUIDField()


class PracticeModel(models.Model):
    """A row that belongs to one practice, set by the database and never by code."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField(db_default=CurrentPractice(), editable=False)

    class Meta:
        abstract = True


class PracticeKey(models.ForeignKey):  # type: ignore[type-arg]  # the plugin fills the types in
    """A reference to a row of the same practice.

    The constraint is the composite key (practice_id, x_id) made by ``row_security.tenant_table``:
    a link into another practice cannot exist.
    """

    def __init__(self, to: object, on_delete: object = models.PROTECT, **kwargs: object) -> None:
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **{**kwargs, "db_constraint": False, "db_index": False})  # type: ignore[arg-type]  # Django's stubs know only literal arguments.
