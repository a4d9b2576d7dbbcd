"""Posting many entries at once: all of them or none, each as if it were posted alone."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit import terms
from audit.models import Event
from audit.selectors import chain
from ledger.chart import Role
from ledger.models import JournalEntry, Posting
from ledger.money import Money
from ledger.selectors import integrity
from ledger.services import chart, journal, periods
from ledger.services.journal import Line, Voucher
from tests.houses import House
from tests.ledger import raw
from tests.ledger.events import JANUARY, payment, rent


def voucher(by: Membership, *, on: date = JANUARY) -> Voucher:
    event = payment(by, on=on)
    return Voucher(event["source"], event["entry_date"], event["memo"], event["lines"])


def test_entries_come_back_in_the_order_of_their_vouchers(books: Membership) -> None:
    vouchers = [voucher(books) for _ in range(5)]

    entries = journal.post_many(vouchers=vouchers, by=books)

    assert [entry.source for entry in entries] == [asked.source for asked in vouchers]
    assert Posting.objects.count() == 10
    raw.check_as_at_commit()


def test_what_stands_already_is_left_as_it_is(books: Membership) -> None:
    vouchers = [voucher(books) for _ in range(3)]
    (first,) = journal.post_many(vouchers=vouchers[:1], by=books)

    again = journal.post_many(vouchers=[*vouchers, vouchers[1]], by=books)

    assert again[0] == first
    assert again[3] == again[1]
    assert JournalEntry.objects.count() == 3


def test_nothing_is_nothing(books: Membership) -> None:
    assert journal.post_many(vouchers=[], by=books) == []


def test_a_thousand_vouchers_are_one_statement(
    books: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "AT_ONCE", 4)

    with CaptureQueriesContext(connection) as queries:
        journal.post_many(vouchers=[voucher(books) for _ in range(9)], by=books)

    told = [query["sql"] for query in queries if "ledger_post(" in query["sql"]]
    assert len(told) == 3


def bad(by: Membership) -> dict[str, tuple[Voucher, type[Exception], str]]:
    """Return a voucher of each bad kind, the exception that it meets, and its words."""
    good, posted = voucher(by), rent(by)
    journal.post(**posted)
    drawer, credit = good.lines
    return {
        "unbalanced": (
            replace(good, lines=[replace(drawer, debit=Money(1)), credit]),
            journal.UnbalancedEntry,
            r"debits 0\.01, credits 150\.00",
        ),
        "empty": (replace(good, lines=[]), journal.UnbalancedEntry, "debits 0.00"),
        "closed": (
            replace(good, entry_date=date(2025, 12, 1)),
            journal.PeriodClosed,
            "December 2025 is closed",
        ),
        "reused": (
            replace(good, source=posted["source"]),
            journal.SourceReused,
            "posted before, with other lines",
        ),
        "currency": (
            replace(good, currency="EUR"),
            journal.WrongCurrency,
            "kept in USD, not in EUR",
        ),
    }


@pytest.mark.usefixtures("begun")
@pytest.mark.parametrize("kind", ["unbalanced", "empty", "closed", "reused", "currency"])
def test_one_bad_voucher_and_nothing_is_posted(books: Membership, kind: str) -> None:
    periods.close(month=date(2025, 12, 1), today=JANUARY, by=books)
    wrong, refusal, words = bad(books)[kind]
    before = JournalEntry.objects.count()

    with pytest.raises(refusal, match=words):
        journal.post_many(vouchers=[voucher(books), wrong, voucher(books)], by=books)

    assert JournalEntry.objects.count() == before


def test_without_an_account_nothing_is_posted(scope: None, front_desk: Membership) -> None:
    with pytest.raises(journal.NoSuchAccount, match="CLIENT_CREDITS, UNDEPOSITED_FUNDS"):
        journal.post_many(vouchers=[voucher(front_desk)], by=front_desk)


@pytest.mark.commits
def test_each_entry_is_an_event_and_the_chain_holds(
    practice: House, accountant: Membership
) -> None:
    vouchers = [voucher(accountant) for _ in range(50)]
    with practice_scope(practice.id, person_id=accountant.person_id):
        chart.open(by=accountant)
        entries = journal.post_many(vouchers=vouchers, by=accountant)

    with practice_scope(practice.id):
        told = Event.objects.filter(action="ledger.entry.posted").order_by("seq")
        assert [event.target_id for event in told] == [entry.pk for entry in entries]
        assert {event.person_id for event in told} == {accountant.person_id}
        assert verifier_finds(practice) is None
        assert list(integrity.findings()) == []


def verifier_finds(practice: House) -> terms.Finding | None:
    return chain.verify(practice.id)


def test_a_line_of_another_party_is_another_voucher(books: Membership) -> None:
    asked = voucher(books)
    journal.post_many(vouchers=[asked], by=books)
    drawer, credit = asked.lines
    other = Line(Role.CLIENT_CREDITS, credit=credit.credit, party=uuid4(), item=credit.item)

    with pytest.raises(journal.SourceReused):
        journal.post_many(vouchers=[replace(asked, lines=[drawer, other])], by=books)
