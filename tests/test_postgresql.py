"""Whether a kept connection lives is known without asking the server."""

import select
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

SECONDS = 10


@pytest.fixture
def kept() -> Iterator[BaseDatabaseWrapper]:
    with closing(connection.copy()) as kept:
        kept.connect()
        yield kept


def test_a_quiet_connection_is_usable_and_nobody_is_asked(kept: BaseDatabaseWrapper) -> None:
    with CaptureQueriesContext(kept) as queries:
        assert kept.is_usable()

    assert not queries.captured_queries


def test_a_connection_that_the_server_ended_is_not_usable(kept: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [kept.connection.info.backend_pid])
    assert select.select([kept.connection], [], [], SECONDS)[0]

    assert not kept.is_usable()


def test_a_connection_that_was_closed_here_is_not_usable(kept: BaseDatabaseWrapper) -> None:
    kept.connection.close()

    assert not kept.is_usable()


def test_a_connection_on_which_a_notice_waits_is_usable(kept: BaseDatabaseWrapper) -> None:
    with kept.cursor() as cursor:
        cursor.execute("LISTEN told")
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("NOTIFY told")
    assert select.select([kept.connection], [], [], SECONDS)[0]

    assert kept.is_usable()
