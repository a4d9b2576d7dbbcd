"""The whole stack: what a second start finds, and what it says where it cannot start."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.dev import demo, people
from config.dev.processes import Family
from config.dev.stack import claimed, guest, is_claimed, servers
from config.dev.state import Refused, State

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """A state folder in which the demo was filled once."""
    made = State(tmp_path_factory.mktemp("demo") / "state")
    try:
        with demo.stack(state=made.folder, lasting=True):
            assert len(people.read(made.folder)) == 10
        yield made
    finally:
        made.discard()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[State]:
    made = State(tmp_path / "state")
    made.prepare()
    yield made
    made.discard()


def test_a_second_start_finds_the_data_and_fills_nothing(state: State) -> None:
    before, said = people.read(state.folder), list[str]()

    with demo.stack(state=state.folder, lasting=True, say=said.append):
        pass

    assert people.read(state.folder) == before
    assert not any("Filling" in line for line in said)


def test_data_of_a_newer_schema_is_refused_in_words(state: State) -> None:
    with (
        claimed(state),
        servers(state) as running,
        psycopg.connect(running.env["DATABASE_OWNER_URL"]) as connection,
    ):
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('ledger', '0999_from_the_future', now())"
        )

    with (
        pytest.raises(Refused, match=r"does not know ledger\.0999_from_the_future"),
        demo.stack(state=state.folder, lasting=True),
    ):
        pass


def test_a_filling_that_was_cut_short_is_thrown_away(empty: State) -> None:
    with (
        claimed(empty),
        servers(empty) as running,
        psycopg.connect(running.env["DATABASE_OWNER_URL"]) as connection,
    ):
        connection.execute("CREATE TABLE half ()")
    (empty.folder / "filling").touch()

    with (
        demo.base(empty, demo.PORT, lasting=True, use_given=False, say=print) as running,
        psycopg.connect(running.env["DATABASE_OWNER_URL"]) as connection,
    ):
        left = connection.execute("SELECT to_regclass('half')").fetchone()

    assert left == (None,)
    assert not (empty.folder / "filling").exists()


def test_a_port_that_is_taken_is_refused_in_words(empty: State) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with (
            pytest.raises(Refused, match=f"Port {port} cannot be used .it is taken."),
            demo.stack(state=empty.folder, port=port),
        ):
            pass


def test_a_throw_away_stack_leaves_nothing(empty: State) -> None:
    with demo.base(empty, demo.PORT, lasting=False, use_given=False, say=print) as running:
        data = running.state.servers

    assert not data.exists()
    assert not empty.folder.exists()


def test_a_child_that_dies_is_named(empty: State) -> None:
    with demo.base(empty, demo.PORT, lasting=True, use_given=False, say=print) as running:
        victim = next(child for child in running.family.children if child.name == "Valkey")
        os.kill(victim.process.pid, signal.SIGKILL)
        victim.process.wait()

        with pytest.raises(Refused, match="Valkey ended unexpectedly"):
            running.check()


def test_another_command_is_the_guest_of_a_running_stack(empty: State) -> None:
    with demo.base(empty, demo.PORT, lasting=True, use_given=False, say=print) as running:
        assert is_claimed(empty)
        with guest(empty) as env:
            assert env == running.env

    assert not is_claimed(empty)
    with pytest.raises(Refused, match="start this again"), guest(empty):
        pass


def test_what_a_killed_stack_left_is_ended_and_its_data_found(empty: State) -> None:
    lost = Family(empty.folder / "children.json")
    with claimed(empty):
        running = servers(empty)
        stack = running.__enter__()
        with psycopg.connect(stack.env["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE kept ()")
    lost.children = stack.family.children

    with (
        claimed(empty),
        servers(empty) as again,
        psycopg.connect(again.env["DATABASE_OWNER_URL"]) as connection,
    ):
        assert connection.execute("SELECT to_regclass('kept')::text").fetchone() == ("kept",)

    lost.stop()
