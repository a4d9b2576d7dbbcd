"""Reading the sealed search texts of many clients at once, as fast as it goes.

More than half of the time would go into rows, and into turning bytes into values: so the database
lays the texts side by side, by length and key, and sends them in its own binary form; and only
what may be meant becomes an id and a text.
"""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.crypto import HEADER_BYTES
from accounts.sealed_columns import SideBySide, open_packed
from clients.models import Client, SearchText

_PACKED = """
SELECT substr(text, 1, %s), length(text), string_agg(uuid_send(id) || substr(text, %s), '')
FROM ({texts}) AS texts (id, text)
GROUP BY 1, 2
"""


def opened(
    visible: QuerySet[Client], *, words: Sequence[str] = (), also: Collection[UUID] = ()
) -> Iterator[list[tuple[UUID, str]]]:
    """Yield (id of the text, text) of the visible clients, by length and key, in no order.

    With ``words``, only texts that hold all of them, and those of the ids ``also``.

    Raises:
        crypto.IntegrityFailure: one was altered or belongs to another cell.
    """
    found = SearchText.objects.all()
    if visible.query.where or visible.query.is_sliced:  # Else it is everybody.
        found = found.filter(client__in=visible)
    try:
        query, parameters = found.values_list("pk", "text").query.sql_with_params()
    except EmptyResultSet:
        return
    kept = {pk.bytes for pk in also}
    packed = _PACKED.format(texts=query).encode()
    parts = (HEADER_BYTES, HEADER_BYTES + 1, *parameters)
    with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
        groups = cursor.execute(packed, parts, binary=True).fetchall()
    for header, length, side_by_side in groups:
        texts = open_packed(SearchText, "text", header=header, length=length, packed=side_by_side)
        yield [
            (UUID(bytes=texts.row_id(at)), texts.value(at).decode())
            for at in _meant(texts, words, kept)
        ]


def _meant(texts: SideBySide, words: Sequence[str], also: Collection[bytes]) -> Collection[int]:
    """Return which of the texts hold all the words, or are of the ids ``also``."""
    everyone = range(len(texts))
    if not words:
        return everyone
    holding = set.intersection(*(set(texts.holding(word.encode())) for word in words))
    return holding.union(at for at in everyone if texts.row_id(at) in also) if also else holding
