"""Reading the sealed search texts of many clients at once, as fast as it goes.

Half of the time would go into turning bytes into values and back: so the rows are read in the
database's own binary form, by a cursor that binds its parameters on the server, and only what may
be meant becomes an id and a text.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg.adapt import Loader
from psycopg.pq import Format

from accounts.crypto import unpadded
from accounts.sealed_columns import open_padded
from clients.models import Client, SearchText

BATCH = 1_000
"""So many are open at once: fewer calls cost less, and fewer objects cost the collector less."""


class _AsBytes(Loader):
    """Leaves an id as the sixteen bytes that it is."""

    format = Format.BINARY

    def load(self, data: Any) -> bytes:
        return bytes(data)


def opened(
    visible: QuerySet[Client], *, words: Sequence[str] = (), also: Collection[UUID] = ()
) -> Iterator[list[tuple[UUID, str]]]:
    """Yield (id of the text, text) of the visible clients, batch by batch, in no order.

    With ``words``, only texts that hold all of them, and those of the ids ``also``.

    Raises:
        crypto.IntegrityFailure: one was altered or belongs to another cell.
    """
    texts = SearchText.objects.all()
    if visible.query.where or visible.query.is_sliced:  # Else it is everybody.
        texts = texts.filter(client__in=visible)
    try:
        query, parameters = texts.values_list("pk", "text").query.sql_with_params()
    except EmptyResultSet:
        return
    # A text and a word in UTF-8 stand in each other where their bytes do, and no padding is UTF-8.
    wanted = [word.encode() for word in words]
    kept = {pk.bytes for pk in also}
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.adapters.register_loader("uuid", _AsBytes)
        with connection.wrap_database_errors:
            cursor.execute(query.encode(), parameters, binary=True)
        while rows := cursor.fetchmany(BATCH):
            yield [
                (UUID(bytes=pk), unpadded(padded).decode())
                for pk, padded in _holding(open_padded(SearchText, "text", rows), wanted, kept)
            ]


def _holding(
    rows: list[tuple[bytes, bytes]], words: list[bytes], also: set[bytes]
) -> list[tuple[bytes, bytes]]:
    always = [row for row in rows if row[0] in also] if also else []
    for word in words:
        rows = [row for row in rows if word in row[1]]
    return rows if not (always and words) else list({*rows, *always})
