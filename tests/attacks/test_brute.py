"""Guessing at the door: many hands, many spellings, one limit."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import recovery, signin, totp, tries, users
from accounts.services.signin import NotAccepted, TicketOver
from accounts.services.totp import CodeAlreadyUsed, CodeRefused, WrongCode
from accounts.services.tries import NameRests
from tests.attacks.conftest import Street
from tests.houses import PASSWORD

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)
HANDS, MANY_HANDS = 12, 40
"""Each holds two connections, of the two hundred that a server has."""

LIMIT = tries.FAILURES_MAX

guesses = pytest.mark.parametrize(
    "count", [HANDS, pytest.param(200, marks=pytest.mark.brute)], ids=["a few", "many"]
)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a guess cost little, so that more of them come at the same moment."""
    for cost, least in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, cost, least)


@pytest.fixture
def victim(street: Street) -> User:
    """Somebody new, with a confirmed authenticator app."""
    user = users.create(email=f"v{uuid4().hex}@harbor-lane.example", password=PASSWORD, now=NOW)
    totp.install(user=user, secret=totp.new_secret(), now=NOW)
    return user


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that is really checked."""
    checked: list[str] = []
    real = Argon2PasswordHasher.verify

    def counting(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        checked.append(password)
        return bool(real(self, password, encoded))

    monkeypatch.setattr(Argon2PasswordHasher, "verify", counting)
    return checked


def spellings(name: str) -> list[str]:
    """Return what looks like another name to a careless counter."""
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in name)
    return [name, name.upper(), name.title(), f" {name} ", wide, f"{name[:3]} {name[3:]}\t"]


def at_once(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """Do all of these with many hands that begin together; count what became of them."""
    hands = HANDS if len(acts) <= 2 * HANDS else MANY_HANDS
    start = Barrier(hands)

    def hand(own: Sequence[Callable[[], object]]) -> list[str]:
        try:
            for alias in ("default", "gate"):
                connections[alias].ensure_connection()
            start.wait(timeout=20)
            return [outcome(act) for act in own]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(hands) as pool:
        doing = [pool.submit(hand, acts[place::hands]) for place in range(hands)]
        return Counter(told for done in doing for told in done.result())


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except (NameRests, NotAccepted, CodeRefused, TicketOver) as refused:
        return type(refused).__name__
    return "in"


def give_password(email: str, password: str = "wrong") -> signin.Ticket:
    return signin.give_password(email=email, password=password, now=NOW)


def give_code(ticket: signin.Ticket, code: str) -> User:
    return signin.give_code(ticket=ticket.text, code=code, now=NOW)


def code_of(user: User, at: datetime = NOW) -> str:
    return totp.code_at(user.totp.secret, at)


def wrong_codes(user: User, count: int) -> list[str]:
    """Return so many codes that the person's app shows at none of the times that count."""
    right = {code_of(user, NOW + timedelta(seconds=30 * step)) for step in (-1, 0, 1)}
    return [code for code in map("{:06}".format, range(count + 3)) if code not in right][:count]


@guesses
def test_five_passwords_are_checked_however_the_name_is_spelled(
    victim: User, hashed: list[str], count: int
) -> None:
    names = spellings(victim.email)

    told = at_once(
        [lambda n=n: give_password(names[n % len(names)]) for n in range(count)]  # type: ignore[misc]  # bound now
    )

    assert len(hashed) == LIMIT
    assert told == {NotAccepted.__name__: LIMIT, NameRests.__name__: count - LIMIT}


@guesses
def test_the_right_password_comes_too_late(victim: User, hashed: list[str], count: int) -> None:
    for _ in range(LIMIT):
        with pytest.raises(NotAccepted):
            give_password(victim.email)

    told = at_once([lambda: give_password(victim.email, PASSWORD)] * count)

    assert told == {NameRests.__name__: count}
    assert PASSWORD not in hashed


@guesses
def test_five_codes_are_checked_however_many_tickets_there_are(victim: User, count: int) -> None:
    """Whoever has the password gets tickets, and still no more than five guesses."""
    tickets = [give_password(victim.email, PASSWORD) for _ in range(3)]
    codes = wrong_codes(victim, count)

    told = at_once(
        [lambda n=n: give_code(tickets[n % 3], codes[n]) for n in range(count)]  # type: ignore[misc]  # bound now
    )

    assert told == {WrongCode.__name__: LIMIT, NameRests.__name__: count - LIMIT}
    with pytest.raises(NameRests):
        give_code(tickets[0], code_of(victim))


@guesses
def test_one_code_opens_one_of_many_tickets(victim: User, count: int) -> None:
    tickets = [give_password(victim.email, PASSWORD) for _ in range(min(count, 2 * HANDS))]
    code = code_of(victim)

    told = at_once([lambda ticket=ticket: give_code(ticket, code) for ticket in tickets])  # type: ignore[misc]  # bound now

    assert told["in"] == 1
    assert told[CodeAlreadyUsed.__name__] <= LIMIT
    assert told.keys() <= {"in", CodeAlreadyUsed.__name__, NameRests.__name__}


def test_one_ticket_opens_once_whatever_is_shown_with_it(victim: User) -> None:
    ticket = give_password(victim.email, PASSWORD)
    codes = recovery.issue(user=victim)

    told = at_once(
        [
            lambda code=code: signin.give_recovery_code(ticket=ticket.text, code=code, now=NOW)  # type: ignore[misc]  # bound now
            for code in codes
        ]
    )

    assert told["in"] == 1
    assert told.keys() <= {"in", TicketOver.__name__, NameRests.__name__}


def test_a_code_and_the_one_before_it_open_one_ticket_once(victim: User) -> None:
    ticket = give_password(victim.email, PASSWORD)
    codes = [code_of(victim, NOW - timedelta(seconds=30)), code_of(victim)]

    told = at_once([lambda code=code: give_code(ticket, code) for code in codes])  # type: ignore[misc]  # bound now

    assert told["in"] == 1


def test_the_limit_does_not_ask_where_a_guess_comes_from(victim: User, hashed: list[str]) -> None:
    """Forwarded addresses, browsers and cookies are the attacker's own words."""
    answers = [
        Client().post(
            reverse("accounts:sign_in"),
            {"email": name, "password": PASSWORD if place > LIMIT else "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{place}", "User-Agent": str(place)},
            REMOTE_ADDR=f"198.51.100.{place}",
        )
        for place, name in enumerate(spellings(victim.email)[:3] * 4, start=1)
    ]

    assert {answer.status_code for answer in answers} <= {422, 429}
    assert hashed == ["wrong"] * LIMIT


def test_the_name_wakes_after_a_quarter_of_an_hour(victim: User) -> None:
    at_once([lambda: give_password(victim.email)] * HANDS)

    later = signin.give_password(
        email=victim.email, password=PASSWORD, now=NOW + tries.WINDOW + timedelta(seconds=1)
    )

    assert later.text
