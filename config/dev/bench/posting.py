"""What posting costs: one entry, four writers, and many at once, beside bare inserts.

Each of our entries is a whole scope of its own: signed context, idempotency, period check, balance,
row security and the chained event. ``bare`` guards nothing; ``function`` is the least that a
careful ledger does, in one statement.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from threading import Barrier
from uuid import UUID

import psycopg
from django.db import connection, connections

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.selectors import members
from accounts.tenancy import practice_scope
from audit.selectors import chain
from config.dev.bench.access import NotMeasured
from config.dev.bench.timing import Act, Effort, Figure, Goal, rounds
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import integrity, logged
from ledger.services import journal
from ledger.services.journal import Line, Voucher

TODAY = date(2026, 6, 15)
AMOUNT = Money(15_000)
BATCH = 1_000
WRITERS = 4
ENTRIES_BEFORE = 200
SHARE = 10
"""Entries that each of several writers posts in one measured call."""

FASTER_THAN_FUNCTION = Goal("ratio", 1 / 0.75)
CPU_OF_FUNCTION = Goal("ratio", 1.4)
MANY_WRITERS = Goal("ratio", 1 / 1.2)
BATCH_MILLISECONDS = Goal("ours", 1_000 * BATCH / 8_000)
LINEAR = Goal("ratio", 1.3)


def figures(practice_id: UUID, effort: Effort) -> Iterator[Figure]:
    """Measure posting into a practice whose chart is open, at the size that it has."""
    with practice_scope(practice_id):
        by, before = members.automaton(), integrity.entry_count()
    size = before * 2
    post = posting(practice_id, by)
    _analyze_after(post)
    with closing(bare_connection()) as bare:
        measured = rounds(post, bare_act(bare), effort=effort)
        yield Figure("ledger.post_beside_bare", size, "us", measured)
    measured = rounds(post, _function, effort=effort)
    yield Figure("ledger.post_beside_function", size, "us", measured, FASTER_THAN_FUNCTION)
    if _server_time().exists():
        measured = rounds(post, _function, effort=effort, clock=_cpu)
        yield Figure("ledger.post_cpu", size, "us", measured, CPU_OF_FUNCTION)
    few = Effort(effort.rounds, max(1, effort.calls // (WRITERS * SHARE)))
    with _together(post) as together:
        measured = rounds(together, _alone(post), effort=few, unit="ms", warm_up=1)
    yield Figure("ledger.post_four_writers", size, "ms", measured, MANY_WRITERS)
    yield from _batches(practice_id, by, size, effort)
    _require_sound(practice_id)


def _analyze_after(post: Act) -> None:
    """Post some entries, and let the server count them, as it does by itself within a minute."""
    for _ in range(ENTRIES_BEFORE):
        post()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()


def _batches(practice_id: UUID, by: Membership, size: int, effort: Effort) -> Iterator[Figure]:
    few = Effort(effort.rounds, max(1, effort.calls // 50))

    def batches(count: int) -> Act:
        def act() -> None:
            with practice_scope(practice_id):
                journal.post_many(vouchers=[voucher() for _ in range(BATCH * count)], by=by)

        return act

    with closing(bare_connection()) as bare:
        measured = rounds(batches(1), _copied(bare), effort=few, unit="ms", warm_up=2)
        yield Figure("ledger.post_many", size, "ms", measured, BATCH_MILLISECONDS)
    one_by_one = batches(1)

    def five() -> None:
        for _ in range(5):
            one_by_one()

    measured = rounds(batches(5), five, effort=Effort(few.rounds, 1), unit="ms", warm_up=0)
    yield Figure("ledger.post_many_linear", size, "ms", measured, LINEAR)


def prepare() -> None:
    """Make the floors' tables and function, as the owner; a second benchmark finds them there."""
    statements = Path(__file__).with_name("floors.sql").read_text("utf-8")
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('bench_entry') IS NOT NULL")
        if cursor.fetchone() == (True,):
            return
        cursor.execute(statements)
        for account in ACCOUNTS:
            cursor.execute("INSERT INTO bench_account (id) VALUES (%s)", [account])


ACCOUNTS = (UUID(int=1), UUID(int=2))


def voucher() -> Voucher:
    """Return a balanced entry of two lines that nobody posted yet: a payment in cash."""
    key = uuid7()
    return Voucher(
        source=f"payment:{key}:received",
        entry_date=TODAY,
        memo="Receipt R-00001, cash",
        lines=[
            Line(Role.UNDEPOSITED_FUNDS, debit=AMOUNT),
            Line(Role.CLIENT_CREDITS, credit=AMOUNT, party=key, item=key),
        ],
    )


def posting(practice_id: UUID, by: Membership) -> Act:
    """Return a function that posts one new entry in a scope of its own."""

    def post() -> None:
        asked = voucher()
        with practice_scope(practice_id):
            journal.post(
                source=asked.source,
                entry_date=asked.entry_date,
                memo=asked.memo,
                lines=asked.lines,
                by=by,
            )

    return post


def bare_connection() -> "psycopg.Connection[tuple[object, ...]]":
    """Return a connection of psycopg's own, as the role that the product uses."""
    given = connection.get_connection_params()
    wanted = {name: given[name] for name in ("dbname", "user", "password", "host", "port")}
    return psycopg.connect(**{name: value for name, value in wanted.items() if value})


ENTRY = "INSERT INTO bench_entry (id, source, entry_date, memo) VALUES (%s, %s, %s, %s)"
LINES = "INSERT INTO bench_line VALUES (%s, %s, %s, %s, 0), (%s, %s, %s, 0, %s)"


def bare_act(bare: "psycopg.Connection[tuple[object, ...]]") -> Act:
    """Return a function that inserts one entry of two lines, without any guard, and commits."""
    debited, credited = ACCOUNTS

    def insert() -> None:
        entry = uuid7()
        with bare.transaction(), bare.cursor() as cursor:
            cursor.execute(ENTRY, [entry, f"payment:{entry}", TODAY, "Receipt R-00001, cash"])
            cents = AMOUNT.cents
            cursor.execute(LINES, [uuid7(), entry, debited, cents, uuid7(), entry, credited, cents])
        bare.commit()

    return insert


def _copied(bare: "psycopg.Connection[tuple[object, ...]]") -> Act:
    """Return a function that brings in as many entries and lines by bare COPY."""
    debited, credited = ACCOUNTS

    def copy() -> None:
        entries = [uuid7() for _ in range(BATCH)]
        with bare.transaction(), bare.cursor() as cursor:
            with cursor.copy("COPY bench_entry (id, source, entry_date, memo) FROM STDIN") as rows:
                for entry in entries:
                    rows.write_row((entry, f"payment:{entry}", TODAY, "Receipt R-00001, cash"))
            with cursor.copy("COPY bench_line FROM STDIN") as rows:
                for entry in entries:
                    rows.write_row((uuid7(), entry, debited, AMOUNT.cents, 0))
                    rows.write_row((uuid7(), entry, credited, 0, AMOUNT.cents))
        bare.commit()

    return copy


def _function() -> None:
    """Post by the floor's function through Django's connection, as one statement that commits."""
    debited, credited = ACCOUNTS
    entry, cents = uuid7(), AMOUNT.cents
    lines = [
        {"id": str(uuid7()), "account": str(debited), "debit": cents, "credit": 0},
        {"id": str(uuid7()), "account": str(credited), "debit": 0, "credit": cents},
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bench_post(%s, %s, %s, %s, %s::jsonb)",
            [entry, f"payment:{entry}", TODAY, "Receipt R-00001, cash", json.dumps(lines)],
        )


def _server_time() -> Path:
    """Return where Linux tells how long the server has worked for us, if it is on this machine."""
    connection.ensure_connection()
    return Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")


def _cpu() -> int:
    """Return the processor time of this thread and of the server's process that serves it."""
    spent = _server_time().read_text("ascii").split()[0]
    return time.thread_time_ns() + int(spent)


def _alone(post: Act) -> Act:
    """Return a function in which one writer posts as many entries as several do together."""

    def write() -> None:
        for _ in range(WRITERS * SHARE):
            post()

    return write


@contextmanager
def _together(post: Act) -> Iterator[Act]:
    """Give a function in which several writers post at once, each on a connection of its own."""
    everybody = Barrier(WRITERS)

    def write() -> None:
        for _ in range(SHARE):
            post()

    def leave() -> None:
        everybody.wait()
        connections.close_all()

    def by_all(act: Act) -> None:
        for side in [pool.submit(act) for _ in range(WRITERS)]:
            side.result()

    with ThreadPoolExecutor(WRITERS) as pool:
        try:
            yield lambda: by_all(write)
        finally:
            by_all(leave)


def _require_sound(practice_id: UUID) -> None:
    """Make sure that everything stands as it was posted, on the log too.

    Raises:
        NotMeasured: something is missing, there twice, or out of place.
    """
    with practice_scope(practice_id):
        sentences = [found.sentence for found in (*integrity.findings(), *logged.findings())]
        broken = chain.verify(practice_id)
    if broken is not None:
        sentences.append(broken.sentence)
    if sentences:
        raise NotMeasured(sentences[0])
