"""What befalls many hands at work: connections that are cut, and calls that go wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TypeVar

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections

from billing import gateway
from tests.config.dev.stripe_simulator.running import Running

Answer = TypeVar("Answer")

PATIENCE = 40
"""How often an act is done again whose connection was cut."""


class CutOff(Exception):
    """An act never came through, however often it was tried."""


def at_once(hand: Callable[[int], None], threads: int) -> list[BaseException]:
    """Run the same thing in many threads; return what they raised."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            hand(number)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    hands = [Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in hands:
        thread.start()
    for thread in hands:
        thread.join()
    return failures


def through(act: Callable[[], Answer]) -> Answer:
    """Do an act, and again when a connection was cut: whether it had come through or not."""
    for _ in range(PATIENCE):
        try:
            return act()
        except gateway.Unclear:
            continue
        except (OperationalError, InterfaceError) as error:
            if not is_cut(error):
                raise
            connections.close_all()
    raise CutOff


def is_cut(error: DatabaseError | InterfaceError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("57P", "08"))


@contextmanager
def troubled(simulator: Running) -> Iterator[None]:
    """Let one call in twenty to the card company go wrong, before or after it took effect."""
    for kind, moment in (("reset", "before"), ("reset", "after"), ("500", "before")):
        simulator.control(
            "faults", kind=kind, moment=moment, times=None, chance=0.05, path="/v1/checkout/"
        )
    try:
        yield
    finally:
        simulator.fetch("DELETE", "/_sim/faults")


@contextmanager
def cutting(every_seconds: float) -> Iterator[list[int]]:
    """Cut a random connection of ``app`` again and again; give the list of those that were cut."""
    cut: list[int] = []
    over = Event()
    parameters = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}

    def cutter() -> None:
        with psycopg.connect(**parameters, autocommit=True) as knife:
            while not over.wait(every_seconds):
                found = knife.execute(
                    "SELECT pid, pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
                    " WHERE usename = current_user AND datname = current_database()"
                    " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1) AS one"
                )
                cut.extend(pid for pid, done in found.fetchall() if done)

    thread = Thread(target=cutter)
    thread.start()
    try:
        yield cut
    finally:
        over.set()
        thread.join()
        connections.close_all()
