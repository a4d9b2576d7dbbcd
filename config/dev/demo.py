"""The whole product on one machine: servers, payment simulator, worker and web."""

import argparse
import contextlib
import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config.dev import people, prepared, simulator
from config.dev.postgres import free_port
from config.dev.stack import Say, Stack, claimed, own_environment, published, servers
from config.dev.state import BASE_DIR, Refused, State

FOLDER = people.FOLDER
PORT = 8000
READY_SECONDS = 60.0
WATCH_SECONDS = 0.3


def main(arguments: Sequence[str]) -> int:
    """Run the demo until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="manage.py demo", description=__doc__)
    parser.add_argument("--port", type=_port, default=PORT, help=f"of the pages ({PORT})")
    port: int = parser.parse_args(arguments).port
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    began = time.monotonic()
    try:
        with stack(state=FOLDER, port=port, lasting=True, use_given=True, say=_say) as running:
            _say(f"Ready in {time.monotonic() - began:.1f} s")
            sys.stdout.write(people.welcome(running.base_url, running.state.folder))
            sys.stdout.flush()
            while True:
                time.sleep(WATCH_SECONDS)
                running.check()
    except KeyboardInterrupt:
        _say("All stopped")
        return 0
    except BlockingIOError as error:
        raise Refused(
            "The demo of this folder is already running, or another command is using it: "
            "open its address, or end it first."
        ) from error


@contextlib.contextmanager
def stack(
    *,
    state: Path,
    port: int = 0,
    lasting: bool = False,
    use_given: bool = False,
    say: Say = lambda line: None,
) -> Iterator[Stack]:
    """Run everything from one state folder, ready to be visited; port 0 takes a free one.

    Without ``lasting`` the folder is removed at the end; with ``use_given`` the databases are
    used that the caller's environment names. Raises Refused, or BlockingIOError if it runs.
    """
    port = port or free_port()
    with base(State(state), port, lasting=lasting, use_given=use_given, say=say) as running:
        _refuse_taken(port)
        prepare(running, say)
        say("Starting the worker and the web server")
        _start_worker(running)
        _start_web(running, port)
        _wait_ready(running, port)
        yield running


@contextlib.contextmanager
def base(state: State, port: int, *, lasting: bool, use_given: bool, say: Say) -> Iterator[Stack]:
    """Run what lies under the web server at this port: two servers and the payment simulator."""
    state.prepare()
    with claimed(state):
        try:
            say("Starting PostgreSQL and Valkey")
            with servers(state, lasting=lasting, use_given=use_given) as running:
                running.base_url = f"http://127.0.0.1:{port}"
                running.env |= own_environment(state)
                running.env |= {"QUIETLEDGER_DEMO": "1", "QUIETLEDGER_BASE_URL": running.base_url}
                _forget_half(running)
                say("Starting the payment simulator")
                running.env |= simulator.start(running)
                with published(running):
                    yield running
        finally:
            if not lasting:
                state.discard()


def prepare(running: Stack, say: Say) -> None:
    """Bring the database up to this code and fill it, unless that is done. Raises Refused."""
    owner_url = running.env.get("DATABASE_OWNER_URL", "")
    if prepared.is_prepared(running.state, owner_url):
        return
    log = running.state.logs / "prepare.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "manage.py", "prepare_demo"],
            cwd=BASE_DIR,
            env=running.env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                say(line.strip())
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        words = log.read_text("utf-8").strip().splitlines() or ["no reason was given"]
        if words[-1].startswith("CommandError: "):
            raise Refused(words[-1].removeprefix("CommandError: "))
        raise Refused(f"The database could not be prepared: {words[-1]} (all of it: {log}).")
    prepared.remember(running.state, owner_url)


def _forget_half(running: Stack) -> None:
    """Throw away what a filling left that was cut short: it has no mark, and no end."""
    note = running.state.folder / "filling"
    if note.exists() and running.postgres:
        running.postgres.make_database_anew()
        for name in ("simulator.sqlite3", "people.json", "prepared"):
            (running.state.folder / name).unlink(missing_ok=True)
        note.unlink()


def _start_worker(running: Stack) -> None:
    schedule = str(running.state.folder / "beat-schedule")
    running.start(
        "Worker",
        *("-m", "celery", "-A", "config", "worker", "-B", "--schedule", schedule),
        *("--concurrency", "2", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )


def _start_web(running: Stack, port: int) -> None:
    running.start(
        "Web",
        *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "4", "--no-ws", "--workers-kill-timeout", "5"),
        *("--log-level", "warning", "config.wsgi:application"),
    )


def _wait_ready(running: Stack, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while (said := _readiness(port)) != 200:
        running.check()
        if time.monotonic() > deadline:
            raise Refused(f"The web server is not ready ({said}); see {running.state.logs}.")
        time.sleep(0.05)


def _readiness(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _refuse_taken(port: int) -> None:
    if why := simulator.hindrance(port):
        raise Refused(
            f"Port {port} cannot be used ({why}): end the program that has it, or choose another "
            f"with manage.py demo --port {port + 1 if 1024 <= port < 65535 else PORT}."
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port, which is 1 to 65535")
    return int(text)


def _say(line: str) -> None:
    sys.stdout.write(f"· {line}\n")
    sys.stdout.flush()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Begin the end, once: a second Ctrl-C must not interrupt the ending of the children."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt
