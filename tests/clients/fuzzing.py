"""Thousands of broken files, made from a seed, read in a process of its own whose memory is told.

``python -m tests.clients.fuzzing csv 1000 7`` prints what became of them as JSON.
"""

import csv
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from clients import csv_import, fhir
from tests.clients import bundles

HEADINGS = [
    "First Name",
    "Last Name",
    "DOB",
    "E-mail",
    "Phone",
    "Address",
    "Insurance",
    "Member ID",
]
CELLS = [
    *(
        "",
        " ",
        "Ann",
        "山田",
        "O'Neil",
        "1990-03-21",
        "3/4/1990",
        "25/3/1990",
        "NaN",
        "1e308",
        "-0",
    ),
    *(
        "-0.0",
        "Infinity",
        "=1+1",
        "'=1",
        "a@mail.example",
        "+1 555",
        "a\nb",
        "a\r\nb",
        'a"b',
        "a,b",
    ),
    *("\x07", "\u202e", "\ufeff", "\ufffe", "x" * 201, "9" * 400, "0001-01-01", "9999-12-31", "\t"),
    *(
        "2026-02-30",
        "1990-13-01",
        "null",
        "'" * 9,
        "é",
        "👩‍👩‍👧",
        "4242 4242 4242 4242",
        ";;;",
        "null\0",
    ),
]
STAINS = [
    *(
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b'"',
        b'""',
        b"\r",
        b"\n",
        b"\r\n",
        b",",
        b";",
        b"\t",
    ),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\\", b"{", b"}", b"[", b"]", b":", b"1e999", b"-", b"NaN"),
]
STRAY: list[Any] = [
    None,
    True,
    -1,
    0,
    10**40,
    -0.0,
    1e308,
    "",
    "\0",
    "\ud800",
    "x" * 600,
    [],
    {},
    [[]],
    {"a": 1},
]
BORN_BY = date(2026, 3, 2)


def csv_files(random: Random) -> Iterator[bytes]:
    """Yield tables with odd cells, odd ends of lines and odd separators, most of them stained."""
    while True:
        made = io.StringIO(newline="")
        rows = csv.writer(
            made,
            delimiter=random.choice(",,,;\t"),
            quoting=random.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
            lineterminator=random.choice(["\r\n", "\n", "\r"]),
        )
        rows.writerow(HEADINGS)
        for number in range(random.randrange(6)):
            row = ["Ann", f"Ito{number}", "1990-03-21", "", "", "", "", ""]
            for _ in range(random.choice([0, 0, 1, 3])):
                row[random.randrange(8)] = random.choice(CELLS)
            rows.writerow(
                row[: random.choice([8, 8, 8, 8, 3])] + ["more"] * random.choice([0] * 9 + [1])
            )
        encoding = random.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
        yield stained(made.getvalue().encode(encoding, "replace"), random)


def fhir_files(random: Random) -> Iterator[bytes]:
    """Yield bundles in which values are lost, doubled or of another kind, some of them stained."""
    whole = bundles.whole()
    while True:
        document: Any = deepcopy(whole)
        for _ in range(random.randrange(4)):
            damage(document, random)
        text = json.dumps(document, ensure_ascii=random.random() < 0.8)
        if random.random() < 0.1:
            text = text.replace('"id"', '"resourceType": "Patient", "id"')  # keys that come twice
        yield stained(text.encode("utf-8", "surrogatepass"), random)


def damage(value: Any, random: Random) -> None:
    """Lose, double or change something somewhere inside."""
    while isinstance(value, dict | list) and value:
        names = list(value) if isinstance(value, dict) else range(len(value))
        name: Any = random.choice(list(names))
        if random.random() < 0.3 or not isinstance(value[name], dict | list):
            if random.random() < 0.3:
                del value[name]
            else:
                value[name] = deepcopy(random.choice(STRAY))
            return
        value = value[name]


def stained(content: bytes, random: Random) -> bytes:
    """Return content with stray bytes in it, or cut off, as often as not."""
    for _ in range(random.choice([0, 0, 1, 1, 4])):
        place = random.randrange(len(content) + 1)
        content = content[:place] + random.choice(STAINS) + content[place + random.choice([0, 1]) :]
    return content[: random.randrange(len(content) + 1)] if random.random() < 0.15 else content


def csv_monsters() -> Iterator[bytes]:
    """Yield files that are as large as a file may be, each in another way."""
    size = 10 * 1024 * 1024
    yield b"," * 1_000_000
    yield b"a,b\n" + b"," * 1_000_000
    yield b"," * size
    yield b",,,\n;;\n"
    yield b"\n" * size
    yield b'"' * size
    yield b'a,b\n"' + b"x" * (size - 8)
    yield (b"First Name,Last Name,DOB\n" + b"a,b,1990-03-21\n" * 700_000)[:size]
    yield (b"First Name,Last Name,DOB\n" + b"a,b,1990-03-21\n" * 50_000)
    yield ("Name,DOB\n" + "👩‍👩‍👧,x\n" * 400_000).encode()[:size]
    yield (b"a" + b",a" * 199 + b"\n") * 26_000
    yield b"\xff" * size
    yield b"sep=;\n" * 1_000_000


def fhir_monsters() -> Iterator[bytes]:
    """Yield documents that are deep, wide or made of huge numbers."""
    yield b"[" * 100_000
    yield b'{"entry":' * 100_000
    yield b'{"a":' + b"9" * 100_000 + b"}"
    yield b'{"a": 1e' + b"9" * 100 + b"}"
    yield b'{"resourceType": "Bundle", "entry": [' + b"{}," * 300_000 + b"{}]}"
    yield b'{"resourceType": "Patient", "name": [' + b'{"family": "x"},' * 100_000 + b"{}]}"
    yield json.dumps({"resourceType": "Patient", "id": "x" * 5_000_000}).encode()
    yield b"{" + b'"a":1,' * 500_000 + b'"a":1}'


def read_csv(content: bytes) -> str:
    """Read a file to its end as the product does, and return what became of it."""
    try:
        text = csv_import.decode(content).text
        rows = csv_import.rows_of(text)
        headings = next(rows).cells
        columns = csv_import.guess(headings)
        place = (
            columns.index(csv_import.Field.BIRTH_DATE)
            if csv_import.Field.BIRTH_DATE in columns
            else 0
        )
        cells = (row.cells[place] for row in csv_import.rows_of(text) if place < len(row.cells))
        order = csv_import.order_of(cells).order
        reader = csv_import.Reader(headings, columns, order, BORN_BY)
        read = [isinstance(reader.read(row), csv_import.Person) for row in rows]
    except csv_import.Unreadable as refusal:
        return "refused as a file" if str(refusal) else "refused without a word"
    return "read" if all(read) else "refused by row"


def read_fhir(content: bytes) -> str:
    try:
        reading = fhir.read(fhir.load(content))
    except fhir.Malformed as refusal:
        return "refused as a file" if str(refusal) else "refused without a word"
    return "records refused" if reading.unusable else "read"


KINDS: dict[str, tuple[Callable[[Random], Iterator[bytes]], Callable[[], Iterator[bytes]], Any]] = {
    "csv": (csv_files, csv_monsters, read_csv),
    "fhir": (fhir_files, fhir_monsters, read_fhir),
}


def peak_mib() -> int:
    """Return the most memory that this program held; ``ru_maxrss`` would count its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main(kind: str, count: int, seed: int) -> dict[str, Any]:
    """Read so many files of a kind, and then the monsters; return what became of them."""
    files, monsters, read = KINDS[kind]
    source, told, slowest = files(Random(seed)), Counter[str](), 0.0
    began_with = peak_mib()
    for content in (next(source) for _ in range(count)):
        began = time.process_time()
        told[read(content)] += 1
        slowest = max(slowest, time.process_time() - began)
    small = slowest
    for content in monsters():
        began = time.process_time()
        told[f"monster {read(content)}"] += 1
        slowest = max(slowest, time.process_time() - began)
    return {
        "told": dict(told),
        "slowest_cpu_seconds": round(small, 3),
        "slowest_monster_cpu_seconds": round(slowest, 2),
        "began_with_mib": began_with,
        "peak_mib": peak_mib(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
