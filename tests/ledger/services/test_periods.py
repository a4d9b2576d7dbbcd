"""Closing a month and taking it back, also against people who post at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.services import approvals
from accounts.services.approvals import Waiting
from accounts.tenancy import practice_scope
from ledger.models import JournalEntry, PeriodClose, PeriodReopen
from ledger.selectors import integrity
from ledger.selectors import periods as months
from ledger.services import chart, journal, periods
from tests.houses import House
from tests.ledger import closing
from tests.ledger.elsewhere import elsewhere
from tests.ledger.events import JANUARY, rent

FEBRUARY_1 = date(2026, 2, 1)


@pytest.mark.usefixtures("begun")
def test_a_closed_month_is_closed_from_its_first_to_its_last_day(books: Membership) -> None:
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), FEBRUARY_1]
    assert [months.is_closed(day) for day in days] == [False, True, True, False]


def test_a_month_that_is_not_over_is_not_closed(books: Membership) -> None:
    with pytest.raises(periods.NotOver, match="January 2026 is not over"):
        periods.close(month=JANUARY, today=date(2026, 1, 31), by=books)


def test_a_month_before_the_first_entry_is_none_to_close(books: Membership) -> None:
    journal.post(**rent(books))

    for close in (periods.close, periods.close_softly):
        with pytest.raises(periods.BeforeTheBooks, match="December 2025 lies before the first"):
            close(month=date(2025, 12, 31), today=FEBRUARY_1, by=books)
        with pytest.raises(periods.BeforeTheBooks):
            close(month=date.min, today=FEBRUARY_1, by=books)
    assert not PeriodClose.objects.exists()


def test_of_empty_books_there_is_no_month_to_close(books: Membership) -> None:
    with pytest.raises(periods.BeforeTheBooks, match="January 2026"):
        periods.close(month=JANUARY, today=FEBRUARY_1, by=books)


@pytest.mark.usefixtures("begun")
def test_a_month_is_not_closed_twice(books: Membership) -> None:
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    with pytest.raises(periods.AlreadyClosed, match="January 2026 is closed"):
        periods.close(month=JANUARY, today=FEBRUARY_1, by=books)


def test_an_open_month_is_not_reopened(books: Membership) -> None:
    with pytest.raises(periods.NotClosed, match="January 2026 is not closed"):
        periods.reopen(
            month=JANUARY, reason=periods.Reason.CORRECTION, now=timezone.now(), by=books
        )


@pytest.mark.usefixtures("begun")
def test_a_reopened_month_takes_entries_and_can_be_closed_again(books: Membership) -> None:
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    reopened = closing.reopen(JANUARY, by=books, reason=periods.Reason.LATE_DOCUMENT)
    journal.post(**rent(books))
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    assert months.is_closed(JANUARY)
    assert (reopened.reason, reopened.reopened_by_id) == ("LATE_DOCUMENT", books.pk)
    assert PeriodClose.objects.count() == 2
    assert list(integrity.findings()) == []


@pytest.mark.usefixtures("begun")
def test_a_soft_close_lets_accountants_post_and_nobody_else(
    books: Membership, front_desk: Membership
) -> None:
    periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)

    assert journal.post(**rent(books)).entry_date == JANUARY
    with pytest.raises(journal.PeriodClosed, match="January 2026 is closed to all but accountants"):
        journal.post(**rent(front_desk))
    assert not months.is_closed(JANUARY)


def test_what_was_posted_before_a_soft_close_is_replayed_by_anybody(
    books: Membership, front_desk: Membership
) -> None:
    before = journal.post(**rent(front_desk) | {"source": "rent:1"})
    periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)

    assert journal.post(**rent(front_desk) | {"source": "rent:1"}) == before


@pytest.mark.usefixtures("begun")
def test_a_month_is_closed_softly_and_then_to_everybody(books: Membership) -> None:
    periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)
    with pytest.raises(periods.AlreadyClosed):
        periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    with pytest.raises(journal.PeriodClosed, match=r"January 2026 is closed\. Choose"):
        journal.post(**rent(books))


@pytest.mark.usefixtures("begun")
def test_taking_a_close_back_leaves_the_softer_one(
    books: Membership, front_desk: Membership
) -> None:
    periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    closing.reopen(JANUARY, by=books)
    with pytest.raises(journal.PeriodClosed, match="to all but accountants"):
        journal.post(**rent(front_desk))
    closing.reopen(JANUARY, by=books)

    assert journal.post(**rent(front_desk))
    assert months.standing(JANUARY) is None


@pytest.mark.usefixtures("begun")
def test_a_month_stays_closed_until_a_second_person_agrees(books: Membership) -> None:
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    asked = ask_to_reopen(books)

    assert isinstance(asked, Waiting)
    assert months.is_closed(JANUARY)
    with pytest.raises(approvals.NotYours):
        closing.agree(asked, by=books)
    assert isinstance(ask_to_reopen(books), Waiting)


@pytest.mark.usefixtures("begun")
def test_what_is_agreed_to_is_the_reason_that_was_asked_for(books: Membership) -> None:
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    asked = ask_to_reopen(books)
    assert isinstance(asked, Waiting)
    closing.agree(asked, by=closing.second_person(books))

    with pytest.raises(periods.OtherReason, match="2026-01, correction"), transaction.atomic():
        ask_to_reopen(books, periods.Reason.LATE_DOCUMENT)

    assert isinstance(ask_to_reopen(books), PeriodReopen)


@pytest.mark.usefixtures("begun")
def test_an_agreement_counts_for_one_close(books: Membership) -> None:
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    closing.reopen(JANUARY, by=books)
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    assert isinstance(ask_to_reopen(books), Waiting)
    assert months.is_closed(JANUARY)


def ask_to_reopen(
    by: Membership, reason: periods.Reason = periods.Reason.CORRECTION
) -> PeriodReopen | Waiting:
    return periods.reopen(month=JANUARY, reason=reason, now=timezone.now(), by=by)


@pytest.mark.commits
def test_a_close_waits_for_whoever_is_posting_into_the_month(
    practice: House, accountant: Membership
) -> None:
    is_posted, may_commit = Event(), Event()

    def post() -> JournalEntry:
        entry = journal.post(**rent(accountant))
        is_posted.set()
        assert may_commit.wait(10)
        return entry

    def close() -> PeriodClose:
        return periods.close(month=JANUARY, today=FEBRUARY_1, by=accountant)

    with practice_scope(practice.id):
        chart.open(by=accountant)
        journal.post(**rent(accountant))
    with ThreadPoolExecutor() as pool:
        posting = elsewhere(pool, practice, post)
        assert is_posted.wait(10)
        closing = elsewhere(pool, practice, close)
        with pytest.raises(TimeoutError):
            closing.result(timeout=0.3)
        may_commit.set()

        assert posting.result(10).posted_at < closing.result(10).closed_at


@pytest.mark.commits
def test_an_entry_that_meets_a_close_is_refused(practice: House, accountant: Membership) -> None:
    is_closing, may_commit = Event(), Event()

    def close() -> PeriodClose:
        closed = periods.close(month=JANUARY, today=FEBRUARY_1, by=accountant)
        is_closing.set()
        assert may_commit.wait(10)
        return closed

    with practice_scope(practice.id):
        chart.open(by=accountant)
        journal.post(**rent(accountant))
    with ThreadPoolExecutor() as pool:
        closing = elsewhere(pool, practice, close)
        assert is_closing.wait(10)
        posting = elsewhere(pool, practice, lambda: journal.post(**rent(accountant)))
        with pytest.raises(TimeoutError):
            posting.result(timeout=0.3)
        may_commit.set()
        closing.result(10)

        with pytest.raises(journal.PeriodClosed, match="January 2026 is closed"):
            posting.result(10)
