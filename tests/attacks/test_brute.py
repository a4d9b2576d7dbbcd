"""Guessing at the door: many hands, many spellings, one limit."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import SignInTry, User
from accounts.selectors import presence
from accounts.services import devices, recovery, signin, totp, tries, users
from accounts.services.signin import NotAccepted, TicketOver
from accounts.services.totp import CodeAlreadyUsed, CodeRefused, WrongCode
from accounts.services.tries import NameRests
from accounts.sessions import Origin
from accounts.views import browser as browsers
from tests.attacks.conftest import Street
from tests.figures import Tell
from tests.houses import PASSWORD

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

NOW = datetime(2026, 3, 3, 14, 30, 10, tzinfo=UTC)
HANDS, MANY_HANDS = 12, 40
"""Each holds two connections, of the two hundred that a server has."""

LIMIT = tries.FAILURES_MAX

guesses = pytest.mark.parametrize(
    "count", [HANDS, pytest.param(200, marks=pytest.mark.brute)], ids=["a few", "many"]
)
uses = pytest.mark.parametrize(
    "count", [HANDS, pytest.param(50, marks=pytest.mark.brute)], ids=["a few", "many"]
)


@pytest.fixture(autouse=True)
def _nobody_tried_before(street: Street) -> None:
    """Forget the guesses of the tests before: they share a clock, and all strangers a count."""
    SignInTry.objects.all().delete()


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


def give_password(
    email: str, password: str = "wrong", device_id: UUID | None = None
) -> signin.Ticket:
    return signin.give_password(email=email, password=password, now=NOW, device_id=device_id)


def give_code(ticket: signin.Ticket, code: str, device_id: UUID | None = None) -> User:
    return signin.give_code(ticket=ticket.text, code=code, now=NOW, device_id=device_id)


def browser_known_of(user: User, street: Street) -> str:
    """Let somebody have signed in with a browser before; return what its cookie holds."""
    token = devices.new_token()
    devices.remember(
        token=token, user=user, origin=Origin("A browser"), practice_id=street.here.id, now=NOW
    )
    return token


def code_of(user: User, at: datetime = NOW) -> str:
    return totp.code_at(user.totp.secret, at)


def wrong_codes(user: User, count: int) -> list[str]:
    """Return so many codes that the person's app shows at none of the times that count."""
    right = {code_of(user, NOW + timedelta(seconds=30 * step)) for step in (-1, 0, 1)}
    return [code for code in map("{:06}".format, range(count + 3)) if code not in right][:count]


@guesses
@pytest.mark.parametrize("spelling", ["same", "case", "wide", "spaces", "all"])
def test_five_passwords_are_checked_however_the_name_is_spelled(
    victim: User, hashed: list[str], count: int, spelling: str, tell: Tell
) -> None:
    every = spellings(victim.email)
    kinds = {"same": every[:1], "case": every[:3], "wide": every[4:5], "spaces": every[3::2]}
    names = kinds.get(spelling, every)

    told = at_once(
        [lambda n=n: give_password(names[n % len(names)]) for n in range(count)]  # type: ignore[misc]  # bound now
    )

    tell(f"{len(hashed)} of {count} parallel guesses were checked; spelling of names: {spelling}")
    assert len(hashed) == LIMIT
    assert told == {NotAccepted.__name__: LIMIT, NameRests.__name__: count - LIMIT}


@guesses
@pytest.mark.parametrize("cookie", ["a stranger's", "forged", "stolen"])
def test_a_device_cookie_buys_no_guesses_unless_it_is_stolen(
    victim: User, street: Street, hashed: list[str], count: int, cookie: str, tell: Tell
) -> None:
    """A stolen one buys five beside the strangers' five."""
    stranger = users.create(email=f"s{uuid4().hex}@example.org", password=PASSWORD, now=NOW)
    owner = {"a stranger's": stranger, "stolen": victim}.get(cookie)
    tokens = [browser_known_of(owner, street)] if owner else [uuid4().hex for _ in range(9)]
    found = [presence.known_device(token=token, name=victim.email) for token in tokens]

    told = at_once(
        [
            lambda n=n: give_password(victim.email, "wrong", found[n % len(found)])  # type: ignore[misc]  # bound now
            for n in range(count)
        ]
    )
    told += at_once([lambda: give_password(victim.email)] * HANDS)

    limit = 2 * LIMIT if cookie == "stolen" else LIMIT
    tell(f"{len(hashed)} of {count + HANDS} guesses were checked; device cookie: {cookie}")
    assert len(hashed) == limit
    assert told == {NotAccepted.__name__: limit, NameRests.__name__: count + HANDS - limit}


@guesses
def test_the_owner_signs_in_from_their_device_meanwhile(
    victim: User, street: Street, hashed: list[str], count: int, tell: Tell
) -> None:
    own = presence.known_device(token=browser_known_of(victim, street), name=victim.email)

    def owner() -> None:
        give_code(give_password(victim.email, PASSWORD, own), code_of(victim), own)

    acts: list[Callable[[], object]] = [lambda: give_password(victim.email)] * (count - 1)
    told = at_once([*acts[: count // 2], owner, *acts[count // 2 :]])

    tell(f"{told['in']} of 1 owner signed in during {count - 1} guesses, {LIMIT} of them checked")
    assert told["in"] == 1
    assert hashed.count("wrong") == LIMIT


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


@uses
def test_one_code_opens_one_of_many_tickets(victim: User, count: int, tell: Tell) -> None:
    tickets = [give_password(victim.email, PASSWORD) for _ in range(count)]
    code = code_of(victim)

    told = at_once([lambda ticket=ticket: give_code(ticket, code) for ticket in tickets])  # type: ignore[misc]  # bound now

    tell(f"{told['in']} of {count} parallel uses of one code opened something")
    assert told["in"] == 1
    assert told[CodeAlreadyUsed.__name__] <= LIMIT
    assert told.keys() <= {"in", CodeAlreadyUsed.__name__, NameRests.__name__}


@uses
def test_one_recovery_code_opens_one_of_many_tickets(victim: User, count: int, tell: Tell) -> None:
    tickets = [give_password(victim.email, PASSWORD).text for _ in range(count)]
    code = recovery.issue(user=victim)[0]

    told = at_once(
        [
            lambda ticket=ticket: signin.give_recovery_code(ticket=ticket, code=code, now=NOW)  # type: ignore[misc]  # bound now
            for ticket in tickets
        ]
    )

    tell(f"{told['in']} of {count} parallel uses of one recovery code opened something")
    assert told["in"] == 1


@uses
def test_one_ticket_opens_once(victim: User, count: int, tell: Tell) -> None:
    """Each use with a proof of its own would be right: only the ticket stands in the way."""
    ticket = give_password(victim.email, PASSWORD)
    codes = recovery.issue(user=victim)

    told = at_once(
        [
            lambda n=n: signin.give_recovery_code(  # type: ignore[misc]  # bound now
                ticket=ticket.text, code=codes[n % len(codes)], now=NOW
            )
            for n in range(count)
        ]
    )

    tell(f"{told['in']} of {count} parallel uses of one ticket opened something")
    assert told["in"] == 1


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


@guesses
def test_the_limit_does_not_ask_which_cookies_come_with_a_guess(
    victim: User, street: Street, hashed: list[str], count: int, tell: Tell
) -> None:
    """By the pages: made-up device cookies, and one that we made for somebody else."""
    stranger = users.create(email=f"s{uuid4().hex}@example.org", password=PASSWORD, now=NOW)
    elsewhere = HttpResponse()
    browsers.mark(elsewhere, browser_known_of(stranger, street))
    cookies = [elsewhere.cookies[browsers.COOKIE].value, devices.new_token(), "x:y:z", ""]

    def knock(place: int) -> int:
        browser = Client(headers={"X-Forwarded-For": f"203.0.113.{place % 250}"})
        browser.cookies[browsers.COOKIE] = cookies[place % len(cookies)]
        given = {"email": victim.email, "password": "wrong"}
        return int(browser.post(reverse("accounts:sign_in"), given).status_code)

    at_once([lambda place=place: knock(place) for place in range(count)])  # type: ignore[misc]  # bound now

    tell(
        f"{len(hashed)} of {count} guesses by the page were checked; cookies: {len(cookies)} kinds"
    )
    assert len(hashed) == LIMIT


def test_the_name_wakes_after_a_quarter_of_an_hour(victim: User) -> None:
    at_once([lambda: give_password(victim.email)] * HANDS)

    later = signin.give_password(
        email=victim.email, password=PASSWORD, now=NOW + tries.WINDOW + timedelta(seconds=1)
    )

    assert later.text
