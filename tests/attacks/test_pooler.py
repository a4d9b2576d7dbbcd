"""A scope ends with its transaction: also behind a pooler that hands one connection to everybody,
and also when the server throws that connection away in the middle of a transaction.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import StringIO
from random import Random
from uuid import UUID

import psycopg
import pytest
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection, connections, transaction

from accounts import tenancy
from accounts.tenancy import Scope, practice_scope
from audit.actions import Action
from audit.services import events
from clients.models import Client
from tests.attacks import pooler
from tests.attacks.conftest import Street
from tests.attacks.furnishing import Furnished
from tests.attacks.pooler import Pooler
from tests.attacks.raw import looked_up
from tests.catalogue import TENANT_TABLES
from tests.clones import cloned, pointed_at
from tests.figures import Tell

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

KILLED = 0.15
WRITTEN = 0.3
SCOPELESS = 0.1
NOTED = Action.LOG_VIEWED


@pytest.fixture
def pooled(street: Street, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooler]:
    """A pooler before a copy of the furnished database; the app's role goes through it."""
    with (
        cloned() as clone,
        pointed_at(clone),
        pooler.pooled(tmp_path_factory.mktemp("pooler")) as running,
        pooler.through(running),
    ):
        yield running


@dataclass(slots=True)
class Tally:
    """What became of the transactions of all practices."""

    done: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    noted: Counter[UUID] = field(default_factory=Counter)
    unsure: Counter[UUID] = field(default_factory=Counter)
    served: defaultdict[int, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class Desk:
    """One practice at work: its transactions in a row, some of them cut off by the server."""

    home: Furnished
    tally: Tally
    random: Random
    killer: psycopg.Connection
    errands: ThreadPoolExecutor

    def work(self, transactions: int) -> None:
        try:
            for _ in range(transactions):
                self.one()
        finally:
            connections.close_all()

    def one(self) -> None:
        """Do one transaction and tell what it saw; count it as cut off if the server ended it."""
        writes = self.random.random() < WRITTEN
        try:
            if self.random.random() < SCOPELESS:
                self.without_scope()
                return
            with practice_scope(self.home.id):
                self.in_scope(writes)
            outcome = "committed"
        except DatabaseError:
            connection.close()
            outcome = "cut off"
        with self.tally.lock:
            self.tally.done[outcome] += 1
            if writes:
                counted = self.tally.noted if outcome == "committed" else self.tally.unsure
                counted[self.home.id] += 1

    def without_scope(self) -> None:
        with transaction.atomic():
            self.look(set())
        with self.tally.lock:
            self.tally.done["without a scope"] += 1

    def in_scope(self, writes: bool) -> None:
        doomed = self.random.random() < KILLED
        moment = self.random.randrange(3)
        for step in range(3):
            if doomed and step == moment:
                self.kill()
            if step < 2:
                self.look({self.home.id})
        if writes:
            events.record(NOTED, count=1)

    def look(self, own: set[UUID]) -> None:
        """Read whose rows a table has; anybody else's is a leak, and so is missing one's own."""
        table = self.random.choice(TENANT_TABLES)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_backend_pid(), current_practice_id(),"
                f" (SELECT array_agg(DISTINCT practice_id) FROM {table})"
            )
            pid, current, found = cursor.fetchone()
        with self.tally.lock:
            self.tally.served[pid].add(self.home.id)
            if {*(found or []), *filter(None, [current])} != own:
                self.tally.leaks.append(f"{table}: {self.home.id} saw {found} as {current}")

    def kill(self) -> None:
        """Let the server end the connection: at once, or at whatever the next moment is."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        errand = self.errands.submit(
            self.killer.execute, "SELECT pg_terminate_backend(%s, 1000)", [pid]
        )
        with self.tally.lock:
            self.tally.done["kills"] += 1
        if self.random.random() < 0.5:
            errand.result()


def rush(pooled: Pooler, street: Street, transactions: int, seed: int) -> Tally:
    """Let all practices work at once through the pooler, so many transactions together."""
    tally, share = Tally(), transactions // len(street.all)
    with (
        psycopg.connect(**pooled.direct) as killer,
        ThreadPoolExecutor(1) as errands,
        ThreadPoolExecutor(len(street.all)) as practices,
    ):
        desks = [
            Desk(home, tally, Random(seed * 100 + place), killer, errands)
            for place, home in enumerate(street.all)
        ]
        for working in [practices.submit(desk.work, share) for desk in desks]:
            working.result()
    return tally


def assert_nothing_leaked(pooled: Pooler, street: Street, transactions: int, seed: int) -> str:
    """Let it run and check the ends: whose rows were seen, and that every log is whole."""
    before = {home.id: noted(home.id) for home in street.all}
    tally = rush(pooled, street, transactions, seed)

    assert tally.leaks == []
    assert max(len(homes) for homes in tally.served.values()) == len(street.all)
    done = tally.done
    assert done["committed"] + done["without a scope"] + done["cut off"] == transactions
    assert done["committed"] + done["without a scope"] >= transactions * 0.8
    assert done["kills"] >= transactions * 0.1
    assert done["cut off"] > transactions * KILLED / 3
    for home in street.all:
        gained = noted(home.id) - before[home.id]
        assert tally.noted[home.id] <= gained <= tally.noted[home.id] + tally.unsure[home.id]
    call_command("verify_audit", stdout=StringIO(), stderr=StringIO())
    counts = ", ".join(f"{count} {name}" for name, count in sorted(tally.done.items()))
    return (
        f"G4 PgBouncer, transaction mode, pool of 1, 3 practices, seed {seed}: {transactions}"
        f" transactions ({counts}; {len(tally.served)} server connections): 0 leaks,"
        " every log whole"
    )


def noted(practice_id: UUID) -> int:
    counted = looked_up(
        "SELECT count(*) FROM audit_event WHERE practice_id = %s AND action = %s",
        practice_id,
        NOTED.value,
    )
    return int(counted[0][0])


def test_nothing_of_a_scope_stays_in_a_connection_that_others_use(
    pooled: Pooler, street: Street, tell: Tell
) -> None:
    tell(assert_nothing_leaked(pooled, street, 450, seed=1))


@pytest.mark.isolation
def test_nothing_stays_in_twenty_thousand_transactions(
    pooled: Pooler, street: Street, tell: Tell
) -> None:
    tell(assert_nothing_leaked(pooled, street, 20_001, seed=2))


def test_a_context_for_the_session_would_leak(pooled: Pooler, street: Street) -> None:
    """So the tests above can fail: this is what a scope would do that outlived its transaction."""
    signed = tenancy._signed(Scope(street.here.id, None))
    with pooled.connect() as one, pooled.connect() as other:
        one.execute("SELECT set_config('app.context', %s, false)", [signed])
        seen = other.execute("SELECT DISTINCT practice_id FROM clients_client").fetchall()

    assert seen == [(street.here.id,)]


def test_a_scope_is_itself_in_a_connection_that_was_left_open_to_another(
    pooled: Pooler, street: Street
) -> None:
    signed = tenancy._signed(Scope(street.here.id, None))
    with pooled.connect() as careless:
        careless.execute("SELECT set_config('app.context', %s, false)", [signed])

        with practice_scope(street.there.id):
            assert {client.practice_id for client in Client.objects.all()} == {street.there.id}


def test_one_connection_serves_everybody(pooled: Pooler) -> None:
    with pooled.connect() as one, pooled.connect() as other:
        pids = {c.execute("SELECT pg_backend_pid()").fetchone() for c in (one, other)}

    assert len(pids) == 1
