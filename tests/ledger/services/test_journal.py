"""Posting, replaying and reversing; what Python refuses, and in which words."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from ledger.chart import CONTROL_ROLES, Role
from ledger.days import FIRST_DAY, LAST_DAY, DayOutOfRange
from ledger.models import JournalEntry, Posting
from ledger.money import ZERO, Money
from ledger.selectors import integrity
from ledger.services import chart, journal, periods
from ledger.services.journal import Line
from tests.houses import House
from tests.ledger.elsewhere import elsewhere
from tests.ledger.events import JANUARY, payment, rent


def test_post_writes_a_debit_for_every_credit(books: Membership) -> None:
    entry = journal.post(**payment(books))

    assert sorted(entry.postings.values_list("account__code", "debit", "credit")) == [
        ("1010", Money(15000), ZERO),
        ("2000", ZERO, Money(15000)),
    ]


def test_an_entry_says_who_posted_it_and_when(books: Membership) -> None:
    entry = journal.post(**payment(books))

    assert entry.posted_by_id == books.pk
    assert entry.posted_at.tzinfo is not None
    assert entry.entry_date == JANUARY


A_DAY = timedelta(days=1)


@pytest.mark.parametrize("on", [date.min, FIRST_DAY - A_DAY, LAST_DAY + A_DAY, date.max], ids=str)
def test_a_day_that_the_books_do_not_know_is_refused_in_words(books: Membership, on: date) -> None:
    entry = journal.post(**rent(books))

    with pytest.raises(DayOutOfRange, match=f"{on} is no day of the books. Choose one from 1990"):
        journal.post(**rent(books, on=on))
    with pytest.raises(DayOutOfRange):
        journal.reverse(entry=entry, source="void:1", entry_date=on, memo="Voided", by=books)
    assert JournalEntry.objects.get() == entry


@pytest.mark.parametrize("on", [FIRST_DAY, LAST_DAY], ids=str)
def test_the_first_and_the_last_day_of_the_books_are_theirs(books: Membership, on: date) -> None:
    assert journal.post(**rent(books, on=on)).entry_date == on


def test_post_is_idempotent(books: Membership) -> None:
    event = payment(books)

    first = journal.post(**event)
    again = journal.post(**event)

    assert again == first
    assert Posting.objects.count() == 2


def test_the_order_of_lines_does_not_matter_to_a_replay(books: Membership) -> None:
    event = payment(books)
    first = journal.post(**event)

    assert journal.post(**event | {"lines": event["lines"][::-1]}) == first


@pytest.mark.parametrize("change", ["cents", "party", "account"])
def test_a_source_is_not_reused_for_other_lines(books: Membership, change: str) -> None:
    event = payment(books)
    journal.post(**event)
    drawer, credit = event["lines"]
    changed = {
        "cents": [replace(drawer, debit=Money(1)), replace(credit, credit=Money(1))],
        "party": [drawer, replace(credit, party=uuid4())],
        "account": [replace(drawer, role=Role.OPERATING_BANK), credit],
    }

    with pytest.raises(journal.SourceReused, match="posted before"):
        journal.post(**event | {"lines": changed[change]})


def test_an_unbalanced_entry_is_refused(books: Membership) -> None:
    event = rent(books)
    event["lines"][0] = Line(Role.RENT, debit=Money(49999))

    with pytest.raises(journal.UnbalancedEntry, match=r"debits 499\.99, credits 500\.00"):
        journal.post(**event)
    assert not JournalEntry.objects.exists()


def test_an_entry_without_lines_is_refused(books: Membership) -> None:
    with pytest.raises(journal.UnbalancedEntry):
        journal.post(**rent(books) | {"lines": []})


@pytest.mark.parametrize(("debit", "credit"), [(0, 0), (5, 5), (-5, 0), (0, -5), (5, -5)], ids=str)
def test_a_line_is_a_debit_or_a_credit_of_more_than_zero(debit: int, credit: int) -> None:
    with pytest.raises(journal.NotOneSided):
        Line(Role.RENT, debit=Money(debit), credit=Money(credit))


@pytest.mark.parametrize("role", CONTROL_ROLES)
@pytest.mark.parametrize(
    "named", [{}, {"party": uuid4()}, {"item": uuid4()}], ids=["-", "party", "item"]
)
def test_a_line_on_a_control_account_names_its_open_item(
    role: Role, named: dict[str, object]
) -> None:
    with pytest.raises(journal.NoOpenItem, match=role):
        Line(role, debit=Money(1), **named)  # type: ignore[arg-type]  # one of them is left out on purpose


def test_without_a_chart_nothing_is_posted(scope: None, front_desk: Membership) -> None:
    with pytest.raises(journal.NoSuchAccount, match="OPERATING_BANK, RENT"):
        journal.post(**rent(front_desk))


@pytest.mark.usefixtures("begun")
def test_a_closed_month_takes_no_entry(books: Membership) -> None:
    periods.close(month=JANUARY, today=date(2026, 2, 1), by=books)

    with pytest.raises(journal.PeriodClosed, match="January 2026 is closed"):
        journal.post(**rent(books))


def test_a_replay_into_a_closed_month_returns_the_entry_it_has(books: Membership) -> None:
    event = rent(books)
    first = journal.post(**event)
    periods.close(month=JANUARY, today=date(2026, 2, 1), by=books)

    assert journal.post(**event) == first


def test_a_reversal_leaves_nothing(books: Membership) -> None:
    entry = journal.post(**payment(books))

    back = journal.reverse(
        entry=entry, source="void:1", entry_date=JANUARY, memo="Payment voided", by=books
    )

    assert back.reverses_id == entry.pk
    assert sorted(back.postings.values_list("account__code", "debit", "credit")) == [
        ("1010", ZERO, Money(15000)),
        ("2000", Money(15000), ZERO),
    ]


def reversal(entry: JournalEntry, by: Membership, source: str = "void:1") -> JournalEntry:
    return journal.reverse(
        entry=entry, source=source, entry_date=JANUARY, memo="Payment voided", by=by
    )


def test_reversing_from_the_same_source_again_changes_nothing(books: Membership) -> None:
    entry = journal.post(**payment(books))

    assert reversal(entry, books) == reversal(entry, books)
    assert JournalEntry.objects.count() == 2


def test_an_entry_is_reversed_at_most_once(books: Membership) -> None:
    entry = journal.post(**payment(books))
    reversal(entry, books)

    with pytest.raises(journal.AlreadyReversed):
        reversal(entry, books, source="void:2")


def test_a_reversal_is_not_reversed(books: Membership) -> None:
    entry = journal.post(**payment(books))

    with pytest.raises(journal.ReversesReversal):
        reversal(reversal(entry, books), books, source="void:2")


def test_a_reversal_does_not_take_another_events_source(books: Membership) -> None:
    entry = journal.post(**payment(books))
    other = journal.post(**payment(books))

    with pytest.raises(journal.SourceReused):
        reversal(entry, books, source=other.source)


@pytest.mark.parametrize("amount", [10.5, 10, "10.50"], ids=["float", "number", "text"])
def test_a_line_takes_money_and_nothing_else(amount: object) -> None:
    with pytest.raises(journal.NotWholeCents, match="whole cents"):
        Line(Role.RENT, debit=amount)  # type: ignore[arg-type]  # wrong on purpose


def test_posting_and_reversing_are_one_statement_each_whatever_the_lines(
    books: Membership,
) -> None:
    event = rent(books)
    event["lines"] = [line for line in event["lines"] for _ in range(20)]

    with CaptureQueriesContext(connection) as queries:
        entry = journal.post(**event)
        reversal(entry, books)

    assert len(queries) == 2


def test_what_is_returned_is_what_stands(books: Membership) -> None:
    entry = journal.post(**payment(books))
    back = reversal(entry, books)

    for returned in (entry, back):
        stands = JournalEntry.objects.get(pk=returned.pk)
        assert [getattr(stands, name) for name in journal.COLUMNS] == [
            getattr(returned, name) for name in journal.COLUMNS
        ]


@pytest.mark.commits
def test_every_entry_is_an_event_of_its_person(practice: House, accountant: Membership) -> None:
    with practice_scope(practice.id, person_id=accountant.person_id):
        chart.open(by=accountant)
        entry = journal.post(**rent(accountant))
        reversal(entry, accountant)

    with practice_scope(practice.id):
        told = Event.objects.filter(action__startswith="ledger.entry").order_by("seq")
        assert [(event.action, event.person_id) for event in told] == [
            (Action.ENTRY_POSTED, accountant.person_id),
            (Action.ENTRY_REVERSED, accountant.person_id),
        ]


@pytest.mark.commits
def test_the_same_event_posted_from_four_sides_is_posted_once(
    practice: House, accountant: Membership
) -> None:
    event = rent(accountant)
    with practice_scope(practice.id):
        chart.open(by=accountant)

    with ThreadPoolExecutor() as pool:
        sides = [elsewhere(pool, practice, lambda: journal.post(**event)) for _ in range(4)]
        entries = {side.result(20).pk for side in sides}

    with practice_scope(practice.id):
        assert {entry.pk for entry in JournalEntry.objects.all()} == entries
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_an_entry_reversed_from_four_sides_is_reversed_once(
    practice: House, accountant: Membership
) -> None:
    with practice_scope(practice.id):
        chart.open(by=accountant)
        entry = journal.post(**rent(accountant))

    def reverse_as(source: str) -> JournalEntry | None:
        try:
            return reversal(entry, accountant, source=source)
        except journal.AlreadyReversed:
            return None

    with ThreadPoolExecutor() as pool:
        sides = [
            elsewhere(pool, practice, partial(reverse_as, f"void:{side}")) for side in range(4)
        ]
        assert sorted(side.result(20) is not None for side in sides) == [False, False, False, True]

    with practice_scope(practice.id):
        assert list(integrity.findings()) == []
