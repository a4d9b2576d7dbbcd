"""A day from its beginning to its end, and the search through all that it left behind."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from playwright.sync_api import BrowserType

from tests.billing.payments.told import FIELDS, flat
from tests.canaries import arriving, browsing, office, places, troubles
from tests.canaries import day as work
from tests.canaries.day import Day
from tests.canaries.ears import Commands, Passing, Statements
from tests.canaries.gathering import Left
from tests.canaries.marks import Mark
from tests.canaries.places import Place, Search
from tests.canaries.scanning import Find, Scanner
from tests.figures import Tell

CONTROL = Mark("planted", "Þlantéd d'Œuvre & 林 Ωmega")
"""Quotes, signs, and letters of several scripts: its guises differ from each other."""
TOLD_TO_STRIPE = {field for fields in FIELDS.values() for field in fields}
PLAIN_WORDS = re.compile(
    r"payment|usd|Invoice|\d{1,9}|[0-9a-f-]{36}|payment_intent\.latest_charge\.balance_transaction"
    r"|http://127\.0\.0\.1:\d+/(((card-payments|invoices|pay/payments)/[0-9a-f-]{36})|pay/account)/"
)
COMMAND_ON_KEY = re.compile(rb'"(?:SET|GET|LPUSH|RPUSH|BRPOP|HSET|SADD|ZADD|DEL)" "([^"]+)"', re.I)
PROGRESS = re.compile(rb":1:progress(:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}){2}")
"""A count under the ids of a practice and of a piece of work, which name nobody."""

OF_THE_QUEUE = re.compile(rb"celery(\x06.*|\\x06.*)?|_kombu\.[\w.]+|unacked\w*|planted")
PICKLED = (
    b"application/x-python-serialize",
    b"pickle",
    b"\x80\x04\x95",
    b"\\x80\\x04\\x95",
    b"gASV",
)


@dataclass
class Searched:
    """A day, the folder of the search, and what was found."""

    day: Day
    folder: Path
    tell: Tell
    profile: Path
    temporary: Path | None = None
    found: list[Find] = field(default_factory=list)

    def lived(self, steps: Iterable[Any], chromium: BrowserType, program: str) -> list[Place]:
        """Let the day pass while everything is listened to; return the places that it filled."""
        day = self.day
        left = Left(day, self.folder / "left", CONTROL, is_thorough=self.temporary is not None)
        left.folder.mkdir(parents=True)
        with ExitStack() as ears:
            url = day.house.env["QUIETLEDGER_DEV_SUPERUSER_URL"]
            ears.enter_context(Statements(day.heard, url))
            ears.enter_context(Commands(day.heard, valkey_socket(day)))
            if self.temporary:
                kept = self.folder / "temporary"
                ears.enter_context(Passing(day.heard, [self.temporary], kept))
            for step in steps:
                step(day)
            self.browse(chromium, program)
            filled = left.while_it_runs()
            if self.temporary:
                filled.append(self.passing(left))
        return [*filled, *left.of_logs(), *left.of_state(), *left.heard(), self.of_browser(left)]

    def browse(self, chromium: BrowserType, program: str) -> None:
        day = self.day
        invoice = work.treat(day, day.clients[-1])
        with browsing.at_a_browser(day, chromium, program, self.profile) as person:
            browsing.work(day, person, invoice)
            browsing.plant(person, "/healthz", CONTROL.text)

    def passing(self, left: Left) -> Place:
        """Plant a file that is gone a moment later, and return where such files are kept."""
        assert self.temporary
        brief = self.temporary / "brief"
        places.plant(brief, left.planted)
        inode = str(brief.stat().st_ino)
        self.day.until_true((self.folder / "temporary" / inode).exists, "nobody saw the file")
        brief.unlink()
        paths = [self.temporary, self.folder / "temporary"]
        return Place("temporary files", paths, frozenset(left.planted))

    def of_browser(self, left: Left) -> Place:
        return left.of_files("browser's folder", browsing.profile_without_programs(self.profile))

    def through(self, filled: Sequence[Place]) -> None:
        """Look through places for every marked value, and print what was looked at."""
        marks = self.day.marks.made
        scanner = Scanner(self.folder / "scanner", [*marks, CONTROL])
        search = Search(scanner, CONTROL, self.tell)
        self.found = search.look(filled)
        kinds = len({mark.kind for mark in marks})
        looked = sum(scanner.sizes.values())
        self.tell(
            f"canaries: {len(marks)} marked values of {kinds} kinds, {len(scanner.guises):,}"
            f" guises, {len(filled)} places, {looked:,} bytes: {len(self.found)} found"
        )
        stored = {Path(find.file).parts for find in search.controls["browser's folder"]}
        for part in ("Local Storage", "IndexedDB", "History"):
            assert any(part in " ".join(parts) for parts in stored), part


def full(folder: Path) -> Iterator[Any]:
    """Give the steps of a full day."""
    yield lambda day: work.everybody(day, 12)
    yield lambda day: office.payment(day, work.treat(day, day.clients[0]))
    yield lambda day: arriving.files_of_clients(day, 4)
    yield lambda day: arriving.bundles(day, 3)
    yield lambda day: arriving.files_of_the_operator(day, folder)
    yield lambda day: arriving.pulls(day, 3)
    yield arriving.mend
    yield office.merging
    yield office.emergency
    yield office.exports
    yield office.refusals
    yield office.strangers
    yield troubles.failing_requests
    yield troubles.refused_rows
    yield lambda day: troubles.failing_tasks(day, folder)
    yield troubles.violence
    yield office.operations


def short() -> Iterator[Any]:
    """Give the steps of a day that is over within a minute."""
    yield lambda day: work.everybody(day, 2)
    yield lambda day: arriving.files_of_clients(day, 1)
    yield troubles.failing_requests
    yield troubles.refused_rows


def valkey_socket(day: Day) -> Path:
    with redis.Redis.from_url(day.house.env["REDIS_URL"]) as client:
        return Path(client.connection_pool.connection_kwargs["path"])


def told_to_stripe(day: Day) -> tuple[set[str], set[str]]:
    """Return names of fields that Stripe was told, and values that are no plain word or id."""
    names, odd = set(), set()
    for request in day.house.card_company("GET", "requests")["requests"]:
        if request["path"].startswith("/v1/webhook_endpoints"):
            continue  # the demo's own set-up
        for name, value in flat(request["params"]):
            names.add(name)
            if not PLAIN_WORDS.fullmatch(str(value)):
                odd.add(f"{name}={value}")
    return names, odd


def keys_of_valkey(commands: bytes) -> set[bytes]:
    """Return the keys that anybody named to Valkey, but the queue's and how far an import is."""
    named = set(COMMAND_ON_KEY.findall(commands))
    return {k for k in named if not (OF_THE_QUEUE.fullmatch(k) or PROGRESS.fullmatch(k))}


def pickles(commands: bytes) -> list[bytes]:
    return [sign for sign in PICKLED if sign in commands]
