"""Does anybody learn from an answer, or from its time, whether an address is somebody's?"""

import random
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import PasswordResetAsk, SignInTry, User
from accounts.services import totp, tries, users
from accounts.services.tries import NameRests
from tests.attacks.conftest import Street
from tests.figures import Tell
from tests.houses import PASSWORD

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)
PAIRS = 500
FURTHEST_MS, AUC_MAX = 5.0, 0.55
ROUNDS_NEEDED, ROUNDS_MAX = 2, 3
"""A leak is there every time; a machine that is busy with something else spoils one round."""

Ask = Callable[[str], HttpResponse]


@pytest.fixture
def names(street: Street) -> dict[str, str]:
    """One address of each kind, of the same length; the last is nobody's."""
    made = {}
    for kind in ("known", "off", "no app", "locked"):
        made[kind] = f"{uuid4().hex}@harbor-lane.example"
        user = users.create(email=made[kind], password=PASSWORD, now=NOW)
        if kind != "no app":
            totp.install(user=user, secret=totp.new_secret(), now=NOW)
    User.objects.filter(email=made["off"]).update(is_active=False)
    return made


def nobody() -> str:
    return f"{uuid4().hex}@harbor-lane.example"


def sign_in(email: str, password: str = "wrong") -> HttpResponse:
    return Client().post("/sign-in/", {"email": email, "password": password})  # type: ignore[return-value]  # the client's own kind of it


def ask_for_link(email: str) -> HttpResponse:
    return Client().post("/reset/", {"email": email})  # type: ignore[return-value]  # the same


def rest(name: str) -> None:
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
    for kind, name in (("locked", names["locked"]), ("nobody, locked", nobody())):
        rest(name)
        tries_made[kind] = sign_in(name)
    rest(names["known"])
    tries_made["locked, with the right password"] = sign_in(names["known"], PASSWORD)

    sentence = "This address and password do not belong together, or the address rests"
    assert {told(answer) for answer in tries_made.values()} == {
        (422, "", len(tries_made["nobody"].content))
    }
    assert all(sentence in answer.content.decode() for answer in tries_made.values())
    forget()


def test_asking_for_a_link_reads_the_same(names: dict[str, str]) -> None:
    answers = [told(ask_for_link(email)) for email in (*names.values(), nobody())]

    assert set(answers) == {(302, "/reset/?asked=1", 0)}
    forget()


@pytest.mark.brute
@pytest.mark.parametrize(
    ("kind", "ask"),
    [
        ("known", sign_in),
        ("off", lambda email: sign_in(email, PASSWORD)),
        ("no app", sign_in),
        ("locked", sign_in),
        ("known", ask_for_link),
        ("off", ask_for_link),
    ],
    ids=["sign-in", "switched off", "no app", "locked", "reset", "reset, switched off"],
)
def test_the_time_of_an_answer_tells_nothing(
    names: dict[str, str], kind: str, ask: Ask, tell: Tell, request: pytest.FixtureRequest
) -> None:
    somebody, else_nobody = names[kind], nobody()
    alike = 0

    for _ in range(ROUNDS_MAX):
        taken = measured(ask, somebody, else_nobody, rested=kind == "locked")
        median = statistics.median(taken[else_nobody])
        apart = statistics.median(taken[somebody]) - median
        auc = area(taken[somebody], taken[else_nobody])
        tell(
            f"{request.node.callspec.id}: median {median:.2f} ms, somebody's {apart:+.2f} ms, "
            f"AUC {auc:.3f}, 2 x {PAIRS} tries"
        )
        if abs(apart) <= FURTHEST_MS and abs(auc - 0.5) <= AUC_MAX - 0.5:
            alike += 1
        if alike == ROUNDS_NEEDED:
            return
    pytest.fail("One can tell by the time whether an address is somebody's; see the figures.")


def measured(ask: Ask, one: str, other: str, *, rested: bool) -> dict[str, list[float]]:
    """Time both in pairs, each pair in an order of chance, so that a busy minute hits both."""
    taken: dict[str, list[float]] = {one: [], other: []}
    chance = random.Random(1)
    for warm in (one, other):
        ask(warm)
    for _ in range(PAIRS):
        for name in chance.sample([one, other], 2):
            forget()
            if rested:
                rest(name)
            began = time.perf_counter()
            ask(name)
            taken[name].append((time.perf_counter() - began) * 1000)
    forget()
    return taken


def area(ones: list[float], others: list[float]) -> float:
    """Return how often one of the first took longer than one of the others (ROC AUC)."""
    longer = sum((one > other) + (one == other) / 2 for one in ones for other in others)
    return longer / (len(ones) * len(others))
