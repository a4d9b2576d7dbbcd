"""Children of the launcher end with it, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.dev import processes
from config.dev.processes import Family
from config.dev.state import BASE_DIR, Refused

SLEEPER = [sys.executable, "-I", "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    *SLEEPER[:-1],
    "import signal as s, time; s.signal(15, s.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
LAUNCHER = """
import sys, time
from pathlib import Path
from config.dev.processes import Family
family = Family(Path(sys.argv[1]))
child = family.start("child", sys.argv[3:], log=Path(sys.argv[2]), env={})
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    made = Family(tmp_path / "children.json")
    yield made
    made.stop()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "child.log"


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not (now := holds()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return now


def runs(pid: int) -> bool:
    return processes._began(pid) != ""


def is_up(log: Path) -> bool:
    return log.exists() and "up" in log.read_text()


def launch(register: Path, log: Path, program: list[str]) -> tuple[subprocess.Popen[str], int]:
    """Start a launcher of its own, with one child, and return it and the child's id."""
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(register), str(log), *program],
        stdout=subprocess.PIPE,
        text=True,
        cwd=BASE_DIR,
    )
    assert launcher.stdout
    with launcher.stdout as said:
        pid = int(said.readline())
    assert eventually(lambda: is_up(log))
    return launcher, pid


def test_stop_ends_a_child_that_refuses_to_end(
    family: Family, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "END_SECONDS", 0.2)
    child = family.start("child", STUBBORN, log=log, env={})
    assert eventually(lambda: is_up(log))

    family.stop()

    assert child.exit_code is not None
    assert not family.register.exists()


def test_a_child_that_ends_by_itself_is_told_with_its_last_words(family: Family, log: Path) -> None:
    family.start("child", [sys.executable, "-c", "exit('no more')"], log=log, env={})

    assert eventually(lambda: family.ended() is not None)
    ended = family.ended()
    assert ended
    assert (ended.name, ended.exit_code, ended.last_words(1)) == ("child", 1, "no more")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this death")
def test_kill_9_of_the_launcher_ends_its_children(tmp_path: Path, log: Path) -> None:
    launcher, pid = launch(tmp_path / "children.json", log, SLEEPER)

    launcher.kill()
    launcher.wait()

    assert eventually(lambda: not runs(pid))


def test_the_next_start_ends_what_a_killed_launcher_left(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "END_SECONDS", 0.5)
    launcher, pid = launch(tmp_path / "children.json", log, STUBBORN)
    launcher.kill()
    launcher.wait()
    assert runs(pid)

    Family(tmp_path / "children.json").end_leftovers()

    assert not runs(pid)


def test_a_stranger_with_a_leftovers_number_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL)
    register = tmp_path / "children.json"
    register.write_text(json.dumps([[stranger.pid, "another time", int(signal.SIGKILL)]]))

    Family(register).end_leftovers()

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_program_that_fails_is_refused_with_its_last_line() -> None:
    with pytest.raises(Refused, match="failed: it went wrong"):
        processes.run_as_server(["/bin/sh", "-c", "echo it went wrong >&2; exit 3"], env={})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has anything to give up")
def test_a_server_started_by_root_is_not_root(family: Family, log: Path) -> None:
    child = family.start("id", ["/usr/bin/id", "-u"], log=log, env={}, as_server=True)

    child.process.wait()

    assert log.read_text().strip() not in {"", "0"}
