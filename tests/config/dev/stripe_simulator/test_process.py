"""The simulator as a process of its own: starting, refusing, ending, and coming back."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from config.dev.stripe_simulator.__main__ import live_key
from tests.config.dev.stripe_simulator import making
from tests.config.dev.stripe_simulator.running import (
    Running,
    checked_client,
    eventually,
    receiving,
)

ROOT = Path(__file__).resolve().parents[4]


def command(state: Path, port: int) -> list[str]:
    module = "config.dev.stripe_simulator"
    return [sys.executable, "-m", module, "--port", str(port), "--state", str(state)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | more


@contextmanager
def process(state: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command(state, port),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            assert started.stdout is not None
            line = started.stdout.readline()
            assert line == f"The Stripe simulator listens on http://127.0.0.1:{port}\n"
            yield started
        finally:
            started.kill()


def refusal(state: Path, port: int, **more: str) -> str:
    """What is said on standard error by a start that ends at once with 1."""
    ended = subprocess.run(
        command(state, port),
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_a_kill_loses_nothing_and_the_events_arrive_after_the_restart(state: Path) -> None:
    port, hook = free_port(), free_port()
    with process(state, port), checked_client(f"http://127.0.0.1:{port}") as client:
        endpoint = making.listen(client, f"http://127.0.0.1:{hook}/hook", "charge.succeeded")
        session = making.session(client)
        Running(f"http://127.0.0.1:{port}").pay(session.url)

    with receiving(hook) as receiver, process(state, port):
        with checked_client(f"http://127.0.0.1:{port}") as client:
            paid = client.v1.checkout.sessions.retrieve(session.id)
            known = client.v1.webhook_endpoints.retrieve(endpoint.id)
        eventually(lambda: receiver.types() == ["charge.succeeded"])

    assert (paid.payment_status, known.url) == ("paid", endpoint.url)


def test_a_key_seen_before_a_kill_is_still_known(state: Path) -> None:
    answers = []
    port = free_port()

    for _ in range(2):
        with process(state, port), checked_client(f"http://127.0.0.1:{port}") as client:
            answers.append(client.v1.customers.create({}, {"idempotency_key": "k-1"}).id)

    assert answers[0] == answers[1]


@pytest.mark.parametrize("signal_name", ["SIGTERM", "SIGINT"])
def test_it_ends_when_it_is_told_to(state: Path, signal_name: str) -> None:
    with process(state, free_port()) as started:
        started.send_signal(getattr(signal, signal_name))
        assert started.wait(timeout=10) == 0
        assert started.stderr is not None
        assert started.stderr.read() == ""


def test_it_does_not_start_beside_a_live_key(state: Path) -> None:
    said = refusal(state, free_port(), STRIPE_API_KEY="sk_live_" + "0" * 24)

    assert (
        said == "STRIPE_API_KEY holds a live Stripe key: the simulator does not run beside one.\n"
    )
    assert not state.exists()


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"STRIPE_API_KEY": "sk_test_1"}, None),
        ({"STRIPE_API_KEY": "sk_live_1"}, "STRIPE_API_KEY"),
        ({"STRIPE_KEYS": "sk_test_1,rk_live_1"}, "STRIPE_KEYS"),
        ({"PRACTICE_KEY": "rk_live_1"}, "PRACTICE_KEY"),
        ({"NOTE": "sk_live_1"}, None),
        ({}, None),
    ],
)
def test_a_live_key_is_found_in_the_environment(
    variables: dict[str, str], found: str | None
) -> None:
    assert live_key(variables) == found


def test_a_port_in_use_is_said(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = refusal(state, port)

    assert said.startswith(f"Port {port} cannot be used:")


def test_a_state_file_of_another_process_is_said(state: Path) -> None:
    with process(state, free_port()):
        said = refusal(state, free_port())

    assert f"The state file {state} cannot be used: database is locked." in said


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be read as one"])
def test_a_state_file_that_is_none_is_said(state: Path, content: bytes) -> None:
    state.write_bytes(content * 10)

    assert "cannot be used: file is not a database." in refusal(state, free_port())


def test_a_state_file_in_no_folder_is_said(tmp_path: Path) -> None:
    said = refusal(tmp_path / "missing" / "state.sqlite3", free_port())

    assert "cannot be used: unable to open database file." in said


def test_a_state_file_of_another_version_is_said(state: Path) -> None:
    with closing(sqlite3.connect(state)) as database:
        database.execute("PRAGMA user_version=99")

    assert "was written by another version (99, not 1)" in refusal(state, free_port())


def test_it_listens_on_the_loopback_address_only(state: Path) -> None:
    ended = subprocess.run(
        [*command(state, free_port()), "--host", "0.0.0.0"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 2
    assert "invalid choice: '0.0.0.0'" in ended.stderr
