"""The private Valkey server: on a unix socket only, and what was queued survives it."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.dev import users
from config.dev.processes import Child, Family
from config.dev.state import State
from config.dev.valkey import Valkey


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    state = State(tmp_path / "state")
    state.prepare()
    yield Valkey(state)
    state.discard()


@pytest.fixture
def family(server: Valkey) -> Iterator[Family]:
    made = Family(server.state.folder / "children.json")
    yield made
    made.stop()


def started(server: Valkey, family: Family) -> Child:
    child = server.start(family)
    server.wait(child)
    return child


def client_of(server: Valkey) -> redis.Redis:
    return redis.Redis.from_url(server.environment()["REDIS_URL"], decode_responses=True)


def test_what_was_queued_survives_a_kill(server: Valkey, family: Family) -> None:
    child = started(server, family)
    with client_of(server) as client:
        client.rpush("queue", "wake up")
        client.execute_command("WAITAOF", 1, 0, 2000)

    child.process.kill()
    child.process.wait()
    started(server, family)

    with client_of(server) as client:
        assert client.lrange("queue", 0, -1) == ["wake up"]


def test_it_listens_on_no_port_and_its_socket_is_private(server: Valkey, family: Family) -> None:
    started(server, family)

    with client_of(server) as client:
        assert client.config_get("port") == {"port": "0"}
    mode = server.socket.stat()
    assert stat.S_IMODE(mode.st_mode) & 0o077 == 0
    assert mode.st_uid == users.server_uid()
