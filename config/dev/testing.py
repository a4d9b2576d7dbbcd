"""The test suite on a server of its own, reached as the roles that the product uses."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from config.dev.stack import Stack, claimed, is_claimed, own_environment, servers
from config.dev.state import BASE_DIR, Refused, State

FOLDER = BASE_DIR / ".quietledger" / "test"
SLOW_MARKS = ("isolation", "brute", "storm", "long", "phi", "fuzz")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "CI_BROWSER_REQUIRED"
PLUG_IN = "config.dev.browser_required"


def main(arguments: Sequence[str]) -> int:
    """Run pytest with these arguments and return its exit code. Raises Refused."""
    if not browser():
        words = "Chromium was not found, so NO BROWSER TEST RUNS (apt-get install chromium)."
        if os.environ.get(REQUIRED):
            raise Refused(words)
        sys.stderr.write(f"\n!!! {words}\n\n")
    state = State(FOLDER)
    state.prepare()
    if is_claimed(state):
        _say("Waiting for another run of the tests in this folder to end")
    with claimed(state, wait=True):
        _say("Starting PostgreSQL and Valkey for the tests")
        with servers(state, lasting=False, use_given=True) as running:
            running.env |= own_environment(state)
            return _pytest(running, arguments)


def browser() -> str | None:
    """Return the program of a browser that the journeys can drive."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def with_defaults(arguments: Sequence[str]) -> list[str]:
    """Return pytest's arguments with ours where the caller said nothing.

    A ``-m`` of the caller replaces the deselection of slow marks. Two processes pay for the
    whole suite, not for the few tests that somebody names; their database is kept for the next
    run instead, as long as what it is made of stays as it is (tests/shape.py).
    """
    chosen = list(arguments)
    if not _says(chosen, "-m", "--markexpr"):
        chosen += ["-m", " and ".join(f"not {mark}" for mark in SLOW_MARKS)]
    is_whole = not any(Path(part.split("::")[0]).exists() for part in arguments)
    if not is_whole and not _says(chosen, "--create-db"):
        chosen.append("--reuse-db")
    if is_whole and not _says(chosen, "-n", "--numprocesses", "-p", "--pdb", "--lf"):
        chosen += ["-n", "2", "--dist", "loadgroup"]
    return chosen


def _pytest(running: Stack, arguments: Sequence[str]) -> int:
    # Ctrl-C reaches pytest too, which reports before it ends; the servers end after it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    strict = ["-p", PLUG_IN] if os.environ.get(REQUIRED) else []
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *strict, *with_defaults(arguments)],
        cwd=BASE_DIR,
        env=running.env | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    try:
        return process.wait()
    finally:
        process.terminate()
        signal.signal(signal.SIGINT, before)


def _says(arguments: Sequence[str], *names: str) -> bool:
    return any(
        part == name or part.startswith(f"{name}=") or (len(name) == 2 and part.startswith(name))
        for part in arguments
        for name in names
        if not part.startswith("--") or name.startswith("--")
    )


def _say(line: str) -> None:
    sys.stdout.write(f"· {line}\n")
    sys.stdout.flush()
