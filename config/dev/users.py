"""The user that PostgreSQL and Valkey run as: ours, or `nobody` when we are root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Numeric ids of the user to become."""

    uid: int
    gid: int


def is_root() -> bool:
    return os.geteuid() == 0


def server_user() -> ServerUser | None:
    """Return whom a server must become, or None to stay who we are. PostgreSQL refuses root."""
    if not is_root():
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return ServerUser(NOBODY, NOBODY)
    return ServerUser(entry.pw_uid, entry.pw_gid)


def server_uid() -> int:
    user = server_user()
    return user.uid if user else os.geteuid()


def give(path: Path) -> None:
    """Make one file or folder the server user's own."""
    user = server_user()
    if user:
        os.chown(path, user.uid, user.gid)


@cache
def can_enter(path: Path) -> bool:
    """Say whether the server user may pass through this folder, or run this file."""
    user = server_user()
    if not user:
        return os.access(path, os.X_OK)
    probe = subprocess.run(
        ["test", "-x", str(path)],
        user=user.uid,
        group=user.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return probe.returncode == 0
