"""Twenty thousand requests with the ids and names of others: none is answered, none has effect."""

import logging
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from accounts.ids import uuid7
from accounts.models import Membership, Role
from accounts.services import grants
from accounts.tenancy import practice_scope
from tests.attacks import raw
from tests.attacks.conftest import Street
from tests.attacks.forms_found import forms_of
from tests.attacks.furnishing import Furnished
from tests.attacks.http_fuzz import ID, Asked, Fuzzer, Loot
from tests.attacks.test_isolation import hole_in
from tests.attacks.test_over_http import EVERY_PATH, url
from tests.billing import desk as at
from tests.catalogue import TENANT_TABLES
from tests.clones import cloned, pointed_at
from tests.figures import Tell
from tests.houses import browser_of
from tests.test_permissions import EVERY_ROUTE

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

IN_ONE_DATABASE = 250
TRIES = 8
"""So many times that many requests find a hole, if they find it at all."""
PAGES = 60
NAMES = ("Zabriskie", "Featherstone", "Summit Row", "Cedar Point")
"""What stands in the other practices' pages, and nowhere here."""

BITS = ("Zabrisk", "eatherston", "summit-row", "cedar", "C-0001", "INV-2026-0001")
"""What would find them."""

PLANTED = re.compile(r"\b[0-9a-f]{32}\b")
BEHIND_THE_GATE = {
    "accounts_user": "id",
    "accounts_signinsession": "user_id",
    "accounts_totpdevice": "user_id",
    "accounts_recoverycode": "user_id",
    "accounts_passkey": "user_id",
    "accounts_knowndevice": "user_id",
}
"""Tables of people, and which column says whose a row is."""

TIMED = ["accounts:person", "accounts:role", "billing:client", "billing:invoice", "billing:payment"]
PAIRS = 200
APART_MS = 5.0


@pytest.fixture(autouse=True)
def _quiet(settings: Settings) -> Iterator[None]:
    """No server of others is there, and a refusal is no news for the log of this run."""
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def texts_of(home: Furnished) -> set[str]:
    """Return the ids and the codes that stand in a practice's rows."""
    texts: set[str] = set()
    for table in TENANT_TABLES:
        rows = raw.looked_up(f"SELECT t::text FROM {table} AS t WHERE practice_id = %s", home.id)
        joined = " ".join(row for (row,) in rows)
        texts |= set(ID.findall(joined)) | set(PLANTED.findall(joined))
    people = {str(member.person_id) for member in home.house.people.values()}
    return texts | people


def state_of(homes: list[Furnished]) -> dict[str, object]:
    """Return a fingerprint of every row that these practices and their people have."""
    found: dict[str, object] = {}
    for home in homes:
        people = [member.person_id for member in home.house.people.values()]
        for table in TENANT_TABLES:
            found[f"{home.id} {table}"] = raw.looked_up(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"
                " WHERE practice_id = %s",
                home.id,
            )
        for table, whose in BEHIND_THE_GATE.items():
            found[f"{home.id} {table}"] = raw.looked_up(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"
                f" WHERE {whose} = ANY (%s)",
                people,
            )
        found[f"{home.id} roles"] = raw.looked_up(
            "SELECT md5(string_agg(g::text || coalesce(p::text, ''), '|' ORDER BY g.id, p.id))"
            " FROM auth_group AS g LEFT JOIN auth_group_permissions AS p ON p.group_id = g.id"
            " WHERE g.name LIKE %s",
            f"{home.id}:%",
        )
    return found


def intruder_of(street: Street) -> Membership:
    """Give somebody of this practice every role, so that nothing but the wall is left."""
    member = street.here.house.people["front-desk"]
    with practice_scope(street.here.id):
        grants.hold_exactly(
            member=member,
            wanted=list(Role.objects.all()),
            now=at.NOW,
            by=street.here.house.automaton,
        )
    return member


class Attack:
    """Requests against two practices from inside a third, in databases that are thrown away."""

    def __init__(self, street: Street, seed: int) -> None:
        self.street = street
        self.random = Random(seed)
        self.others = [street.there, street.beyond]
        self.seen: Counter[str] = Counter()
        self.leaks: list[str] = []
        self.changed: list[str] = []
        self.failed: list[str] = []

    def run(self, count: int) -> None:
        for _ in range(0, count, IN_ONE_DATABASE):
            with cloned() as clone, pointed_at(clone):
                self.in_one_database(min(count, IN_ONE_DATABASE))

    def in_one_database(self, count: int) -> None:
        member = intruder_of(self.street)
        browser = browser_of(member)
        here = texts_of(self.street.here)
        secrets = set().union(*map(texts_of, self.others)) - here
        forms = list(forms_of(browser, self.starting_points(), PAGES))
        # What an attacker types comes back, rightly: so half of the ids are never typed.
        typed = self.random.sample(sorted(secrets), len(secrets) // 2)
        secrets -= set(typed)
        loot = Loot([*typed, *BITS], sorted(here))
        fuzzer = Fuzzer(self.random, loot, forms)
        before = state_of(self.others)
        for _ in range(count):
            if self.random.random() < 0.02 or not self.is_signed_in(browser):
                browser = browser_of(member)
            asked = fuzzer.write()
            someone = Client() if self.random.random() < 0.05 else browser
            self.judge(asked, someone, secrets)
        after = state_of(self.others)
        self.changed += [name for name in before if before[name] != after[name]]

    def starting_points(self) -> list[str]:
        paths = [url(name, self.street.here.ids) for name in EVERY_PATH]
        for name in EVERY_ROUTE.keys() - EVERY_PATH.keys():
            with suppress(NoReverseMatch):
                paths.append(reverse(name))
        return sorted(paths)

    def is_signed_in(self, browser: Client) -> bool:
        return settings.SESSION_COOKIE_NAME in browser.cookies and bool(
            browser.cookies[settings.SESSION_COOKIE_NAME].value
        )

    def judge(self, asked: Asked, browser: Client, secrets: set[str]) -> None:
        browser.raise_request_exception = False
        answer = asked.send(browser)
        self.seen[str(answer.status_code)] += 1
        if answer.status_code >= 500:
            self.failed.append(f"{asked.method} {asked.path} {asked.body}")
        told = f"{answer.content.decode('utf-8', 'replace')} {dict(answer.headers)}"
        words = {*ID.findall(told), *PLANTED.findall(told), *(n for n in NAMES if n in told)}
        leaked = words & {*secrets, *NAMES}
        if leaked:
            self.leaks.append(f"{asked.method} {asked.path} {asked.body}: {sorted(leaked)[:3]}")


def judged(street: Street, count: int, seed: int, tell: Tell) -> None:
    attack = Attack(street, seed)
    attack.run(count)

    statuses = ", ".join(f"{number} x {status}" for status, number in sorted(attack.seen.items()))
    tell(
        f"G5 HTTP requests with what belongs to others, seed {seed}: {attack.seen.total()}"
        f" ({statuses}): {len(attack.leaks)} told foreign data, {len(attack.changed)} foreign"
        f" tables changed, {len(attack.failed)} failed"
    )
    assert attack.leaks == []
    assert attack.changed == []
    assert attack.failed == []
    assert attack.seen["302"] + attack.seen["403"] < attack.seen.total() * 0.6


def test_no_request_reaches_another_practice(street: Street, tell: Tell) -> None:
    judged(street, 150, 1, tell)


@pytest.mark.isolation
def test_the_attack_finds_a_hole_that_is_there(street: Street) -> None:
    with hole_in("accounts_membership", "FOR SELECT USING (true)"):
        connections.close_all()
        for seed in range(1, TRIES + 1):
            attack = Attack(street, seed)
            attack.run(IN_ONE_DATABASE)
            if attack.leaks:
                break

    assert attack.leaks


@pytest.mark.isolation
@pytest.mark.parametrize("seed", range(2, 10))
def test_none_of_twenty_thousand_requests_reaches_another_practice(
    street: Street, seed: int, tell: Tell
) -> None:
    judged(street, 2_500, seed, tell)


@pytest.mark.isolation
@pytest.mark.parametrize("route", TIMED)
def test_a_foreign_id_and_a_missing_one_take_as_long(
    street: Street, route: str, tell: Tell
) -> None:
    seed = 1
    browser, random = browser_of(intruder_of(street)), Random(seed)
    taken: dict[bool, list[float]] = {True: [], False: []}
    lengths: dict[bool, set[tuple[int, int]]] = {True: set(), False: set()}
    for _ in range(PAIRS):
        for is_foreign in random.sample([True, False], 2):
            ids = street.there.ids if is_foreign else {n: uuid7() for n in street.there.ids}
            began = time.perf_counter()
            answer = browser.get(url(route, ids))
            taken[is_foreign].append((time.perf_counter() - began) * 1000)
            lengths[is_foreign].add((answer.status_code, len(raw.masked(answer))))

    foreign, missing = (statistics.median(taken[is_foreign]) for is_foreign in (True, False))
    tell(
        f"G5 {route}, seed {seed}: {PAIRS} pairs, median {foreign:.2f} ms for a foreign id,"
        f" {missing:.2f} ms for a missing one;"
        f" status and length {sorted(lengths[True])} and {sorted(lengths[False])}"
    )
    assert lengths[True] == lengths[False]
    assert len(lengths[True]) == 1
    assert abs(foreign - missing) <= APART_MS
