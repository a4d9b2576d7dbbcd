"""Children of the launcher: started apart from the terminal, watched, and ended together."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.dev import users
from config.dev.state import Refused, write_private

WRAPPER = Path(__file__).with_name("child.py")
POLL_SECONDS = 0.05
END_SECONDS = 15.0


@dataclass(slots=True)
class Child:
    """A running program: the head of its own session and process group."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    is_server: bool

    @property
    def exit_code(self) -> int | None:
        return self.process.poll()

    def last_words(self, lines: int = 3) -> str:
        """Return the end of the program's log, on one line."""
        words = self.log.read_text("utf-8", errors="replace").strip().splitlines()
        return " / ".join(line.strip() for line in words[-lines:])


@dataclass(slots=True)
class Family:
    """All children of one stack. ``register`` outlives a launcher that is killed."""

    register: Path
    children: list[Child] = field(default_factory=list)

    def start(
        self,
        name: str,
        program: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str],
        as_server: bool = False,
        cwd: Path = Path("/"),
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Child:
        """Start a program that ends when the launcher does, even by kill -9.

        Call it from a thread that lives as long as the child should: Linux tells the child of
        the death of the thread that started it.
        """
        user = users.server_user() if as_server else None
        prefix = [sys.executable, "-I", "-S", str(WRAPPER), str(os.getpid()), str(int(stop_signal))]
        prefix += [str(user.uid if user else 0), str(user.gid if user else 0)]
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            process = subprocess.Popen(
                [*prefix, *program],
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                cwd=cwd,
                env=dict(env),
                start_new_session=True,
            )
        finally:
            os.close(handle)
        child = Child(name, process, log, stop_signal, as_server)
        self.children.append(child)
        self._write()
        return child

    def ended(self) -> Child | None:
        """Return a child that has ended by itself, if one has."""
        return next((child for child in self.children if child.exit_code is not None), None)

    def stop(self) -> None:
        """End all children, the servers last, and whatever they left in their groups."""
        for are_servers in (False, True):
            rank = [child for child in self.children if child.is_server is are_servers]
            for child in rank:
                if child.exit_code is None:
                    child.process.send_signal(child.stop_signal)
            deadline = time.monotonic() + END_SECONDS
            for child in rank:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                _kill_group(child.process.pid)
                child.process.wait()
        self.children.clear()
        self.register.unlink(missing_ok=True)

    def end_leftovers(self) -> None:
        """End what a killed launcher left behind, known by process id and time of start."""
        if not self.register.exists():
            return
        left: list[tuple[int, str, int]] = json.loads(self.register.read_text("utf-8"))
        left = [(pid, began, number) for pid, began, number in left if _began(pid) == began != ""]
        for pid, _, number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + END_SECONDS
        for pid, began, _ in left:
            while _began(pid) == began:
                if time.monotonic() > deadline:
                    _kill_group(pid)
                if time.monotonic() > deadline + END_SECONDS:
                    raise Refused(f"Process {pid} of an earlier start does not end: end it first.")
                time.sleep(POLL_SECONDS)
        self.register.unlink(missing_ok=True)

    def _write(self) -> None:
        alive = [
            (child.process.pid, _began(child.process.pid), int(child.stop_signal))
            for child in self.children
        ]
        write_private(self.register, json.dumps(alive))


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def run_as_server(program: Sequence[str], *, env: Mapping[str, str]) -> None:
    """Run one program to its end as the servers' user; raises Refused with its last line."""
    user = users.server_user()
    ids = [str(user.uid if user else 0), str(user.gid if user else 0)]
    prefix = [sys.executable, "-I", "-S", str(WRAPPER), str(os.getpid()), str(int(signal.SIGKILL))]
    done = subprocess.run(
        [*prefix, *ids, *program],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        env=dict(env),
        check=False,
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no reason was given"]
        raise Refused(f"{Path(program[0]).name} failed: {words[-1].strip()}")


def _began(pid: int) -> str:
    """Return when a process started, in its system's own words; empty if it does not run."""
    if sys.platform == "linux":
        try:
            words = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if words[0] == "Z" else words[19]
    found = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()
