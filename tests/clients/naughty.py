"""Strings that break products: from the lists beside us, and a few of our own."""

import csv
import json
from itertools import islice
from random import Random

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR.parent / "shared" / "data" / "names"
SLICE = 40

needs_lists = pytest.mark.skipif(not FOLDER.exists(), reason="the lists of names are not beside us")

OWN = [
    "O'Brien-Łukasz",
    "'t Hooft",
    "'=1+1",
    "''",
    "José",
    "Jose\N{COMBINING ACUTE ACCENT}",
    "علي‎ بن محمد",
    "שָׁלוֹם",
    "王小明",
    "김철수",
    "นภา",
    "👩‍👩‍👧‍👦",
    "\N{MATHEMATICAL SCRIPT CAPITAL A}nn",
    "Ann  Marie",
    "A\N{NO-BREAK SPACE}B",
    "null",
    "NaN",
    "1e308",
    "-0",
    '=HYPERLINK("http://x","y")',
    '"; DROP TABLE clients_client; --',
    "{{ 7*7 }}",
    "#let x = 1",
    "<script>alert(1)</script>",
    "\ufffe",
    "ß",
    "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{LATIN SMALL LETTER DOTLESS I}I",
    "x" * 200,
]
REFUSED = ["\0", "a\0b", "\x07", "a\x1b[31m", "\x7f", "\x85", "a\tb", "x" * 201]


def naughty() -> list[str]:
    """Return the big list of naughty strings, and payloads against spreadsheets."""
    if not FOLDER.exists():
        return []
    listed = json.loads((FOLDER / "blns.json").read_text(encoding="utf-8"))
    payloads = (FOLDER / "csv-injection-payloadbox.txt").read_text(encoding="utf-8")
    return [*listed, *payloads.splitlines()]


def names() -> list[str]:
    """Return names of many countries in their own scripts, each once."""
    if not FOLDER.exists():
        return []
    found: dict[str, None] = {}
    for path in sorted(FOLDER.glob("common-*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found[row["Localized Name"]] = None
    return [name for name in found if name]


def everything() -> list[str]:
    return list(dict.fromkeys([*OWN, *REFUSED, *naughty(), *names()]))


def some(count: int = SLICE) -> list[str]:
    """Return a slice that shows each kind, the same on every run."""
    rest = [*naughty(), *names()]
    Random(7).shuffle(rest)
    return list(dict.fromkeys([*OWN, *REFUSED, *islice(rest, count)]))
