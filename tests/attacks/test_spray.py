"""One guess at each of many names, from many addresses: no name's own limit ever sees it."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from os import getloadavg
from statistics import median
from time import perf_counter, sleep
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import OutgoingMail, SignInTry, SprayAlarm, User
from accounts.selectors import presence
from accounts.services import devices, signin, spray, totp, tries, users
from accounts.services.signin import NotAccepted
from accounts.services.tries import NewDevicesRest
from accounts.sessions import Origin
from accounts.tasks import watch_for_spray
from accounts.tenancy import installation_scope
from accounts.views import browser as browsers
from audit.actions import Action
from audit.models import Event
from tests.attacks.conftest import Street
from tests.attacks.test_brute import at_once, hashed
from tests.figures import Tell
from tests.houses import PASSWORD, user_of

__all__ = ["hashed"]

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

NAMES = 300
ALLOWED: int = settings.SPRAY_TRIES_MAX
OPERATOR = "operator@example.org"
SPRAYERS, PAUSE_SECONDS = 8, 1.6
ROOMY = 500
"""Beyond what strangers fail at in a test that only measures."""


@pytest.fixture(autouse=True)
def _nobody_tried_before(street: Street) -> Iterator[None]:
    SignInTry.objects.all().delete()
    SprayAlarm.objects.all().delete()
    yield
    SignInTry.objects.all().delete()


@pytest.fixture
def owner(street: Street) -> User:
    """Somebody of the practice, with an app."""
    user = user_of(street.here.house.people["accountant"])
    if not totp.has_device(user):
        totp.install(user=user, secret=totp.new_secret(), now=timezone.now())
    return user


def browser_known_of(user: User, street: Street) -> Client:
    """Return a browser in which somebody signed in before."""
    token, answer = devices.new_token(), HttpResponse()
    here = {"origin": Origin("A browser"), "practice_id": street.here.id, "now": timezone.now()}
    devices.remember(token=token, user=user, **here)  # type: ignore[arg-type]  # each of its kind
    browsers.mark(answer, token)
    browser = Client()
    browser.cookies[browsers.COOKIE] = answer.cookies[browsers.COOKIE].value
    return browser


def victims(street: Street, count: int) -> list[str]:
    """Return names: those of the practice, and many that nobody has."""
    known = [user_of(member).email for member in street.here.house.people.values()]
    return [*known, *(f"nobody-{n}@example.org" for n in range(count - len(known)))]


def knock(name: str, place: int) -> str:
    """Guess once, from an address of one's own; return what the page says of it."""
    browser = Client(REMOTE_ADDR=f"127.0.{place // 250}.{place % 250 + 1}")
    page = browser.post(reverse("accounts:sign_in"), {"email": name, "password": "Winter2026!!"})
    assert page.status_code == 422
    text = page.content.decode()
    said = {"rests for a few minutes": "refused unchecked", "do not belong together": "checked"}
    return next(told for words, told in said.items() if words in text)


def sign_in(browser: Client, user: User) -> float:
    """Sign in by the pages, and return how many seconds it took."""
    totp_row = type(user.totp).objects.get(user=user)
    type(user.totp).objects.update(last_step=0)
    began = perf_counter()
    given = {"email": user.email, "password": PASSWORD}
    step = browser.post(reverse("accounts:sign_in"), given)
    assert step.status_code == 302, step.content.decode()
    code = totp.code_at(totp_row.secret, timezone.now())
    answer = browser.post(step["Location"], {"code": code})
    assert answer.status_code == 302, answer.content.decode()
    return perf_counter() - began


def test_three_hundred_names_are_not_all_guessed_at(
    street: Street, owner: User, hashed: list[str], settings: Settings, tell: Tell
) -> None:
    settings.OPERATOR_MAIL = OPERATOR
    at_home = browser_known_of(owner, street)
    hashed.clear()

    said = Counter(knock(name, n) for n, name in enumerate(victims(street, NAMES)))

    tell(f"{len(hashed)} of {NAMES} sprayed guesses were evaluated; the answers were {said}")
    assert dict(said) == {"checked": ALLOWED, "refused unchecked": NAMES - ALLOWED}
    assert len(hashed) == ALLOWED

    took = sign_in(at_home, owner)
    tell(f"meanwhile the owner signed in from a known device in {took * 1000:.0f} ms")
    watch_for_spray()
    watch_for_spray()
    assert told_of_the_alarm() == [ALLOWED]


def told_of_the_alarm() -> list[int]:
    """Return of how many names the log was told, after a look at the letters."""
    with installation_scope():
        letters = [letter.to for letter in OutgoingMail.objects.all()]
        events = Event.objects.filter(action=Action.SPRAY_ALARM)
        names = [int(event.facts["names"]) for event in events]
    assert letters.count(OPERATOR) == len(names) == SprayAlarm.objects.count()
    return names


def test_the_alarm_comes_within_a_minute() -> None:
    schedule: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE["spray"]

    assert schedule["task"] == watch_for_spray.name
    assert schedule["schedule"] <= 30


def test_guesses_at_the_same_moment_do_not_slip_past_the_count(
    street: Street, hashed: list[str], tell: Tell
) -> None:
    now, names = timezone.now(), victims(street, 2 * ALLOWED)

    told = at_once(
        [
            lambda name=name: signin.give_password(email=name, password="wrong", now=now)  # type: ignore[misc]  # bound now
            for name in names
        ]
    )

    tell(f"{len(hashed)} of {len(names)} parallel guesses at as many names were evaluated")
    assert told == {NotAccepted.__name__: ALLOWED, NewDevicesRest.__name__: ALLOWED}
    assert len(hashed) == ALLOWED


@pytest.mark.parametrize("names", [30, pytest.param(NAMES, marks=pytest.mark.brute)])
@pytest.mark.usefixtures("real_hashes")
def test_the_owner_signs_in_while_names_are_sprayed(
    street: Street, owner: User, names: int, tell: Tell
) -> None:
    """Five guesses a second, ten times as many as G15 names; hashes cost what they do at work."""
    owner.set_password(PASSWORD)
    owner.save(update_fields=["password"])
    at_home = [browser_known_of(owner, street) for _ in range(3)]
    took: list[float] = []
    guesses = list(enumerate(victims(street, names)))
    with ThreadPoolExecutor(SPRAYERS) as pool:
        doing = [pool.submit(knocks, guesses[hand::SPRAYERS]) for hand in range(SPRAYERS)]
        while not all(hand.done() for hand in doing) or len(took) < len(at_home):
            took.append(sign_in(at_home[len(took) % len(at_home)], owner))
        said = sum((hand.result() for hand in doing), Counter[str]())

    tell(
        f"G15: {said['checked']} of {names} sprayed guesses were evaluated; meanwhile the owner"
        f" signed in {len(took)} times from known devices in {median(took):.2f} s (median),"
        f" {max(took):.2f} s at most, both steps, load {getloadavg()[0]:.1f}"
    )
    assert said["checked"] == min(names, ALLOWED)


def knocks(guesses: list[tuple[int, str]]) -> Counter[str]:
    try:
        told = Counter[str]()
        for place, name in guesses:
            told[knock(name, place)] += 1
            sleep(PAUSE_SECONDS)
        return told
    finally:
        connections.close_all()


def test_two_watchmen_at_once_raise_one_alarm(street: Street, settings: Settings) -> None:
    settings.SPRAY_NAMES = 5
    now = timezone.now()
    for n in range(5):
        tries.reserve(f"{n}@example.org", now=now)
    before = told_in_all()

    at_once([lambda: spray.watch(now=now)] * 8)

    assert SprayAlarm.objects.count() == 1
    assert told_in_all() - before == 1


def told_in_all() -> int:
    with installation_scope():
        return Event.objects.filter(action=Action.SPRAY_ALARM).count()


@pytest.mark.parametrize(
    "rows", [20_000, pytest.param(1_000_000, marks=pytest.mark.brute)], ids=["some", "a million"]
)
def test_the_count_stays_cheap_among_a_month_of_tries(
    street: Street, owner: User, settings: Settings, rows: int, tell: Tell
) -> None:
    """A month of them, of which one in fifty failed, and one in ten came from a known device."""
    settings.SPRAY_TRIES_MAX = ROOMY
    now = timezone.now()
    plant(rows)

    plans = explained(lambda: tries.reserve("x@example.org", now=now))
    plans += explained(lambda: spray.names_tried(now=now))
    device = uuid4()
    stranger = timed(lambda n: tries.reserve(f"{n}@example.org", now=now))
    known = timed(lambda n: tries.reserve(f"{n}@example.org", now=now, device_id=device))
    alarm = timed(lambda n: spray.names_tried(now=now + timedelta(seconds=n)))

    tell(
        f"among {rows:,} tries a reservation takes {stranger:.2f} ms for a stranger,"
        f" {known:.2f} ms for a known device (median of 50); the watch {alarm:.2f} ms"
    )
    assert [plan for plan in plans if "Seq Scan" in plan] == []
    assert all("accounts_signintry_strangers" in plan for plan in plans[-2:])


def plant(rows: int) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_signintry (id, name_hash, at, succeeded, device_id)"
            " SELECT gen_random_uuid(), sha256(n::text::bytea),"
            " now() - interval '30 days' * (n::float / %s), n %% 50 > 0,"
            " CASE WHEN n %% 10 = 0 THEN gen_random_uuid() END"
            " FROM generate_series(1, %s) AS n",
            [rows, rows],
        )
        cursor.execute("ANALYZE accounts_signintry")


def explained(act: Callable[[], object]) -> list[str]:
    """Return how the database finds what this reads of the tries, query by query."""
    with CaptureQueriesContext(connections["gate"]) as asked:
        act()
    plans = []
    for query in asked.captured_queries:
        if query["sql"].startswith("SELECT") and "accounts_signintry" in query["sql"]:
            with connections["gate"].cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


def timed(act: Callable[[int], object]) -> float:
    """Return the median of 50 in milliseconds."""
    taken = []
    for n in range(50):
        began = perf_counter()
        act(n)
        taken.append(perf_counter() - began)
    return median(taken) * 1000


def test_no_known_device_of_the_owner_stands_in_a_strangers_count(
    street: Street, owner: User
) -> None:
    token = devices.new_token()
    devices.remember(
        token=token,
        user=owner,
        origin=Origin("A browser"),
        practice_id=street.here.id,
        now=timezone.now(),
    )
    own = presence.known_device(token=token, name=users.canonical_name(owner.email))

    tries.reserve(owner.email, now=timezone.now(), device_id=own)

    assert spray.names_tried(now=timezone.now()) == 0
