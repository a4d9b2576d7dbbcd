"""What the log costs: an event in its transaction, proving the chain, and reading a long one."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, connections
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import signatures
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.selectors import chain, log
from audit.selectors.log import Wanted
from audit.services import checkpoints, events
from config.dev.bench.access import NotMeasured, host, signed_in_key
from config.dev.bench.timing import Act, Effort, Figure, Goal, rounds
from config.dev.seed import practices
from config.dev.seed.story import PRACTICES

SIZES = tuple(map(int, os.environ.get("BENCH_AUDIT_EVENTS", "100000,1000000,5000000").split(",")))
"""Events in the one practice; the environment may name others."""

PROVED = 1_000_000
AT_ONCE = 20_000
PEOPLE, CLIENTS = 40, 20_000
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=12)
"""Between two events: 5 million are two years of a large practice."""

CHAINED = Goal("ratio", 2.0)
ADDED = Goal("added", 3_000)
"""Microseconds, to a request that writes. One that only reads waits for its commit, too."""

EACH_MICROSECONDS = 30
PAGE, WHOSE = Goal("ours", 150), Goal("ours", 1_000)
FEW = 5

FLOOR_TABLE = """
    CREATE TABLE IF NOT EXISTS bench_log (LIKE audit_event);
    ALTER TABLE bench_log ADD PRIMARY KEY (practice_id, seq, at);
    GRANT SELECT, INSERT ON bench_log TO app;
    CREATE SEQUENCE bench_log_seq; GRANT USAGE ON bench_log_seq TO app
"""
PLAIN = """
    INSERT INTO bench_log (
        practice_id, seq, at, action, target_kind, label, facts, hash, area, address, export,
        is_refusal
    ) VALUES (
        %s, nextval('bench_log_seq'), clock_timestamp(), 'clients.client.viewed', '', '', %s, %s,
        'clients.client', '', '', false
    )
"""
NEWEST = "SELECT * FROM audit_event WHERE practice_id = %s ORDER BY seq DESC LIMIT 100"


def figures(effort: Effort) -> Iterator[Figure]:
    """Found a practice, let its log grow, and measure at each size."""
    story = replace(PRACTICES[0], slug="log-house", name="Log House")
    founded = practices.found(story, now=timezone.now())
    with connections["owner"].cursor() as cursor:
        cursor.execute(FLOOR_TABLE)
        for table in ("audit_event", "audit_touch", "audit_head"):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    reader = next(person for person in founded.people if person.role == "administrator")
    browser = Browser(HTTP_HOST=host())
    browser.cookies[settings.SESSION_COOKIE_NAME] = signed_in_key(reader)
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder, name) for name in ("first", "second")]
        for size in SIZES:
            grow(founded.id, size, places)
            yield from _appending(founded.id, size, effort)
            if size <= PROVED:
                yield _proving(founded.id, size)
            yield from _reading(founded.id, size, browser, effort)


def grow(practice_id: UUID, size: int, places: Sequence[Path]) -> None:
    """Append events until there are so many, with a signed checkpoint after each AT_ONCE."""
    statement = Path(__file__).with_name("audit.sql").read_text("utf-8")
    with practice_scope(practice_id):
        head = chain.head()
    first = head.seq + 1 if head else 1
    while first <= size:
        last = min(first + AT_ONCE, size + 1) - 1
        given: dict[str, UUID | datetime | int] = {
            "practice": practice_id,
            "first": first,
            "last": last,
            "since": SINCE,
        }
        given |= {"step": STEP // timedelta(microseconds=1), "people": PEOPLE, "clients": CLIENTS}
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement, given)
        with practice_scope(practice_id):
            checkpoints.write(
                signer=signatures.signer(), directories=places, now=SINCE + last * STEP
            )
        first = last + 1
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE audit_event, audit_touch, audit_checkpoint")


def _appending(practice_id: UUID, size: int, effort: Effort) -> Iterator[Figure]:
    def scope_with(act: Act) -> Act:
        def acted() -> None:
            with practice_scope(practice_id):
                act()

        return acted

    def ours() -> None:
        events.record(Action.CLIENT_VIEWED, count=1)

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(PLAIN, [practice_id, '{"count": 1}', bytes(32)])

    def nothing() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    chained, bare, empty = scope_with(ours), scope_with(plain), scope_with(nothing)
    measured = rounds(chained, bare, effort=effort)
    yield Figure("audit.append", size, "us", measured, CHAINED)
    yield Figure("audit.append_to_a_write", size, "us", measured, ADDED)
    yield Figure("audit.append_to_a_read", size, "us", rounds(chained, empty, effort=effort))


def _proving(practice_id: UUID, size: int) -> Figure:
    def ours() -> None:
        with practice_scope(practice_id):
            finding = chain.verify(practice_id)
        if finding is not None:
            raise NotMeasured(finding.sentence)

    entry = bytes(200)

    def floor() -> None:
        last = bytes(32)
        for _ in range(size):
            last = sha256(last + entry).digest()

    measured = rounds(ours, floor, effort=Effort(1, 1), unit="ms", warm_up=0)
    goal = Goal("ours", size * EACH_MICROSECONDS / 1_000)
    return Figure("audit.verify", size, "ms", measured, goal)


def _reading(practice_id: UUID, size: int, browser: Browser, effort: Effort) -> Iterator[Figure]:
    few = Effort(effort.rounds, max(1, effort.calls // 20))
    person = UUID("00000000-0000-4000-8000-000000000007")
    middle = SINCE + size // 2 * STEP
    asked = {
        "newest": Wanted(),
        "person": Wanted(person_id=person),
        "refusals": Wanted(only_refusals=True),
        "address": Wanted(address="10.0.3.5"),
        "person_and_day": Wanted(person_id=person, since=middle, until=middle + timedelta(days=1)),
        "all": Wanted(
            person_id=person,
            areas={"clients.client", "accounts.page"},
            only_refusals=True,
            since=SINCE,
            until=middle,
        ),
    }

    def in_scope(act: Callable[[], object]) -> Act:
        def acted() -> None:
            with practice_scope(practice_id):
                act()

        return acted

    def bare() -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(NEWEST, [practice_id])
            cursor.fetchall()

    for name, wanted in asked.items():
        act = in_scope(partial(log.page, wanted, limit=100))
        yield Figure(
            f"audit.find_{name}", size, "ms", rounds(act, bare, effort=few, unit="ms"), PAGE
        )
    month = Wanted(person_id=person, since=middle - timedelta(days=30), until=middle)
    whose = in_scope(lambda: log.clients_touched(month))
    measured = rounds(whose, bare, effort=few, unit="ms", warm_up=2)
    yield Figure("audit.whose_records_in_30_days", size, "ms", measured, WHOSE)
    page = rounds(_asking(browser), bare, effort=few, unit="ms", warm_up=FEW)
    yield Figure("audit.page", size, "ms", page, PAGE)


def _asking(browser: Browser) -> Act:
    """Return a function that opens the log's page as a browser does."""
    url = reverse("accounts:log")

    def ask() -> None:
        answer = browser.get(url, secure=True)
        if answer.status_code != HTTPStatus.OK:
            raise NotMeasured(f"The answer was {answer.status_code} and no log.")

    return ask
