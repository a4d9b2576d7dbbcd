"""Looking for marked values in everything that lies somewhere, also within what is packed there."""

import base64
import binascii
import email
import gzip
import io
import os
import re
import subprocess
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import policy
from pathlib import Path

from tests.canaries.encodings import guises
from tests.canaries.marks import Mark

IN_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}|[A-Za-z0-9_-]{16,}={0,2}")
ZLIB_BEGINS = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
DEEPEST = 3
FILES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Find:
    """A marked value where it must not be, unless somebody planted it."""

    place: str
    file: str
    mark: Mark
    guise: str
    written: bytes

    def __str__(self) -> str:
        return f"{self.place}: {self.mark.kind} as {self.guise} in {self.file}: {self.written!r}"


@dataclass
class Scanner:
    """Knows all guises of all marks. ``folder`` is its own and is never looked into."""

    folder: Path
    marks: Sequence[Mark]
    sizes: Counter[str] = field(default_factory=Counter)
    guises: dict[bytes, list[tuple[Mark, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for mark in self.marks:
            for text in (mark.text, *mark.also):
                for written, names in guises(text).items():
                    self.guises.setdefault(written, []).append((mark, min(names)))
        self.patterns.write_bytes(b"\n".join(self.guises) + b"\n")

    @property
    def patterns(self) -> Path:
        return self.folder / "patterns"

    def scan(self, places: Mapping[str, Iterable[Path]]) -> list[Find]:
        """Return what is found in the files of places, in their names, and in what is packed."""
        of_place = {
            file: place
            for place, paths in places.items()
            for path in paths
            for file in _files(path)
        }
        files = sorted(of_place)
        found = []
        for number, written in self._grep([bytes(file) for file in files]):
            found += self._find(of_place[files[number]], str(files[number]), written)
        for start in range(0, len(files), FILES_AT_ONCE):
            for file, written in self._greped(files[start : start + FILES_AT_ONCE]):
                found += self._find(of_place[Path(file)], file, written)
        return found + self._packed(of_place)

    def _greped(self, files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
        for line in self._run(["-Z", "-H", "--", *map(str, files)]).split(b"\n"):
            name, _, written = line.partition(b"\0")
            if name:
                yield os.fsdecode(name), written

    def _packed(self, of_place: Mapping[Path, str]) -> list[Find]:
        """Return what is found in what is packed within files."""
        names, parts = [], []
        for file, place in of_place.items():
            content = file.read_bytes()
            self.sizes[place] += len(content)
            for part in unpacked(content):
                names.append(file)
                parts.append(part)
                self.sizes[f"{place}, unpacked"] += len(part)
        return [
            find
            for number, written in self._grep(parts)
            for find in self._find(of_place[names[number]], f"{names[number]}, packed", written)
        ]

    def _grep(self, parts: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
        """Give number of the part, and what is found in it."""
        if not parts:
            return
        ends, whole, end = [], io.BytesIO(), 0
        for part in parts:
            end += whole.write(part) + whole.write(b"\n")
            ends.append(end)
        number = 0
        for line in self._run(["-b"], whole.getvalue()).split(b"\n"):
            offset, _, written = line.partition(b":")
            if offset:
                while ends[number] <= int(offset):
                    number += 1
                yield number, written

    def _run(self, options: Sequence[str], given: bytes = b"") -> bytes:
        done = subprocess.run(
            ["grep", "-a", "-o", "-F", "-f", str(self.patterns), *options],
            input=given,
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stderr.decode(errors="replace")
        return done.stdout

    def _find(self, place: str, file: str, written: bytes) -> list[Find]:
        return [Find(place, file, mark, guise, written) for mark, guise in self.guises[written]]


def _files(path: Path) -> Iterator[Path]:
    if path.is_symlink():
        return
    if path.is_file():
        yield path
    elif path.is_dir():
        for inside in path.iterdir():
            yield from _files(inside)


def unpacked(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """Give what lies packed within bytes: compressed, in base64, or as the parts of a letter."""
    if depth == DEEPEST:
        return
    for part in _parts(content):
        yield part
        yield from unpacked(part, depth + 1)


def _parts(content: bytes) -> Iterator[bytes]:
    yield from _letter(content)
    yield from _zipped(content)
    for start in _places(content, b"\x1f\x8b\x08"):
        yield from _inflated(content[start:], zlib.MAX_WBITS | 16)
    for found in ZLIB_BEGINS.finditer(content):
        yield from _inflated(content[found.start() :], zlib.MAX_WBITS)
    for found in IN_BASE64.finditer(content):
        try:
            text = found[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            part = base64.b64decode(text[: len(text) // 4 * 4])
        except binascii.Error:
            continue
        # What is not packed once more was looked for as it is.
        if b"\\" in part or b"%" in part or part[:2] in {b"\x1f\x8b", b"\x78\x9c"}:
            yield part


def _letter(content: bytes) -> Iterator[bytes]:
    head = content[:4000]
    if b"MIME-Version:" not in head:
        return
    for part in email.message_from_bytes(content, policy=policy.default).walk():
        yield "\n".join(f"{name}: {value}" for name, value in part.items()).encode()
        body = part.get_payload(decode=True)
        if isinstance(body, bytes):
            yield body


def _zipped(content: bytes) -> Iterator[bytes]:
    if b"PK\x03\x04" not in content:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode() + b"\n" + archive.read(name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return


def _inflated(content: bytes, window: int) -> Iterator[bytes]:
    try:
        first = zlib.decompressobj(window).decompress(content[:2000], 100_000)
        if len(first) >= 8:
            yield zlib.decompressobj(window).decompress(content)
    except (zlib.error, EOFError, gzip.BadGzipFile):
        return


def _places(content: bytes, begin: bytes) -> Iterator[int]:
    place = content.find(begin)
    while place >= 0:
        yield place
        place = content.find(begin, place + 1)
