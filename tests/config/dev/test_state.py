"""The private folder of a launched stack."""

import base64
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.dev import users
from config.dev.state import SOCKET_PATH_BYTES_MAX, Refused, State


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = State(tmp_path / "state")
    made.prepare()
    yield made
    made.discard()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_may_read_what_is_kept(state: State) -> None:
    state.secret("app")
    files = [state.folder / "secrets.json", state.keys_file(), state.secret_key_file()]

    assert {mode_of(path) for path in files} == {0o600}
    assert mode_of(state.folder) & 0o066 == 0
    assert mode_of(state.logs) == 0o700


def test_a_secret_stays_what_it_was(state: State) -> None:
    first = state.secret("app")

    assert State(state.folder).secret("app") == first
    assert state.secret("gate") != first


def test_the_keys_file_holds_one_key_of_32_bytes(state: State) -> None:
    keys = json.loads(state.keys_file().read_text())

    assert [len(base64.b64decode(key)) for key in keys["kek"].values()] == [32]


def test_a_folder_that_cannot_be_made_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="cannot be written"):
        State(Path("/dev/null/state")).prepare()


def test_a_lock_is_held_by_one(state: State) -> None:
    with state.lock(), pytest.raises(BlockingIOError), state.lock(wait=False):
        pass

    with state.lock(wait=False):
        assert True, "the lock is free again"


def test_the_sockets_path_stays_short_in_a_deep_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("a-long-name" * 10)
    state = State(deep)
    state.prepare()

    sockets = state.socket_folder()

    assert len(str(sockets / ".s.PGSQL.65535.lock")) < SOCKET_PATH_BYTES_MAX
    assert mode_of(sockets) == 0o700
    assert state.socket_folder() == sockets
    state.discard()


def test_servers_keep_their_files_where_their_user_may_go(state: State) -> None:
    state.folder.parent.chmod(0o700)

    servers = state.servers

    assert users.can_enter(servers)
    assert servers.stat().st_uid == users.server_uid()
    assert state.servers == servers


def test_a_discarded_state_leaves_nothing_behind(state: State) -> None:
    folders = (state.folder, state.servers, state.socket_folder())

    state.discard()

    assert not any(folder.exists() for folder in folders)
