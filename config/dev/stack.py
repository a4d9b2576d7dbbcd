"""PostgreSQL and Valkey of one state folder, running for the length of a block."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.dev import given
from config.dev.postgres import Postgres
from config.dev.processes import Child, Family
from config.dev.state import BASE_DIR, Refused, State, write_private
from config.dev.valkey import Valkey

GUEST_SECONDS = 90.0
Say = Callable[[str], None]


@dataclass(slots=True)
class Stack:
    """What runs, and the environment in which a program of ours speaks to it."""

    state: State
    family: Family
    env: dict[str, str]
    base_url: str = ""
    postgres: Postgres | None = None

    def start(self, name: str, *program: str) -> Child:
        """Start one of our own programs from the project's folder."""
        return self.family.start(
            name,
            [sys.executable, *program],
            log=self.state.logs / f"{name.lower()}.log",
            env=self.env,
            cwd=BASE_DIR,
        )

    def check(self) -> None:
        """Raise Refused if a child has ended by itself."""
        if child := self.family.ended():
            words = child.last_words()
            raise Refused(
                f"{child.name} ended unexpectedly (exit {child.exit_code})"
                f"{f', saying: {words}' if words else ''}; its log is {child.log}."
            )


@contextlib.contextmanager
def servers(state: State, *, lasting: bool = True, use_given: bool = False) -> Iterator[Stack]:
    """Run the two servers. With ``use_given`` what the caller's environment names is used.

    The caller has claimed the folder. Raises Refused.
    """
    family = Family(state.folder / "children.json")
    stack = Stack(state, family, given.surroundings(use_given))
    waits: list[Callable[[], None]] = []
    try:
        if not (use_given and given.databases()):
            postgres = Postgres(state, lasting)
            child = postgres.start(family)
            waits.append(lambda: postgres.wait(child))
            stack.postgres = postgres
            stack.env |= postgres.environment()
        if not (use_given and given.redis()):
            valkey = Valkey(state, lasting)
            other = valkey.start(family)
            waits.append(lambda: valkey.wait(other))
            stack.env |= valkey.environment()
        for wait in waits:
            wait()
        yield stack
    finally:
        family.stop()


def own_environment(state: State) -> dict[str, str]:
    """Return the settings of a stack that depend on its folder alone."""
    folder = state.folder
    checkpoints = [folder / "checkpoints-first", folder / "checkpoints-second"]
    for path in (*checkpoints, folder / "mail"):
        path.mkdir(mode=0o700, exist_ok=True)
    return {
        "QUIETLEDGER_STATE": str(folder),
        "QUIETLEDGER_KEYS": str(state.keys_file()),
        "QUIETLEDGER_SECRET_KEY_FILE": str(state.secret_key_file()),
        "QUIETLEDGER_INSECURE_HTTP": "1",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "AUDIT_CHECKPOINT_DIRS": os.pathsep.join(str(path) for path in checkpoints),
        "EMAIL_FILE_DIR": str(folder / "mail"),
    }


@contextlib.contextmanager
def claimed(state: State, *, wait: bool = False) -> Iterator[None]:
    """Be the only one who runs a stack in this folder; first end what a killed one left.

    Raises BlockingIOError when another command does, unless told to wait for its end.
    """
    with state.lock(wait=wait):
        _note(state).unlink(missing_ok=True)
        Family(state.folder / "children.json").end_leftovers()
        yield


@contextlib.contextmanager
def published(stack: Stack) -> Iterator[None]:
    """Let other commands of this folder use the stack while the block lasts."""
    note = _note(stack.state)
    write_private(note, json.dumps(stack.env))
    try:
        yield
        note.unlink()
        # A guest that came in time is waited for; a new one finds no note.
        with stack.state.lock("guests"):
            pass
    finally:
        note.unlink(missing_ok=True)


@contextlib.contextmanager
def guest(state: State) -> Iterator[dict[str, str]]:
    """Give the environment of the stack that another command runs in this folder.

    Raises Refused when there is none any more.
    """
    deadline = time.monotonic() + GUEST_SECONDS
    while time.monotonic() < deadline:
        with state.lock("guests", shared=True):
            if _note(state).exists():
                env: dict[str, str] = json.loads(_note(state).read_text("utf-8"))
                yield env
                return
        if not is_claimed(state):
            break
        time.sleep(0.2)
    raise Refused("The command that used the demo's database has just ended: start this again.")


def is_claimed(state: State) -> bool:
    """Say whether another command runs the stack of this folder."""
    try:
        with state.lock(wait=False):
            return False
    except BlockingIOError:
        return True


def _note(state: State) -> Path:
    return state.folder / "environment.json"
