"""What goes wrong in a day: connections are cut, transactions lock each other out, processes end
by violence, while marked values are in their hands."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from config.dev.state import BASE_DIR
from tests.canaries.arriving import _named, file_of
from tests.canaries.day import Day
from tests.canaries.visitor import Answer

WAITING = """
SELECT pid FROM pg_stat_activity WHERE usename = 'app' AND wait_event_type = 'Lock'
"""
PATIENCE_SECONDS = 30
FAILING = """
import datetime
from django.db import IntegrityError
from config.celery import app

@app.task(name="tests.fails")
def fails(*, how, who):
    if how == "key":
        return {}[who]
    if how == "date":
        return datetime.date.fromisoformat(who)
    if how == "end":
        return who
    raise IntegrityError(f"DETAIL:  Key (name)=({who}) already exists.")
"""
FAIL = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from failing_tasks import fails
for how, who in json.load(sys.stdin):
    fails.apply(kwargs={"how": how, "who": who})
"""
Cut = Callable[[psycopg.Connection, int], None]


def failing_requests(day: Day) -> None:
    """Cut what a request is in the middle of, in each way that a database knows."""
    for cut in (_terminate, _cancel, _deadlock):
        answers: list[Answer] = []
        typed = {
            "given_names": day.marks.name(),
            "family_name": day.marks.words("family name"),
            "birth_date": day.marks.day(),
            "email": day.marks.email(),
            "phone": day.marks.phone(),
            "contact_wish": "ANY",
        }
        thread = threading.Thread(target=_ask, args=(day, typed, answers))
        with _blocked(day, "clients_contact", cut):
            thread.start()
        thread.join()
        assert len(answers) == 1, cut
        assert day.desk.get("/clients/")


def _ask(day: Day, typed: dict[str, str], answers: list[Answer]) -> None:
    answers.append(day.desk.call_form("/clients/new/", typed, {500, 503}))


@contextlib.contextmanager
def _blocked(day: Day, table: str, cut: Cut) -> Iterator[None]:
    """Let nobody write into a table; when somebody waits for it, cut what they do."""
    with day.house.superuser() as connection, connection.transaction():
        connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE".encode())
        yield
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (waiting := connection.execute(WAITING).fetchone()):
            assert time.monotonic() < deadline, f"nobody waits for {table}"
            time.sleep(0.01)
        cut(connection, waiting[0])


def _terminate(connection: psycopg.Connection, pid: int) -> None:
    connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def _cancel(connection: psycopg.Connection, pid: int) -> None:
    connection.execute("SELECT pg_cancel_backend(%s)", [pid])
    time.sleep(0.2)


def _deadlock(connection: psycopg.Connection, pid: int) -> None:
    """Want what the other one holds: who waited first notices, after a second."""
    connection.execute("SET LOCAL deadlock_timeout = '60s'")
    connection.execute("LOCK TABLE clients_client IN ACCESS EXCLUSIVE MODE")


def refused_rows(day: Day) -> None:
    """Send the database rows that it refuses, in words, as somebody at its prompt would."""
    marks = day.marks
    with day.house.superuser() as connection:
        connection.execute("SET track_activities = off")
        for statement in (
            f"INSERT INTO clients_payer (id, name) VALUES (gen_random_uuid(), '{marks.name()}')",
            "INSERT INTO clients_client (id, code, version)"
            f" VALUES (gen_random_uuid(), '{marks.code('code')}', -1)",
            f"SELECT 1 / 0 AS \"{marks.name()}\", '{marks.day()}'",
        ):
            with contextlib.suppress(psycopg.Error):
                connection.execute(statement.encode())


def failing_tasks(day: Day, folder: Path) -> None:
    """Cut the worker's connection amid a file of clients, and let tasks fail with marked values.

    The tasks that fail are our own, in a worker that is the product's in everything else.
    """
    desk, marks = day.desk, day.marks
    desk.get("/clients/import/")
    run = _named(desk, desk.upload("/clients/import/", "clients.csv", file_of(marks, 2)).leads_to)
    with _blocked(day, "clients_client", _terminate):
        desk.send(f"{run}check/", {"alike": "ADD"})
    (folder / "failing_tasks.py").write_text(FAILING)
    values = [
        ["end", marks.name()],
        ["key", marks.name()],
        ["date", f"{marks.day()}?"],
        ["row", marks.words("row")],
    ]
    done = subprocess.run(
        [sys.executable, "-c", FAIL],
        input=json.dumps(values),
        env={**day.house.env, "PYTHONPATH": f"{BASE_DIR}:{folder}"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    day.heard.add("commands", done.stdout, done.stderr)
    assert done.stderr.count("Task tests.fails") == len(values), done.stderr


def violence(day: Day) -> None:
    """End a process of the worker as a crash would."""
    pool = _children(_pid(day, "Worker"))
    assert pool
    os.kill(pool[-1], signal.SIGSEGV)
    time.sleep(0.5)
    day.desk.get("/today/")


def _pid(day: Day, name: str) -> int:
    """Return the process of a part of the stack."""
    words = {"Worker": b"celery\0-A\0config\0worker", "Web": b"granian"}[name]
    state = day.house.env["QUIETLEDGER_STATE"].encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            inherited = (folder / "environ").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if words in (folder / "cmdline").read_bytes() and state in inherited:
                above = Path(f"/proc/{parent}/cmdline").read_bytes()
                if words not in above:
                    return int(folder.name)
    raise AssertionError(f"{name} does not run")


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]
