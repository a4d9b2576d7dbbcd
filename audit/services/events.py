"""Recording what happened. An event is part of the transaction that it tells about."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction

from audit import marks
from audit.actions import Action
from audit.marks import Mark

FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LONGEST_TEXT = 200
LARGEST_NUMBER = 2**63 - 1


NO_MARKS: Mapping[str, str | int] = MappingProxyType({})
_marks: ContextVar[Mapping[str, str | int]] = ContextVar("marks", default=NO_MARKS)


NOWHERE: Mapping[str, str] = MappingProxyType({})
_origin: ContextVar[Mapping[str, str]] = ContextVar("origin", default=NOWHERE)


class NoTransaction(Exception):
    """An event was recorded outside a scope, where nothing could hold it to its act."""


class NotAppended(Exception):
    """A transaction was committed without the events that were recorded in it."""


class UnfitFact(Exception):
    """A fact is not an id, a code, a count or cents. The message never quotes its value."""


@dataclass(frozen=True, slots=True)
class SealedValues:
    """Values before and after an edit, sealed by the caller, with a commitment to them."""

    ciphertext: bytes
    key_version: int
    commitment: bytes


@dataclass(slots=True)
class Pending:
    """Events waiting for the end of the scope.

    Registered as an on-commit hook, so that Django drops it when its savepoint is rolled back.
    """

    events: list[dict[str, object]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    is_appended: bool = False

    def __call__(self) -> None:
        """Refuse to be forgotten: the scope appends before the commit."""
        if not self.is_appended:
            raise NotAppended(f"{len(self.events)} events were recorded outside a scope.")


def record(
    action: Action,
    *,
    target: models.Model | None = None,
    label: str = "",
    touched: Iterable[UUID] = (),
    values: SealedValues | None = None,
    **facts: str | int,
) -> None:
    """Say that something happened; practice and person come from the signed context.

    ``touched`` are the clients whose records were read or changed. Facts are ids, codes, counts
    and cents, never names or words of a person.

    Raises:
        NoTransaction: called outside a scope.
        UnfitFact: a fact or the label is not of that kind.
    """
    facts = {**facts, **_marks.get(), **_origin.get()}
    event: dict[str, object] = {"action": Action(action).value}
    if target is not None:
        event |= {"kind": target._meta.label_lower, "target": str(UUID(str(target.pk)))}
        label = label or str(getattr(target, "audit_label", ""))
    if label:
        event["label"] = _fit("label", label)
    if facts:
        event["facts"] = {name: _fit(name, value) for name, value in facts.items()}
    if clients := [str(client) for client in touched]:
        event["touched"] = clients
    if values is not None:
        event["commitment"] = values.commitment.hex()
        event["ciphertext"] = base64.b64encode(values.ciphertext).decode()
        event["key_version"] = values.key_version
    _open_batch().events.append(event)


def mark(written: Mark) -> None:
    """Let the log know the newest value of a sealed cell, without its words.

    The marks of a scope stand beside one of its events, whose hash covers them. Where none was
    recorded, one of their own tells how many there are.

    Raises:
        NoTransaction: called outside a scope.
    """
    _open_batch().marks.append(written)


def mark_many(written: Iterable[Mark]) -> None:
    """Do the same for many values at once."""
    _open_batch().marks.extend(written)


def settle_marks() -> None:
    """Put the marks that were left so far beside the last event, as the text that is stored.

    Whoever writes hundreds of thousands of values calls it after each batch and its event: the
    text takes a fraction of the room.

    Raises:
        NoTransaction: called outside a scope.
    """
    batch = _open_batch()
    if batch.marks:
        _carry(batch.events, batch.marks)
        batch.marks = []


@contextmanager
def coming_from(origin: Mapping[str, str]) -> Iterator[None]:
    """Let every event that is recorded meanwhile tell where it was asked for.

    ``origin`` holds facts of ``audit.sentences.ORIGIN``, as far as they are known; who passes a
    dict may learn of the session and of the roles later and add them.
    """
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


@contextmanager
def marked(**facts: str | int) -> Iterator[None]:
    """Let every event that is recorded meanwhile tell these facts too: by which way it came."""
    token = _marks.set(facts)
    try:
        yield
    finally:
        _marks.reset(token)


def flush() -> None:
    """Check every deferred constraint, then append the events of the open scope to its chain.

    The scope's last statement. What an enclosing transaction recorded is left to that one; only
    tests have such.
    """
    waiting = _waiting()
    if not waiting:
        return
    told = [event for pending in waiting for event in pending.events]
    if written := [left for pending in waiting for left in pending.marks]:
        _carry(told, written)
    events = json.dumps(told)
    # Bound by the server: what an event tells never stands in the text of a query.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute("SELECT audit_finish(%s::jsonb)", [events])
    for pending in waiting:
        pending.is_appended = True


def are_waiting() -> bool:
    """Return whether the open scope has anything to append."""
    return bool(_waiting())


def _waiting() -> list[Pending]:
    here = set(connection.savepoint_ids)
    return [
        hook
        for savepoints, hook, *_ in connection.run_on_commit
        if isinstance(hook, Pending) and not hook.is_appended and savepoints >= here
    ]


def _carry(told: list[dict[str, object]], written: list[Mark]) -> None:
    """Put marks beside the last event that carries nothing yet, and after what carries some.

    Of several marks of one cell the last event's counts.
    """
    carrier = None
    for event in reversed(told):
        if "commitment" not in event:
            carrier = event
            break
        if event["key_version"] == marks.NOT_SEALED:
            break
    if carrier is None:
        count = len({left.row_id for left in written})
        carrier = {"action": Action.VALUES_SEALED.value, "facts": {"count": count}}
        told.append(carrier)
    text = marks.text(written)
    carrier["commitment"] = marks.commitment(text).hex()
    carrier["ciphertext"] = base64.b64encode(text).decode()
    carrier["key_version"] = marks.NOT_SEALED


def _open_batch() -> Pending:
    """Return the batch for the innermost savepoint: a new one, or the last if it is still it."""
    held = connections[DEFAULT_DB_ALIAS]  # Found once: every sealed value asks for it.
    if not held.in_atomic_block:
        raise NoTransaction("Record an event inside the scope of what it tells about.")
    if held.run_on_commit:
        savepoints, hook, *_ = held.run_on_commit[-1]
        same_savepoints = savepoints == set(held.savepoint_ids)
        if isinstance(hook, Pending) and not hook.is_appended and same_savepoints:
            return hook
    batch = Pending()
    transaction.on_commit(batch)
    return batch


def _fit(name: str, value: str | int) -> str | int:
    if not FACT_NAME.fullmatch(name):
        raise UnfitFact("The name of a fact is lower_snake.")
    if isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable():
        return str(value)
    if type(value) is int and abs(value) <= LARGEST_NUMBER:
        return value
    raise UnfitFact(f"The fact {name} is not an id, a code, a count or cents.")
