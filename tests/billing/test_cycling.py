"""Runs of the billing as the worker and the command drive them, with real commits."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from accounts.tenancy import practice_scope
from billing import cycling, tasks
from billing.models import CycleRun, CycleRunClient, Invoice, Rhythm
from billing.selectors import cycle_runs as selectors
from billing.selectors import integrity
from billing.services import cycle_runs, invoices
from tests.billing import cycling as at_night
from tests.billing import desk as at
from tests.houses import House

pytestmark = pytest.mark.commits
CLIENTS = 6
FEBRUARY = date(2026, 2, 28)
Outcome = CycleRunClient.Outcome


@pytest.fixture
def house(practice: House) -> House:
    """Harbor Lane bills every month; a session of each of six clients waits from February."""
    by = practice.people["front-desk"]
    with practice_scope(practice.id, person_id=by.person_id):
        at.open_books(by)
        at_night.every(Rhythm.MONTHLY, by)
        for number in range(CLIENTS):
            at.session(at.client(by, f"Person {number}"), by)
    return practice


def asked(house: House) -> UUID:
    by = house.people["front-desk"]
    with practice_scope(house.id, person_id=by.person_id):
        return at_night.asked(Rhythm.MONTHLY, FEBRUARY, by).pk


def counted(house: House) -> tuple[int, int]:
    """Return how many invoices there are, and how many sessions they hold."""
    with practice_scope(house.id):
        assert list(integrity.findings()) == []
        made = Invoice.objects.values_list("line_count", flat=True)
        return len(made), sum(made)


def test_the_worker_bills_everybody_once(house: House) -> None:
    run_id = asked(house)

    for _ in range(2):
        tasks.run_billing(practice_id=str(house.id), run_id=str(run_id))

    assert counted(house) == (CLIENTS, CLIENTS)
    with practice_scope(house.id):
        assert CycleRun.objects.get().finished_at is not None


class Killed(BaseException):
    """Somebody pulled the plug."""


@pytest.mark.parametrize("after", [0, 1, CLIENTS - 1])
def test_a_run_that_was_cut_off_goes_on_and_makes_none_twice(
    house: House, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    run_id, bill = asked(house), invoices.bill
    made: list[Invoice] = []

    def plug(**told: Any) -> list[Invoice]:
        issued = bill(**told)
        if len(made) == after:
            raise Killed  # It is written, and not committed.
        made.extend(issued)
        return issued

    with monkeypatch.context() as patched:
        patched.setattr(invoices, "bill", plug)
        with pytest.raises(Killed):
            cycling.bill(house.id, run_id)
    assert counted(house) == (after, after)
    with practice_scope(house.id):
        assert CycleRun.objects.get().finished_at is None

    assert cycling.bill(house.id, run_id)

    assert counted(house) == (CLIENTS, CLIENTS)


def test_what_was_left_is_found_by_the_beat(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id, woken = asked(house), []
    with practice_scope(house.id):
        CycleRun.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(tasks.run_billing, "delay", lambda **told: woken.append(told))

    tasks.redrive_practice(practice_id=str(house.id))

    assert woken == [{"practice_id": str(house.id), "run_id": str(run_id)}]
    assert cycling.bill(house.id, run_id)
    with practice_scope(house.id):
        CycleRun.objects.update(finished_at=None)
        lately = timezone.now() + timedelta(seconds=1)
        assert selectors.left_behind(now=lately) == []
        assert selectors.left_behind(now=lately + timedelta(minutes=1)) == [run_id]


def test_two_workers_at_once_share_the_work(house: House) -> None:
    run_id = asked(house)

    def bill() -> bool:
        try:
            return cycling.bill(house.id, run_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        sides = [pool.submit(bill) for _ in range(3)]
        over = [side.result(60) for side in sides]

    assert any(over)
    assert counted(house) == (CLIENTS, CLIENTS)


def test_asked_for_from_two_sides_it_is_one_run(house: House) -> None:
    def ask() -> UUID:
        try:
            return asked(house)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        sides = [pool.submit(ask) for _ in range(2)]
        runs = {side.result(60) for side in sides}

    assert len(runs) == 1
    with practice_scope(house.id):
        assert CycleRunClient.objects.count() == CLIENTS


def test_one_client_who_fails_keeps_no_other_from_their_invoice(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run_id, bill, tries = asked(house), invoices.bill, []

    def stumble(**told: Any) -> list[Invoice]:
        tries.append(told)
        if len(tries) == 1:
            raise ZeroDivisionError("of Okonkwo")
        return bill(**told)

    monkeypatch.setattr(invoices, "bill", stumble)
    assert cycling.bill(house.id, run_id)

    assert counted(house) == (CLIENTS - 1, CLIENTS - 1)
    assert "ZeroDivisionError" in caplog.text
    assert "Okonkwo" not in caplog.text
    with practice_scope(house.id):
        assert CycleRunClient.objects.filter(outcome=Outcome.FAILED).count() == 1


def test_whoever_may_no_more_bills_in_the_practices_name(house: House) -> None:
    run_id, by = asked(house), house.people["front-desk"]
    with practice_scope(house.id):
        run = CycleRun.objects.select_related("asked_by").get(pk=run_id)
        assert cycle_runs.biller_of(run) == by
        run.asked_by = house.people["therapist"]

        assert cycle_runs.biller_of(run).person_id is None


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("run_billing_cycle", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_bills_and_bills_none_again(house: House) -> None:
    told = command("--practice", house.slug, "--on", "2026-03-15")
    again = command("--practice", house.slug, "--on", "2026-03-15")

    assert "every month, until 2026-02-28: 6 invoices made, 0 clients without one" in told
    assert "0 invoices made" in again
    assert counted(house) == (CLIENTS, CLIENTS)


def test_the_command_refuses_a_day_that_is_not_there(house: House) -> None:
    with pytest.raises(CommandError, match="is not there yet"):
        command("--on", str(timezone.now().date() + timedelta(days=9)))
    for text in ("tomorrow", "1066-10-14", "2026-02-30"):
        with pytest.raises(CommandError):
            command("--on", text)
    with pytest.raises(CommandError, match="no practice with this slug"):
        command("--practice", "nobody")


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("America/New_York", (2026, 3, 8, 4, 59), (2026, 3, 8, 5, 0)),
        ("America/New_York", (2026, 3, 9, 3, 59), (2026, 3, 9, 4, 0)),
        ("Asia/Kolkata", (2026, 3, 8, 18, 29), (2026, 3, 8, 18, 30)),
        ("Australia/Lord_Howe", (2026, 4, 4, 12, 59), (2026, 4, 4, 13, 0)),
        ("Australia/Lord_Howe", (2026, 4, 5, 13, 29), (2026, 4, 5, 13, 30)),
    ],
)
def test_a_day_is_billed_from_the_practices_midnight_on(
    house: House, zone: str, before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    """Also on the days on which the clocks change."""
    by, early = house.people["front-desk"], datetime(*before, tzinfo=UTC)  # type: ignore[misc, arg-type]
    late = datetime(*after, tzinfo=UTC)  # type: ignore[misc, arg-type]
    with practice_scope(house.id, person_id=by.person_id):
        at_night.every(Rhythm.DAILY, by, on=date(2026, 2, 1))
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_practice NO FORCE ROW LEVEL SECURITY")
        cursor.execute("UPDATE accounts_practice SET time_zone = %s", [zone])
        cursor.execute("ALTER TABLE accounts_practice FORCE ROW LEVEL SECURITY")

    [first] = _days_of(house, cycling.ask_due(house.id, now=early))
    [second] = _days_of(house, cycling.ask_due(house.id, now=late))

    assert second - first == timedelta(days=1)


def _days_of(house: House, runs: list[UUID]) -> list[date]:
    with practice_scope(house.id):
        found = CycleRun.objects.filter(pk__in=runs, rhythm=Rhythm.DAILY)
        return list(found.values_list("last_day", flat=True))


def test_the_night_makes_nothing_twice_and_no_empty_run(house: House) -> None:
    now = datetime(2026, 3, 5, 6, tzinfo=UTC)
    for _ in range(2):
        for run_id in cycling.ask_due(house.id, now=now):
            cycling.bill(house.id, run_id)
    assert cycling.ask_due(house.id, now=now + timedelta(days=40)) == []

    with practice_scope(house.id):
        assert CycleRun.objects.count() == 1
    assert counted(house) == (CLIENTS, CLIENTS)
