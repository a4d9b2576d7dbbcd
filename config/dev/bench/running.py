"""`manage.py bench` on servers of its own, which keep their promises to the disk as a live one."""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from config.dev.bench import registry
from config.dev.stack import claimed, is_claimed, own_environment, servers
from config.dev.state import BASE_DIR, State

FOLDER = BASE_DIR / ".quietledger" / "bench"


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks and return the exit code. Raises Refused."""
    parser = argparse.ArgumentParser(prog="manage.py bench", description=registry.HELP)
    registry.add_arguments(parser)
    registry.chosen(parser.parse_args(arguments).name)
    state = State(FOLDER)
    state.prepare()
    if is_claimed(state):
        _say("Waiting for another benchmark in this folder to end")
    with claimed(state, wait=True):
        _say("Starting PostgreSQL and Valkey for the benchmarks")
        # A commit that does not wait for the disk would flatter us.
        with servers(state, lasting=True, use_given=True) as running:
            running.env |= own_environment(state)
            return subprocess.run(
                [sys.executable, "-m", "django", "bench", *arguments],
                cwd=BASE_DIR,
                env=running.env | {"DJANGO_SETTINGS_MODULE": "config.settings"},
                check=False,
            ).returncode


def _say(line: str) -> None:
    sys.stderr.write(f"· {line}\n")
    sys.stderr.flush()
