"""Does anybody learn from an answer, or from its time, whether an address is somebody's?

What is done for an answer is compared always: every statement, every hash. The time itself is
measured under the mark ``brute``: each kind of address once a turn, in an order of chance, so that
a busy second hits them all alike.
"""

import os
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import PasswordResetAsk, SignInTry, User
from accounts.services import totp, tries, users
from accounts.services.tries import NameRests
from tests.attacks.conftest import Street
from tests.figures import Tell
from tests.houses import PASSWORD, browser_of

pytestmark = [
    pytest.mark.commits,
    pytest.mark.xdist_group("attacks"),
    pytest.mark.usefixtures("real_hashes"),
]

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)
TURNS = 500
FURTHEST_MS, AUC_MAX = 5.0, 0.55
ROUNDS_MAX = 3
"""A leak is there every time; a machine that is busy with something else spoils one round.

How far two addresses are apart that are both nobody's tells how well this machine can measure.
"""

ANYBODY = ("nobody", "nobody else", "known", "off")
SAVEPOINT = re.compile(r"\bs\d+_x\d+\b")

Ask = Callable[[], HttpResponse]


@dataclass(frozen=True, slots=True)
class Door:
    """Where one can ask about an address: a way to do it once for each kind, nobody's first."""

    asks: Mapping[str, Ask]
    before: Callable[[], None]

    def turn(self, chance: random.Random) -> Iterator[tuple[str, Ask]]:
        """Give every kind once, in an order of chance, with no limit in the way."""
        self.before()
        yield from chance.sample(list(self.asks.items()), len(self.asks))


@pytest.fixture
def names(street: Street) -> dict[str, str]:
    """One address of each kind, of the same length; four are nobody's."""
    made = {}
    for kind in ("known", "off", "no app", "locked"):
        made[kind] = nobody()
        user = users.create(email=made[kind], password=PASSWORD, now=NOW)
        if kind != "no app":
            totp.install(user=user, secret=totp.new_secret(), now=NOW)
    User.objects.filter(email=made["off"]).update(is_active=False)
    more = ("nobody", "nobody else", "nobody, locked", "nobody else, locked")
    return made | {kind: nobody() for kind in more}


@pytest.fixture(params=["sign-in", "sign-in that rests", "reset", "invitation"])
def door(request: pytest.FixtureRequest, names: dict[str, str], street: Street) -> Iterator[Door]:
    """Each place that takes an address from somebody who may not learn whose it is."""
    yield doors(names, street)[request.param]
    forget()


def doors(names: dict[str, str], street: Street) -> dict[str, Door]:
    guesses = {
        kind: partial(sign_in, names[kind], PASSWORD if kind == "off" else "wrong")
        for kind in (*ANYBODY, "no app")
    }
    resting = {"nobody": "nobody, locked", "nobody else": "nobody else, locked", "locked": "locked"}
    refused = {kind: partial(sign_in, names[name]) for kind, name in resting.items()}
    links = {kind: partial(ask_for_link, names[kind]) for kind in ANYBODY}
    invited = {kind: partial(invite, street, names[kind]) for kind in ANYBODY}
    return {
        "sign-in": Door(guesses, forget),
        "sign-in that rests": Door(
            refused, partial(rest, *(names[one] for one in resting.values()))
        ),
        "reset": Door(links, forget),
        "invitation": Door(invited, forget),
    }


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement and every hash from now on, in order."""
    noted: list[str] = []
    real = Argon2PasswordHasher.verify

    def hashing(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        noted.append(encoded.rpartition("$")[0].rpartition("$")[0])
        return bool(real(self, password, encoded))

    def stating(alias: str, execute: Callable[..., object], sql: str, *rest: object) -> object:
        noted.append(f"{alias}: {SAVEPOINT.sub('savepoint', sql).replace('= NULL', '= %s')}")
        return execute(sql, *rest)

    monkeypatch.setattr(Argon2PasswordHasher, "verify", hashing)
    with ExitStack() as stack:
        for alias in ("default", "gate"):
            stack.enter_context(connections[alias].execute_wrapper(partial(stating, alias)))
        yield noted


def nobody() -> str:
    return f"{uuid4().hex}@harbor-lane.example"


def sign_in(email: str, password: str = "wrong") -> HttpResponse:
    return Client().post("/sign-in/", {"email": email, "password": password})  # type: ignore[return-value]  # the client's own kind of it


def ask_for_link(email: str) -> HttpResponse:
    return Client().post("/reset/", {"email": email})  # type: ignore[return-value]  # the same


def invite(street: Street, email: str) -> HttpResponse:
    """Invite from a practice in which the address is nobody's."""
    administrator = street.here.house.people["administrator"]
    typed = {"email": email, "display_name": "Wren", "role": str(street.here.ids["role"])}
    return browser_of(administrator).post(reverse("accounts:invitations"), typed)  # type: ignore[return-value]  # the same


def rest(*names: str) -> None:
    """Let these names rest; what is refused while they do is not counted."""
    for name in names:
        with suppress(NameRests):
            while True:
                tries.reserve(name, now=timezone.now())


def forget() -> None:
    """Let no limit come between two tries."""
    SignInTry.objects.all().delete()
    PasswordResetAsk.objects.all().delete()


def told(answer: HttpResponse) -> tuple[int, str, int]:
    """Return what can be compared of an answer: its tokens are new each time."""
    return answer.status_code, answer.headers.get("Location", ""), len(answer.content)


def test_every_wrong_sign_in_reads_the_same(names: dict[str, str]) -> None:
    tries_made = {
        "nobody": sign_in(nobody()),
        "wrong": sign_in(names["known"]),
        "off, with the right password": sign_in(names["off"], PASSWORD),
        "without an app": sign_in(names["no app"]),
    }
    rest(names["locked"], names["nobody, locked"], names["known"])
    tries_made["locked"] = sign_in(names["locked"])
    tries_made["nobody, locked"] = sign_in(names["nobody, locked"])
    tries_made["locked, with the right password"] = sign_in(names["known"], PASSWORD)

    sentence = "This address and password do not belong together, or the address rests"
    assert {told(answer) for answer in tries_made.values()} == {
        (422, "", len(tries_made["nobody"].content))
    }
    assert all(sentence in answer.content.decode() for answer in tries_made.values())
    forget()


def test_the_same_is_said_and_done_for_every_address(door: Door, done: list[str]) -> None:
    said, work = {}, {}

    for _warm in range(2):
        for kind, ask in door.turn(random.Random(1)):
            done.clear()
            said[kind] = told(ask())
            work[kind] = list(done)

    assert set(said.values()) == {said["nobody"]}
    for kind, steps in work.items():
        assert steps == work["nobody"], kind
        assert steps, kind


@pytest.mark.brute
def test_the_time_of_an_answer_tells_nothing(
    door: Door, tell: Tell, request: pytest.FixtureRequest
) -> None:
    where = request.node.callspec.id
    for _ in range(ROUNDS_MAX):
        taken = measured(door)
        alike = [
            is_alike(f"{where}, {kind}", took, taken["nobody"], tell)
            for kind, took in taken.items()
            if kind != "nobody"
        ]
        if all(alike):
            return
    pytest.fail("One can tell by the time whether an address is somebody's; see the figures.")


def measured(door: Door) -> dict[str, list[float]]:
    """Return the milliseconds that each kind of address took, in each of the turns."""
    taken: dict[str, list[float]] = {kind: [] for kind in door.asks}
    chance = random.Random(1)
    for _, ask in door.turn(chance):
        ask()
    for _ in range(TURNS):
        for kind, ask in door.turn(chance):
            began = time.perf_counter()
            ask()
            taken[kind].append((time.perf_counter() - began) * 1000)
    return taken


def is_alike(name: str, ones: list[float], others: list[float], tell: Tell) -> bool:
    """Say whether somebody's times are like nobody's, and tell how alike."""
    median = statistics.median(others)
    apart, auc = statistics.median(ones) - median, area(ones, others)
    tell(
        f"{name}: nobody's median {median:.2f} ms, somebody's {apart:+.2f} ms, "
        f"AUC {auc:.3f}, 2 x {len(ones)} tries, load {os.getloadavg()[0]:.1f}"
    )
    return abs(apart) <= FURTHEST_MS and abs(auc - 0.5) <= AUC_MAX - 0.5


def area(ones: list[float], others: list[float]) -> float:
    """Return how often one of the first took longer than one of the others (ROC AUC)."""
    longer = sum((one > other) + (one == other) / 2 for one in ones for other in others)
    return longer / (len(ones) * len(others))
