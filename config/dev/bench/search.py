"""What finding clients by parts of a name costs, beside opening as many values with bare AES-GCM.

The floor opens values that lie in memory already, and compares nothing; ours reads the sealed
texts of all clients from the database, opens, compares and sorts them. ``search.answer`` is the
whole request, with session, audit, balances and page.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import BUILT_IN_ROLES
from accounts.selectors import members
from accounts.tenancy import practice_scope
from clients.models import Client, SearchText
from clients.models.search_text import NUMBERS
from clients.names import fold
from clients.selectors import search
from config.dev.bench.access import NotMeasured, host, signed_in_key
from config.dev.bench.timing import Effort, Figure, Goal, rounds
from config.dev.seed import practices
from config.dev.seed.story import PRACTICES

SIZES = (1_000, 5_000, 20_000, 50_000)
FINDING, ANSWERING = {20_000: Goal("ours", 60)}, {20_000: Goal("ours", 150)}
"""Clients → milliseconds, of finding alone and of the whole request that shows the first."""
SHOWN = 10
BATCH = 1_000
ROWS_OF_A_CALL = 500
"""With so many clients a round has all the calls asked for; with more, fewer."""

TEXT = "tevi 1977"
SYLLABLES = (
    *("ba", "ce", "di", "fo", "gu", "ha", "jo", "ka", "li", "mo"),
    *("nu", "pa", "qui", "ro", "sa", "té", "vi", "xa", "yo", "zü"),
)
DESK = next(role.permissions for role in BUILT_IN_ROLES if role.slug == "front-desk")
NONCE_BYTES = 12


def figures(effort: Effort) -> Iterator[Figure]:
    """Found a practice, and look for one of its clients at each size that it grows to."""
    story = replace(PRACTICES[0], slug="search-house", name="Search House")
    founded = practices.found(story, now=timezone.now())
    answering = _answering(founded.people[0])
    grown = 0
    for size in SIZES:
        with practice_scope(founded.id):
            _add(range(grown, size), by=members.automaton())
        grown = size
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE clients_client, clients_searchtext")
        calls = max(1, effort.calls * ROWS_OF_A_CALL // max(size, ROWS_OF_A_CALL))
        few = Effort(effort.rounds, calls)
        with practice_scope(founded.id):
            opening = _opening(size)
            measured = rounds(_find, opening, effort=few, unit="ms")
        yield Figure("search.find", size, "ms", measured, FINDING.get(size))
        measured = rounds(answering, opening, effort=few, unit="ms")
        yield Figure("search.answer", size, "ms", measured, ANSWERING.get(size))


def _find() -> None:
    search.find(Client.objects.all(), TEXT, permissions=DESK, limit=SHOWN)


def _answering(person: practices.Person) -> Callable[[], None]:
    """Return a function that asks, signed in and through every middleware, as a browser does."""
    browser = Browser(HTTP_HOST=host())
    browser.cookies[settings.SESSION_COOKIE_NAME] = signed_in_key(person)
    url, asked = reverse("billing:search"), {"q": TEXT}

    def ask() -> None:
        answer = browser.post(url, asked, secure=True, headers={"HX-Request": "true"})
        if answer.status_code != HTTPStatus.OK:
            raise NotMeasured(f"The answer was {answer.status_code} and no search.")

    return ask


def _opening(size: int) -> Callable[[], None]:
    """Return a function that opens as many values, as long as the search texts are."""
    cipher = AESGCM(os.urandom(32))
    length = len(SearchText.objects.values_list("text", flat=True)[:1][0])
    held = []
    for number in range(size):
        nonce, bound = os.urandom(NONCE_BYTES), number.to_bytes(64, "big")
        held.append((nonce, cipher.encrypt(nonce, bytes(length - NONCE_BYTES - 22), bound), bound))

    def open_all() -> None:
        for nonce, sealed, bound in held:
            cipher.decrypt(nonce, sealed, bound)

    return open_all


def _add(numbers: range, *, by: Membership) -> None:
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        people = Client.objects.bulk_create([_person(number, by) for number in batch])
        SearchText.objects.bulk_create(
            [SearchText(client=person, text=_text(person)) for person in people]
        )


def _person(number: int, by: Membership) -> Client:
    """Return a client of this number; no two numbers have the same name."""
    given, family = _name(number), _name(number // 7)
    return Client(
        code=f"C-{number:04d}",
        given_names=given,
        family_name=f"{family} {_name(number // 49)}",
        preferred_name="",
        birth_date=date(1940, 1, 1) + timedelta(days=number % 25_000),
        likeness=bytes([number % 256]),
        created_at=timezone.now(),
        created_by=by,
    )


def _name(number: int) -> str:
    syllables = (SYLLABLES[number // 20**place % 20] for place in range(4))
    return "".join(syllables).capitalize()


def _text(person: Client) -> str:
    number = int(person.code.removeprefix("C-"))
    email = f"{person.given_names}.{number}@example.org"
    words = "\n".join(fold(word) for word in (person.code, person.full_name, email))
    return f"{words}{NUMBERS}555{number:07d}\n{person.birth_date.isoformat()}"
