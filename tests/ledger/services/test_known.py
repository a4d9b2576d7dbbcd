"""A settled moment gains no entry: not by a slow writer, not by a clock that was set back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from ledger.models import KnownPoint
from ledger.selectors import books as chosen
from ledger.selectors import reports
from ledger.services import chart, journal, known
from tests.houses import House
from tests.ledger.elsewhere import elsewhere
from tests.ledger.events import rent

END = date(2026, 1, 31)


def told(known_at: datetime) -> reports.TrialBalance:
    chosen.require_settled(known_at)
    return reports.trial_balance(as_of=END, known_at=known_at)


def test_what_is_posted_later_does_not_change_what_was_known(books: Membership) -> None:
    journal.post(**rent(books))
    settled = known.settle()
    before = told(settled)

    journal.post(**rent(books))

    assert told(settled) == before
    assert told(known.settle()) != before


def test_a_moment_that_is_not_settled_cannot_be_asked_about(books: Membership) -> None:
    settled = known.settle()

    with pytest.raises(chosen.NotKnownYet):
        told(settled + timedelta(microseconds=1))


def test_each_point_is_later_than_the_one_before(books: Membership) -> None:
    points = [known.settle() for _ in range(5)]

    assert points == sorted(set(points))


@pytest.mark.commits
def test_settling_waits_for_an_entry_that_is_under_way(
    practice: House, accountant: Membership
) -> None:
    with practice_scope(practice.id):
        chart.open(by=accountant)
    is_posted, go_on = Event(), Event()

    def slowly() -> None:
        journal.post(**rent(accountant))
        is_posted.set()
        go_on.wait(timeout=10)

    def settle() -> reports.TrialBalance:
        return told(known.settle())

    with ThreadPoolExecutor(2) as pool:
        posting = elsewhere(pool, practice, slowly)
        is_posted.wait(timeout=10)
        settling = elsewhere(pool, practice, settle)
        assert not settling.done()
        go_on.set()
        posting.result(timeout=10)
        seen = settling.result(timeout=10)

    assert seen.total.cents == 500_00
    with practice_scope(practice.id):
        assert told(KnownPoint.objects.get().at) == seen


@pytest.mark.commits
def test_settling_does_not_wait_for_ever(practice: House, accountant: Membership) -> None:
    with practice_scope(practice.id):
        chart.open(by=accountant)
    is_posted, go_on = Event(), Event()

    def for_long() -> None:
        journal.post(**rent(accountant))
        is_posted.set()
        go_on.wait(timeout=20)

    with ThreadPoolExecutor(1) as pool:
        posting = elsewhere(pool, practice, for_long)
        is_posted.wait(timeout=10)
        with practice_scope(practice.id), pytest.raises(known.Busy):
            known.settle()
        go_on.set()
        posting.result(timeout=10)
    with practice_scope(practice.id):
        assert known.settle()


@pytest.mark.commits
@pytest.mark.parametrize("entries", [25, pytest.param(250, marks=pytest.mark.long)])
def test_a_report_that_is_run_again_is_the_same_while_others_post(
    practice: House, accountant: Membership, entries: int
) -> None:
    with practice_scope(practice.id):
        chart.open(by=accountant)
    done = Event()

    def post_one() -> None:
        journal.post(**rent(accountant))

    def write() -> None:
        for _ in range(entries):
            elsewhere(pool, practice, post_one).result()

    def report() -> list[tuple[datetime, reports.TrialBalance]]:
        seen = []
        while not done.is_set():
            with practice_scope(practice.id):
                settled = known.settle()
                seen.append((settled, told(settled)))
        connection.close()
        return seen

    with ThreadPoolExecutor(9) as pool:
        reporting = pool.submit(report)
        writing = [pool.submit(write) for _ in range(4)]
        for each in writing:
            each.result(timeout=120)
        done.set()
        seen = reporting.result(timeout=60)

    with practice_scope(practice.id):
        assert [told(settled) for settled, _ in seen] == [first for _, first in seen]
        assert told(known.settle()).total.cents == 4 * entries * 500_00
    assert len(seen) > 3


def test_the_database_refuses_an_entry_before_a_settled_moment(books: Membership) -> None:
    """As it would come from a machine whose clock was set back."""
    settled = known.settle()

    with pytest.raises(IntegrityError, match="settled up to a later moment"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO ledger_journalentry"
            " (id, source, entry_date, memo, posting_count, posted_at, posted_by_id)"
            " VALUES (gen_random_uuid(), 'late', '2026-01-31', 'Late', 2, %s, %s)",
            [settled, books.pk],
        )


@pytest.mark.parametrize("minutes", [-5, 5])
def test_the_database_refuses_a_point_at_another_time(books: Membership, minutes: int) -> None:
    known.settle()

    with pytest.raises(IntegrityError, match="at the time of settling"), transaction.atomic():
        KnownPoint.objects.create(at=timezone.now() + timedelta(minutes=minutes))
