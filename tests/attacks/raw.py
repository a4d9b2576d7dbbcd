"""Plain SQL as the role ``app``: what an injection could send, and what it is told."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.db import DatabaseError, connection, connections, transaction

from accounts.tenancy import practice_scope

PASSING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|[\d,]+ events|no\. [\d,]+|-in="\d+"|urn:request:\w+'
)
"""What differs from one answer to the next, whatever was asked."""

UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Told:
    """What the database answered: rows, or a refusal without the ids that were asked for."""

    rows: tuple[tuple[Any, ...], ...] = ()
    code: str = ""
    words: str = ""

    @property
    def is_refusal(self) -> bool:
        return bool(self.code)


def ask(statement: str, parameters: Sequence[Any] = (), using: str = "default") -> Told:
    """Send a statement inside a savepoint of the open transaction, and undo what it did."""
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(statement, parameters)
            rows = tuple(cursor.fetchall()) if cursor.description else ()
            transaction.set_rollback(True, using=using)
            return Told(rows)
    except DatabaseError as error:
        cause = error.__cause__
        assert isinstance(cause, psycopg.Error)
        return Told(code=cause.sqlstate or "", words=UUIDS.sub("…", str(cause)))


@contextmanager
def inside(practice_id: UUID) -> Iterator[None]:
    """Stand in a practice's scope for a while, and leave nothing behind."""
    with practice_scope(practice_id):
        yield
        transaction.set_rollback(True)


@contextmanager
def with_context(context: str) -> Iterator[None]:
    """Stand in a transaction whose context was set by hand."""
    with transaction.atomic():
        set_context(context)
        yield
        transaction.set_rollback(True)


def set_context(context: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.context', %s, true)", [context])


def masked(answer: Any) -> str:
    """Return the text of an answer, without what differs from one request to the next."""
    return UUIDS.sub("…", PASSING.sub("…", answer.content.decode("utf-8", "replace")))


def looked_up(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Read past row security, as the role ``backup`` does."""
    with connections["backup"].cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
