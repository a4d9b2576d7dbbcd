"""Bills that come again: on the right days, once each, whatever the calendar does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.selectors import members
from accounts.tenancy import practice_scope
from billing import tasks
from billing.models import Bill, RecurringBill
from billing.selectors import recurring as found
from billing.services import bill_files, recurring, vendors
from billing.services.bills import KeyReused
from ledger.services import journal, periods
from tests.billing import desk as at
from tests.billing import spending
from tests.houses import House
from tests.ledger.elsewhere import elsewhere
from tests.ledger.events import rent


@pytest.fixture
def books(practice: House, accountant: Membership) -> Iterator[Membership]:
    """Harbor Lane's scope with open books; gives the accountant."""
    with practice_scope(practice.id, person_id=accountant.person_id):
        at.open_books(accountant)
        yield accountant
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("day", "every_months", "starts_on", "expected"),
    [
        (31, 1, "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (31, 1, "2027-12-01", ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"]),
        (30, 1, "2026-01-30", ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30"]),
        (8, 1, "2026-03-08", ["2026-03-08", "2026-04-08", "2026-05-08", "2026-06-08"]),
        (1, 1, "2026-01-02", ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"]),
        (15, 3, "2026-11-01", ["2026-11-15", "2027-02-15", "2027-05-15", "2027-08-15"]),
        (29, 12, "2028-02-01", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28"]),
    ],
)
def test_the_days_of_a_rhythm(
    day: int, every_months: int, starts_on: str, expected: list[str]
) -> None:
    days = found.days_of(
        starts_on=date.fromisoformat(starts_on), day=day, every_months=every_months
    )

    assert [on.isoformat() for on in islice(days, 4)] == expected


def made(row: RecurringBill, by: Membership, today: date) -> list[date]:
    """Make all that is due by a day; return the dates of the new bills."""
    dates = []
    while bill := recurring.make_next(recurring_id=row.pk, today=today, now=at.NOW, by=by):
        dates.append(bill.billed_on)
    return dates


def test_each_is_made_once_on_its_day(books: Membership) -> None:
    row = spending.monthly(spending.vendor(books), books)

    assert made(row, books, date(2026, 2, 27)) == []
    assert made(row, books, date(2026, 2, 28)) == [date(2026, 2, 28)]
    assert made(row, books, date(2026, 2, 28)) == []
    assert made(row, books, date(2026, 4, 30)) == [date(2026, 3, 31), date(2026, 4, 30)]
    bill = Bill.objects.order_by("reference")[0]
    assert (bill.total, bill.due_on) == (row.amount, date(2026, 3, 5))


def test_whoever_is_cut_off_between_bill_and_note_makes_no_second(books: Membership) -> None:
    """The bill's key is its day: losing the note of how far it came makes nothing twice."""
    row = spending.monthly(spending.vendor(books), books)
    with transaction.atomic():
        made(row, books, date(2026, 2, 28))
        transaction.set_rollback(True)
    assert not Bill.objects.exists()

    made(row, books, date(2026, 2, 28))
    row.refresh_from_db()
    again = recurring.make_next(recurring_id=row.pk, today=date(2026, 2, 28), now=at.NOW, by=books)

    assert again is None
    assert Bill.objects.count() == 1


def test_a_pause_leaves_out_what_falls_into_it(books: Membership) -> None:
    row = spending.monthly(spending.vendor(books), books)
    recurring.pause(row=row, now=at.NOW, by=books)
    assert made(row, books, date(2026, 3, 31)) == []

    recurring.go_on(row=row, today=date(2026, 4, 2), by=books)

    assert made(row, books, date(2026, 4, 30)) == [date(2026, 4, 30)]


def test_what_is_ended_makes_none_and_stays_ended(books: Membership) -> None:
    row = spending.monthly(spending.vendor(books), books)
    recurring.end(row=row, now=at.NOW, by=books)
    assert made(row, books, date(2026, 12, 31)) == []

    with pytest.raises(IntegrityError), transaction.atomic():
        RecurringBill.objects.filter(pk=row.pk).update(ended_at=None, ended_by=None)


def test_its_last_day_ends_it(books: Membership) -> None:
    row = spending.monthly(spending.vendor(books), books, ends_on=date(2026, 3, 31))

    assert made(row, books, date(2026, 12, 31)) == [date(2026, 2, 28), date(2026, 3, 31)]
    with pytest.raises(recurring.EndsBeforeItStarts):
        spending.monthly(spending.vendor(books, "Oak"), books, ends_on=date(2026, 2, 9))


def test_a_bill_of_a_closed_month_is_entered_today(books: Membership) -> None:
    row = spending.monthly(spending.vendor(books), books, starts_on=date(2026, 1, 10))
    journal.post(**rent(books))
    periods.close(month=date(2026, 1, 1), today=at.TODAY, by=books)

    assert made(row, books, date(2026, 2, 3)) == [date(2026, 2, 3)]


def test_one_form_sets_up_one(books: Membership) -> None:
    vendor, key = spending.vendor(books), uuid4()
    row = spending.monthly(vendor, books, key=key)

    assert spending.monthly(vendor, books, key=key) == row
    with pytest.raises(KeyReused):
        spending.monthly(spending.vendor(books, "Oak"), books, key=key)
    other = spending.monthly(vendor, books)
    other.pk, other.key, other._state.adding = uuid4(), key, True
    with pytest.raises(IntegrityError, match="billing_recurringbill_key_once"):
        other.save()


def test_a_month_that_is_closed_softly_holds_no_bill_up(books: Membership) -> None:
    """The worker may not post there, though some people may."""
    row = spending.monthly(spending.vendor(books), books, starts_on=date(2026, 1, 10))
    journal.post(**rent(books))
    periods.close_softly(month=date(2026, 1, 1), today=at.TODAY, by=books)

    assert made(row, members.automaton(), date(2026, 2, 3)) == [date(2026, 2, 3)]


@pytest.mark.commits
def test_a_bill_that_may_not_be_entered_holds_no_other_up(
    practice: House, accountant: Membership
) -> None:
    """Of a month that is closed to its end nothing can be entered; the next month has all."""
    with practice_scope(practice.id, person_id=accountant.person_id):
        at.open_books(accountant)
        for name in ("Elm", "Oak"):
            spending.monthly(spending.vendor(accountant, name), accountant)
        journal.post(**rent(accountant))
        periods.close(month=date(2026, 2, 1), today=at.TODAY, by=accountant)

    assert tasks.make_due(practice.id, now=datetime(2026, 2, 28, 12, tzinfo=UTC)) == 0
    assert tasks.make_due(practice.id, now=datetime(2026, 3, 1, 12, tzinfo=UTC)) == 2


def test_a_vendor_who_is_brought_back_gets_no_backlog(books: Membership) -> None:
    vendor = spending.vendor(books)
    row = spending.monthly(vendor, books)
    vendors.retire(vendor=vendor, now=at.NOW, by=books)

    vendors.bring_back(vendor=vendor, today=date(2026, 4, 30), by=books)

    assert made(row, books, date(2026, 4, 30)) == [date(2026, 4, 30)]


def test_a_retired_vendor_sends_no_bill(books: Membership) -> None:
    vendor = spending.vendor(books)
    row = spending.monthly(vendor, books)
    vendors.retire(vendor=vendor, now=at.NOW, by=books)

    assert made(row, books, date(2026, 12, 31)) == []
    assert found.due(today=date(2026, 12, 31)) == []


@pytest.mark.commits
@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (datetime(2026, 2, 28, 4, 59, tzinfo=UTC), 0),
        (datetime(2026, 2, 28, 5, 0, tzinfo=UTC), 1),
        (datetime(2026, 3, 31, 3, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 31, 4, 0, tzinfo=UTC), 2),
    ],
)
def test_the_worker_makes_them_at_the_practices_own_midnight(
    practice: House, accountant: Membership, moment: datetime, count: int
) -> None:
    """New York is at UTC-5 in February, and at UTC-4 from March 8 on."""
    with practice_scope(practice.id, person_id=accountant.person_id):
        at.open_books(accountant)
        spending.monthly(spending.vendor(accountant), accountant)

    assert tasks.make_due(practice.id, now=moment) == count
    assert tasks.make_due(practice.id, now=moment) == 0


@pytest.fixture
def bill(books: Membership) -> Bill:
    return spending.bill(spending.vendor(books), books)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a PDF"),
        (b"<html>", "Choose a PDF"),
        (b"MZ\x90", "Choose a PDF"),
        (b"%PDF-" + bytes(bill_files.BYTES_MAX), "larger than 5 MB"),
    ],
)
def test_a_paper_is_what_it_begins_with(
    books: Membership, bill: Bill, content: bytes, words: str
) -> None:
    with pytest.raises(bill_files.NotTaken, match=words):
        spending.paper(bill, books, content)


@pytest.mark.commits
def test_papers_that_come_at_once_all_find_a_place(practice: House, accountant: Membership) -> None:
    with practice_scope(practice.id):
        at.open_books(accountant)
        bill = spending.bill(spending.vendor(accountant), accountant)

    with ThreadPoolExecutor(4) as pool:
        keeping = partial(spending.paper, bill, accountant)
        kept = [elsewhere(pool, practice, keeping) for _ in range(4)]
        places = sorted(each.result(30).place for each in kept)

    assert places == [1, 2, 3, 4]


def test_a_paper_comes_back_as_it_was_under_a_neutral_name(books: Membership, bill: Bill) -> None:
    first = spending.paper(bill, books)
    spending.paper(bill, books, b"\x89PNG\r\n\x1a\nx")

    paper = bill_files.hand_out(file=first)

    assert (paper.content, paper.file_name) == (spending.A_PDF, "B-00001-1.pdf")
    for _ in range(8):
        spending.paper(bill, books)
    with pytest.raises(bill_files.NotTaken, match="10 papers at most"):
        spending.paper(bill, books)
