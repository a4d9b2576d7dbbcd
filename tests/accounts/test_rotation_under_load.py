"""Keys change while people read and write, and whoever changes them is killed in the middle.

By default a small slice; ``-m phi`` is the full size: 20,000 clients, 20 requests a second, five
minutes.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from statistics import quantiles
from threading import Event, Thread
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections

from accounts.ids import uuid7
from accounts.models import DataKey
from accounts.selectors import key_status, sealed
from accounts.tenancy import practice_scope
from clients.models import Client
from tests.clients.people import NOW
from tests.figures import Tell
from tests.houses import House

pytestmark = pytest.mark.commits

ALIASES = {
    "DATABASE_URL": "default",
    "DATABASE_GATE_URL": "gate",
    "DATABASE_OWNER_URL": "owner",
    "DATABASE_BACKUP_URL": "backup",
}
COMMAND = ("-m", "django", "rotate_keys", "--practice", "harbor-lane", "--pause")
HANDS, PAGE, KILLS = 4, 50, 3
RUNS = 4
"""A run may leave the old key to the next one, while hands never let go of it together."""

A_BATCH = 1_000
"""Values of one batch that moved, and not only those that somebody wrote meanwhile."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything; a rate of 0 is as fast as it goes."""

    clients: int
    per_second: float
    seconds: float
    pause: float


SLICE = Size(clients=2_000, per_second=0, seconds=0, pause=0.25)
FULL = Size(clients=20_000, per_second=20, seconds=300, pause=0.5)


@dataclass
class Hand:
    """Somebody who reads pages and changes records of their own, and what they were told."""

    house: House
    own: list[UUID]
    seed: int
    every: float
    stop: Event
    written: dict[UUID, str] = field(default_factory=dict)
    reads: int = 0
    spent: list[float] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    has_ended: Event = field(default_factory=Event)

    def work(self) -> None:
        chance, due = random.Random(self.seed), time.monotonic()
        try:
            while not self.stop.is_set():
                began = time.perf_counter()
                self.write(chance) if chance.random() < 0.3 else self.read(chance)
                self.spent.append(time.perf_counter() - began)
                due += self.every
                self.stop.wait(max(0.0, due - time.monotonic()))
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            connections.close_all()
            self.has_ended.set()

    def read(self, chance: random.Random) -> None:
        start = chance.choice(self.own)
        with practice_scope(self.house.id):
            for client in Client.objects.filter(pk__gte=start).order_by("pk")[:PAGE]:
                assert client.family_name.startswith("Family")
                assert client.given_names.startswith("Given")
                assert client.birth_date == date(1980, 1, 1)
        self.reads += 1

    def write(self, chance: random.Random) -> None:
        pk, called = chance.choice(self.own), f"{chance.randrange(10**9):09}"
        with practice_scope(self.house.id):
            client = Client.objects.select_for_update(no_key=True).get(pk=pk)
            assert client.preferred_name == self.written.get(pk, "")
            client.preferred_name = called
            # Every second time the whole row, as whoever opened none of its values would save it.
            client.save(update_fields=["preferred_name"] if chance.random() < 0.5 else None)
        self.written[pk] = called


def fill(house: House, count: int) -> list[UUID]:
    by = house.people["front-desk"]
    with practice_scope(house.id, person_id=by.person_id):
        made = Client.objects.bulk_create(
            [
                Client(
                    id=uuid7(),
                    code=f"C-{number:05}",
                    given_names=f"Given {number}",
                    family_name=f"Family {number}",
                    preferred_name="",
                    birth_date=date(1980, 1, 1),
                    likeness=bytes([number % 256]),
                    created_at=NOW,
                    created_by=by,
                )
                for number in range(count)
            ],
            batch_size=500,
        )
    return [client.pk for client in made]


def rotating(pause: float) -> subprocess.Popen[bytes]:
    """Start the command in a process of its own, on the database of this test."""
    env = dict(os.environ)
    for name, alias in ALIASES.items():
        database = connections.settings[alias]["NAME"]
        env[name] = urlsplit(env[name])._replace(path=f"/{database}").geturl()
    return subprocess.Popen(
        [sys.executable, *COMMAND, str(pause)],
        cwd=settings.BASE_DIR,
        env=env,
        stdout=subprocess.DEVNULL,
    )


def moved(house: House) -> int:
    with practice_scope(house.id):
        return key_status.status().moved if DataKey.objects.filter(version=2).exists() else 0


def killed_in_the_middle(house: House, pause: float) -> int:
    """Run the rotation, kill it once it has moved something more, and say how much had moved."""
    before = moved(house)
    process = rotating(pause)
    while (now := moved(house)) < before + A_BATCH:
        assert process.poll() is None, "it ended before it moved anything"
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return now


def is_done(house: House) -> bool:
    with practice_scope(house.id):
        return key_status.old_versions() == []


@pytest.fixture
def hands(practice: House, request: pytest.FixtureRequest) -> Iterator[list[Hand]]:
    size: Size = request.param
    ids, stop = fill(practice, size.clients), Event()
    share = len(ids) // HANDS
    every = HANDS / size.per_second if size.per_second else 0.01
    people = [
        Hand(practice, ids[n * share : (n + 1) * share], n, every, stop) for n in range(HANDS)
    ]
    threads = [Thread(target=hand.work) for hand in people]
    for thread in threads:
        thread.start()
    try:
        yield people
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    ("hands", "size"),
    [(SLICE, SLICE), pytest.param(FULL, FULL, marks=pytest.mark.phi)],
    ids=["slice", "full"],
    indirect=["hands"],
)
def test_nothing_fails_and_nothing_is_lost_while_keys_change(
    practice: House, hands: list[Hand], size: Size, tell: Tell
) -> None:
    time.sleep(size.seconds / 5)
    calm = [len(hand.spent) for hand in hands]
    began = time.monotonic()
    left_at = [killed_in_the_middle(practice, size.pause) for _ in range(KILLS)]
    for _ in range(RUNS):
        assert rotating(size.pause / 5).wait() == 0
        if is_done(practice):
            break
    lasted = time.monotonic() - began
    time.sleep(max(0.0, size.seconds - lasted))
    while any(len(hand.spent) == 0 for hand in hands):
        time.sleep(0.05)
    hands[0].stop.set()
    for hand in hands:  # Whoever is in the middle of writing has not told yet what they wrote.
        assert hand.has_ended.wait(60)

    assert [failure for hand in hands for failure in hand.failures] == []
    with practice_scope(practice.id):
        for hand in hands:
            for client in Client.objects.filter(pk__in=hand.written):
                assert client.preferred_name == hand.written[client.pk]
        old, new = DataKey.objects.order_by("version")
        assert (old.wrapped, new.destroyed_at) == (None, None)
        assert set(sealed.under_versions()) == {2}
        assert sealed.first_offence() is None
    before = [ms for hand, n in zip(hands, calm, strict=True) for ms in hand.spent[:n]]
    during = [ms for hand, n in zip(hands, calm, strict=True) for ms in hand.spent[n:]]
    reads, writes = sum(hand.reads for hand in hands), sum(len(hand.written) for hand in hands)
    tell(
        f"{size.clients:,} clients: {reads:,} pages read and {writes:,} records written in"
        f" {lasted:.0f} s of rotation, killed at {left_at} values moved:"
        f" 0 failed, 0 lost; p95 {_p95(before)} before, {_p95(during)} during"
    )


def _p95(spent: list[float]) -> str:
    return f"{quantiles(spent, n=20)[-1] * 1000:.0f} ms" if len(spent) > 1 else "not measured"
