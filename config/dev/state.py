"""The private folder in which a launched stack keeps its secrets, locks, logs and servers."""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.dev import users

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SOCKET_PATH_BYTES_MAX = 100
# Only ever the parents of folders that mkdtemp makes, with names that nobody can guess.
KEPT = Path("/var/tmp")  # noqa: S108  # see above; it survives a restart of the machine
SHORT = Path("/tmp")  # noqa: S108  # see above


class Refused(Exception):
    """The launcher cannot go on; the message is one sentence for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class State:
    """One stack's folder: only its owner may read it; nothing in it is ever committed."""

    folder: Path

    def prepare(self) -> None:
        """Make the folder, or raise Refused when it cannot be written."""
        # A server that gave up root must pass through; every file of ours in here is 0600.
        mode = 0o711 if users.is_root() else 0o700
        try:
            self.folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.folder.mkdir(mode=mode, exist_ok=True)
            self.folder.chmod(mode)
            self.logs.mkdir(mode=0o700, exist_ok=True)
            probe = self.folder / "lock"
            probe.touch(mode=0o600)
        except OSError as error:
            raise Refused(
                f"The folder {self.folder} cannot be written ({error.strerror}): make it yours, "
                "or start from a folder that you may write."
            ) from error

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def servers(self) -> Path:
        """Where the servers' own user keeps its files; elsewhere if it cannot come in here."""
        if not users.can_enter(self.folder):
            return self._elsewhere("servers.path", KEPT)
        folder = self.folder / "servers"
        folder.mkdir(mode=0o700, exist_ok=True)
        users.give(folder)
        return folder

    def socket_folder(self) -> Path:
        """Return a private folder whose path is short enough for a unix socket."""
        folder = self.servers / "run"
        if len(os.fsencode(folder / ".s.PGSQL.65535.lock")) >= SOCKET_PATH_BYTES_MAX:
            return self._elsewhere("sockets.path", SHORT)
        folder.mkdir(mode=0o700, exist_ok=True)
        users.give(folder)
        return folder

    def _elsewhere(self, note_name: str, parent: Path) -> Path:
        """Return the server user's folder that a note names, made when there is none."""
        # The name says whose it is, so that a copied state folder does not share it.
        prefix = f"ql-{hashlib.sha256(bytes(self.folder)).hexdigest()[:8]}-"
        note = self.folder / note_name
        if note.exists():
            kept = Path(note.read_text("utf-8"))
            if kept.name.startswith(prefix) and _is_private(kept):
                return kept
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        users.give(folder)
        write_private(note, str(folder))
        return folder

    def discard(self) -> None:
        """Remove the folder and whatever of it lies elsewhere; nothing may be running in it."""
        if not self.folder.exists():
            return
        for folder in (self.servers, self.socket_folder(), self.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def secret(self, name: str) -> str:
        """Return this stack's secret of that name, made on first use."""
        path = self.folder / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(32)
            write_private(path, json.dumps(known, indent=1))
        return known[name]

    def keys_file(self) -> Path:
        """Return the file of key-encryption keys, made on first use."""
        path = self.folder / "keys.json"
        if not path.exists():
            kek = base64.b64encode(secrets.token_bytes(32)).decode("ascii")
            write_private(path, json.dumps({"kek": {"1": kek}}))
        return path

    def secret_key_file(self) -> Path:
        path = self.folder / "secret_key"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(64))
        return path

    @contextlib.contextmanager
    def lock(
        self, name: str = "lock", *, wait: bool = True, shared: bool = False
    ) -> Iterator[None]:
        """Hold a lock of this folder; raises BlockingIOError if it is held and ``wait`` is off."""
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        with (self.folder / name).open("a") as handle:
            fcntl.flock(handle, mode | (0 if wait else fcntl.LOCK_NB))
            yield


def _is_private(folder: Path) -> bool:
    """Say whether this is the server user's own folder; /tmp may be cleared, and used by others."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    seen = folder.stat()
    return seen.st_uid == users.server_uid() and stat.S_IMODE(seen.st_mode) == 0o700


def write_private(path: Path, text: str) -> None:
    """Write a 0600 file whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    draft.replace(path)
