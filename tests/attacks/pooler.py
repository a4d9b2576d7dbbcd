"""A pooler between the product and PostgreSQL: PgBouncer, one server connection for everybody."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from config.dev import users
from config.dev.postgres import free_port
from config.dev.processes import Child, Family
from config.dev.state import State, write_private

REQUIRED = "CI_POOLER_REQUIRED"
READY_SECONDS = 10.0
SETTINGS = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {people}
pool_mode = transaction
default_pool_size = 1
reserve_pool_size = 0
max_client_conn = 100
server_login_retry = 1
server_reset_query =
ignore_startup_parameters = extra_float_digits
"""


@dataclass(frozen=True, slots=True)
class Pooler:
    """Where a running pooler listens, its process, and how to go round it to the server."""

    port: int
    child: Child
    direct: dict[str, Any]

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection through the pooler."""
        return psycopg.connect(**self.direct | {"host": "127.0.0.1", "port": self.port})


def program() -> str:
    """Return PgBouncer's program; the test is skipped without it, or fails where CI needs it."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found:
        return found
    words = "PgBouncer was not found (apt-get install pgbouncer): NO POOLER TEST RUNS."
    if os.environ.get(REQUIRED):
        pytest.fail(words)
    pytest.skip(words)


@contextmanager
def pooled(folder: Path) -> Iterator[Pooler]:
    """Run a pooler with one connection to the server in transaction mode, as the app's role."""
    path, state = program(), State(folder / "pooler")
    state.prepare()
    server: dict[str, Any] = connections.settings["default"]
    port, people, settings = free_port(), state.servers / "people", state.servers / "pooler.ini"
    write_private(people, f'"{server["USER"]}" "{server["PASSWORD"]}"\n')
    where = {"host": server["HOST"] or "127.0.0.1", "port": server["PORT"] or "5432"}
    write_private(settings, SETTINGS.format(**where, listen=port, people=people))
    users.give(people)
    users.give(settings)
    family = Family(state.folder / "children.json")
    try:
        child = family.start(
            "PgBouncer",
            [path, str(settings)],
            log=state.logs / "pooler.log",
            env={"PATH": os.environ.get("PATH", os.defpath)},
            as_server=True,
        )
        pooler = Pooler(port, child, _direct())
        _await(pooler)
        yield pooler
    finally:
        family.stop()
        state.discard()


def _await(pooler: Pooler) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and pooler.child.exit_code is None:
        try:
            pooler.connect().close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    pytest.fail(f"The pooler does not serve: {pooler.child.last_words()}")


def _direct() -> dict[str, Any]:
    """Return how to reach the server as the app's role, without anything in between."""
    parameters: dict[str, Any] = connections["default"].get_connection_params()
    return parameters | {"cursor_factory": psycopg.Cursor, "autocommit": True}


@contextmanager
def through(pooler: Pooler) -> Iterator[None]:
    """Let the product's own connection go through a pooler; ``gate`` and the others do not."""
    settings = connections.settings["default"]
    before = {name: settings[name] for name in ("HOST", "PORT")}
    connections["default"].close()
    settings.update({"HOST": "127.0.0.1", "PORT": str(pooler.port)})
    try:
        yield
    finally:
        connections["default"].close()
        settings.update(before)
