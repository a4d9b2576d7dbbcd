"""Thousands of clients at once: nobody waits for them, and a worker that is killed added nobody."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event as Flag
from threading import Thread
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.models import Membership
from accounts.selectors import sealed
from accounts.tenancy import practice_scope
from audit.models import Event, Touch
from clients import tasks
from clients.csv_import import Field
from clients.models import Assignment, Client, ClientImport, Contact, Coverage, SearchText
from clients.selectors import imports as reads
from clients.services import clients, imports, taking_in
from tests.accounts.test_rotation_under_load import ALIASES
from tests.figures import Tell
from tests.houses import House
from tests.told import said

HEAD = "First,Last,DOB,E-mail,Phone,Address,Insurance,Member ID,Therapist\r\n"
COLUMNS = [
    Field.GIVEN_NAMES,
    Field.FAMILY_NAME,
    Field.BIRTH_DATE,
    Field.EMAIL,
    Field.PHONE,
    Field.ADDRESS,
    Field.PAYER,
    Field.MEMBER_ID,
    Field.THERAPIST,
]
TABLES = (Client, Contact, Coverage, Assignment, SearchText)


def file_of(count: int) -> bytes:
    """Return a file in which every column that can be is filled."""
    rows = (
        f"Given{n},Family{n},{1930 + n % 80}-0{1 + n % 9}-1{n % 10},a{n}@mail.example,"
        f"+1 555 {n:06},"
        f"{n} Main Street,Aetna,M-{n},Therapist of Harbor Lane\r\n"
        for n in range(count)
    )
    return (HEAD + "".join(rows)).encode()


def confirmed(house: House, by: Membership, count: int) -> UUID:
    content, now = file_of(count), timezone.now()
    with practice_scope(house.id, person_id=by.person_id):
        run = imports.upload(content=content, now=now, by=by)
        imports.name_columns(run=run, columns=COLUMNS, date_order="")
        run.refresh_from_db()
        checked = reads.check(run, content, today=timezone.localdate())
        assert checked.problems == []
        imports.confirm(run=run, checked=checked, adds_alike=False, now=now, by=by)
        return run.pk


def counted(house: House) -> list[int]:
    with practice_scope(house.id):
        return [model.objects.count() for model in TABLES]


def add_one(house: House, by: Membership, number: int = 0) -> float:
    """Add a client as the front desk does, and return how many seconds that took."""
    began = time.perf_counter()
    with practice_scope(house.id, person_id=by.person_id):
        clients.add(
            given_names="Newly",
            family_name=f"Come {number}",
            birth_date=date(1990, 1, 1) + timedelta(days=number),
            now=timezone.now(),
            by=by,
        )
    return time.perf_counter() - began


def test_what_comes_in_at_once_is_as_sealed_and_marked_as_what_is_typed(
    practice: House, front_desk: Membership
) -> None:
    run_id = confirmed(practice, front_desk, 30)

    tasks.take_in_file(practice_id=str(practice.id), run_id=str(run_id))

    with practice_scope(practice.id):
        assert sealed.first_offence() is None
        last = Client.objects.order_by("code").last()
        assert last is not None
        assert (last.full_name, last.birth_date) == ("Given29 Family29", date(1959, 3, 19))
        assert SearchText.objects.get(client=last).text.startswith(last.code.lower())
        assert Coverage.objects.get(client=last).member_id == "M-29"
        told = Event.objects.filter(action="clients.client.added_from_file")
        assert [said(event) for event in told] == [{"count": 30}]
        assert Touch.objects.filter(client_id=last.pk).count() == 2


@pytest.mark.commits
def test_whoever_adds_a_client_meanwhile_does_not_wait_for_the_file(
    practice: House, front_desk: Membership
) -> None:
    run_id = confirmed(practice, front_desk, 60)

    def meanwhile(rows: int) -> None:
        # The file's own transaction is open: whoever waited for it would wait for ever.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(add_one, practice, front_desk).result(timeout=60)
            pool.submit(connections.close_all).result()

    with practice_scope(practice.id, person_id=front_desk.person_id):
        taking_in.take_codes(run_id=run_id)
    with practice_scope(practice.id, person_id=front_desk.person_id):
        taking_in.carry_out(run_id=run_id, now=timezone.now(), progress=meanwhile)

    with practice_scope(practice.id):
        codes = list(Client.objects.order_by("code").values_list("code", flat=True))
        assert codes == [f"C-{number:04}" for number in range(1, 62)]
        assert Client.objects.get(code="C-0061").family_name == "Come 0"


@pytest.mark.commits
def test_somebody_added_meanwhile_who_looks_like_a_row_stops_the_file(
    practice: House, front_desk: Membership
) -> None:
    run_id = confirmed(practice, front_desk, 5)

    def meanwhile(rows: int) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(add_alike, practice, front_desk).result(timeout=60)
            pool.submit(connections.close_all).result()

    with practice_scope(practice.id, person_id=front_desk.person_id):
        taking_in.take_codes(run_id=run_id)
    with practice_scope(practice.id, person_id=front_desk.person_id):
        taking_in.carry_out(run_id=run_id, now=timezone.now(), progress=meanwhile)

    with practice_scope(practice.id):
        assert ClientImport.objects.get().refusal == ClientImport.Refusal.CHANGED
        assert Client.objects.count() == 1


def add_alike(house: House, by: Membership) -> None:
    with practice_scope(house.id, person_id=by.person_id):
        clients.add(
            given_names="Another",
            family_name="family3",
            birth_date=date(1933, 4, 13),
            now=timezone.now(),
            by=by,
        )


KILLED = """
import os, signal, sys
import django
django.setup()
from uuid import UUID
from django.utils import timezone
from accounts.tenancy import practice_scope
from clients.selectors import imports
from clients.services import taking_in

practice, run, at = UUID(sys.argv[1]), UUID(sys.argv[2]), int(sys.argv[3])
with practice_scope(practice):
    person = imports.confirmed_by(run)
with practice_scope(practice, person_id=person):
    taking_in.take_codes(run_id=run)
with practice_scope(practice, person_id=person):
    taking_in.carry_out(
        run_id=run,
        now=timezone.now(),
        progress=lambda rows: rows >= at and os.kill(os.getpid(), signal.SIGKILL),
    )
"""


def killed(house: House, run_id: UUID, at: int) -> int:
    """Carry a run out in a process that kills itself after so many rows; return how it ended."""
    env = dict(os.environ)
    for name, alias in ALIASES.items():
        database = connections.settings[alias]["NAME"]
        env[name] = urlsplit(env[name])._replace(path=f"/{database}").geturl()
    asked = [sys.executable, "-c", KILLED, str(house.id), str(run_id), str(at)]
    return subprocess.run(asked, cwd=settings.BASE_DIR, env=env, check=False).returncode


@pytest.mark.commits
def test_a_worker_that_is_killed_has_added_nobody_and_the_next_adds_all(
    practice: House, front_desk: Membership
) -> None:
    run_id = confirmed(practice, front_desk, 1_500)

    assert killed(practice, run_id, at=1_000) == -signal.SIGKILL
    assert counted(practice) == [0] * len(TABLES)

    tasks.take_in_file(practice_id=str(practice.id), run_id=str(run_id))
    assert counted(practice) == [1_500, 3_000, 1_500, 1_500, 1_500]
    with practice_scope(practice.id):
        first = Client.objects.order_by("code").values_list("code", flat=True)[0]
        assert first == "C-0001"


@pytest.mark.fuzz
@pytest.mark.commits
def test_twenty_thousand_rows_come_in_while_the_front_desk_adds_clients(
    practice: House, front_desk: Membership, tell: Tell
) -> None:
    run_id = confirmed(practice, front_desk, 20_000)
    waits: list[float] = []
    over = Flag()

    def desk() -> None:
        number = 0
        try:
            while not over.is_set():
                number += 1
                waits.append(add_one(practice, front_desk, number))
                over.wait(0.2)
        finally:
            connections.close_all()

    hand = Thread(target=desk)
    hand.start()
    began, cpu = time.perf_counter(), time.process_time()
    tasks.take_in_file(practice_id=str(practice.id), run_id=str(run_id))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    over.set()
    hand.join()

    tell(
        f"20,000 rows of 9 columns: {took:.1f} s, {cpu:.1f} s of it in Python; meanwhile"
        f" {len(waits)} clients added by hand, the longest wait {max(waits):.2f} s"
    )
    with practice_scope(practice.id):
        run = ClientImport.objects.get()
        assert (run.created_count, run.refusal) == (20_000, "")
        assert Client.objects.count() == 20_000 + len(waits)
