"""The search itself: what is planted is found, whatever it was put into."""

import base64
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.canaries.encodings import encoded, guises
from tests.canaries.marks import SCRIPTS, Marks
from tests.canaries.scanning import Scanner
from tests.figures import Tell


def zipped(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside", content)
    return held.getvalue()


def posted(content: bytes) -> bytes:
    text = base64.encodebytes(content)
    return b"MIME-Version: 1.0\nContent-Transfer-Encoding: base64\nSubject: x\n\n" + text


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zip": zipped,
    "gzip in base64": lambda content: base64.b64encode(gzip.compress(content)),
    "zlib in gzip": lambda content: gzip.compress(zlib.compress(content)),
    "letter": posted,
}


def test_every_guise_of_every_script_is_found(tmp_path: Path, tell: Tell) -> None:
    marks = Marks(1)
    for script in ("latin", "accented", *SCRIPTS):
        marks.name(script)
    for value in (marks.words("words"), marks.email(), marks.phone(), marks.day()):
        assert value
    scanner = Scanner(tmp_path / "own", marks.made)
    place = tmp_path / "place"
    place.mkdir()
    for number, written in enumerate(scanner.guises):
        (place / f"{number}").write_bytes(b"\0\xff before " + written + b" after \x80")

    found = {find.written for find in scanner.scan({"files": [place]})}

    assert found == set(scanner.guises)
    names = {name for mark in marks.made for name, _ in encoded(mark.text)}
    tell(f"search: {len(found)} guises of {len(marks.made)} values, {len(names)} encodings, found")


@pytest.mark.parametrize("shift", range(6))
def test_base64_is_found_wherever_it_begins(tmp_path: Path, shift: int) -> None:
    marks = Marks(2)
    text = marks.words("words").encode()
    (tmp_path / "file").write_bytes(base64.b64encode(b"x" * shift + text + b"!" * 5))

    assert Scanner(tmp_path / "own", marks.made).scan({"files": [tmp_path / "file"]})


@pytest.mark.parametrize("how", PACKED)
def test_what_is_packed_is_found(tmp_path: Path, how: str) -> None:
    marks = Marks(3)
    text = marks.name("cyrillic").encode()
    (tmp_path / "file").write_bytes(b"\0\1" * 9 * (how != "letter") + PACKED[how](b"a" + text))

    assert Scanner(tmp_path / "own", marks.made).scan({"files": [tmp_path / "file"]})


def test_the_name_of_a_file_is_looked_at(tmp_path: Path) -> None:
    marks = Marks(4)
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / f"{marks.name()}.pdf").write_bytes(b"")

    assert Scanner(tmp_path / "own", marks.made).scan({"files": [tmp_path / "place"]})


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    marks, other = Marks(5), Marks(6)
    marks.name(), marks.day(), marks.phone()
    texts = [other.name(), other.day(), other.phone(), other.words("words")]
    (tmp_path / "file").write_bytes(b"\n".join(part for each in texts for part in guises(each)))

    assert Scanner(tmp_path / "own", marks.made).scan({"files": [tmp_path / "file"]}) == []
