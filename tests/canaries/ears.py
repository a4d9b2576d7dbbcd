"""What goes by while people work, kept to be looked through: addresses, titles, names of files,
headers, error pages, statements, commands, and temporary files that are gone a moment later."""

import contextlib
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from types import TracebackType

import psycopg
from playwright.sync_api import BrowserContext, Download, Page, Request

TITLE = re.compile(rb"<title>(.*?)</title>", re.S)
ACTIVITY = "SELECT datname, usename, application_name, query FROM pg_stat_activity"
SAMPLED_EVERY_SECONDS = 0.05
LOOKED_EVERY_SECONDS = 0.01
OWN_WORK = {409, 422}
"""Statuses of pages that repeat what somebody has typed, to them."""


@dataclass
class Heard:
    """What was heard, by where; ``folder`` takes it."""

    folder: Path
    words: dict[str, list[bytes]] = field(default_factory=dict)

    def add(self, place: str, *words: bytes | str | None) -> None:
        said = self.words.setdefault(place, [])
        said.extend(w.encode("utf-8", "replace") if isinstance(w, str) else w for w in words if w)

    def place(self, place: str) -> list[Path]:
        """Write down what was heard at a place, and return where."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / place.replace(" ", "-").replace("/", "-")
        path.write_bytes(b"\n".join(self.words.get(place, [])))
        return [path]

    def answer(self, address: str, status: int, headers: Message, body: bytes) -> None:
        """Note an answer to a program of ours that behaves as a browser."""
        self.add("addresses", address, headers["Location"])
        self.add("headers", str(headers))
        self.add("names of files", headers["Content-Disposition"])
        self.add("titles", *TITLE.findall(body))
        if status >= 400 and status not in OWN_WORK:
            self.add("error pages", body)

    def follow(self, context: BrowserContext) -> None:
        """Note everything that a browser asks for, and what its pages are called."""
        context.on("request", self._asked)
        context.on("page", self._opened)

    def _asked(self, request: Request) -> None:
        self.add("addresses", request.url, request.headers.get("referer"))

    def _opened(self, page: Page) -> None:
        page.on("download", self._downloaded)
        page.on("framenavigated", lambda frame: self.add("addresses", frame.url))

    def _downloaded(self, download: Download) -> None:
        self.add("names of files", download.suggested_filename, download.url)


class Listening:
    """Something that is heard in a thread of its own while a block lasts."""

    def __init__(self, heard: Heard, place: str) -> None:
        self.heard, self.place = heard, place
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Listening":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _listen(self) -> None:
        for words in self.hear():
            self.heard.add(self.place, *words)

    def hear(self) -> Iterator[list[bytes | str]]:
        raise NotImplementedError

    def goes_on(self) -> bool:
        return not self._over.is_set()


class Statements(Listening):
    """What a superuser sees of everybody's statements; each once."""

    def __init__(self, heard: Heard, url: str) -> None:
        super().__init__(heard, "pg_stat_activity")
        self.url = url

    def hear(self) -> Iterator[list[bytes | str]]:
        seen: set[tuple[object, ...]] = set()
        with psycopg.connect(self.url, autocommit=True) as connection:
            while self.goes_on():
                rows = set(connection.execute(ACTIVITY).fetchall()) - seen
                seen |= rows
                yield [repr(row) for row in rows]
                time.sleep(SAMPLED_EVERY_SECONDS)


class Commands(Listening):
    """Every command that reaches Valkey, as MONITOR writes it."""

    def __init__(self, heard: Heard, path: Path) -> None:
        super().__init__(heard, "Valkey, commands")
        self.path = path

    def hear(self) -> Iterator[list[bytes | str]]:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.path))
            line.settimeout(0.2)
            line.sendall(b"MONITOR\r\n")
            rest = b""
            while self.goes_on():
                with contextlib.suppress(TimeoutError):
                    *lines, rest = (rest + line.recv(1 << 20)).split(b"\r\n")
                    yield list(lines)


class Passing(Listening):
    """Files of folders, kept although whoever wrote them takes them away at once."""

    def __init__(self, heard: Heard, folders: list[Path], kept: Path) -> None:
        super().__init__(heard, "temporary files, by name")
        self.folders, self.kept = folders, kept
        kept.mkdir()

    def hear(self) -> Iterator[list[bytes | str]]:
        known: set[int] = set()
        while self.goes_on():
            yield [name for folder in self.folders for name in self._link(folder, known)]
            time.sleep(LOOKED_EVERY_SECONDS)

    def _link(self, folder: Path, known: set[int]) -> Iterator[str]:
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                if entry.is_dir(follow_symlinks=False):
                    yield from self._link(Path(entry.path), known)
                elif entry.inode() not in known and entry.is_file(follow_symlinks=False):
                    os.link(entry.path, self.kept / str(entry.inode()))
                    known.add(entry.inode())
                    yield entry.path
