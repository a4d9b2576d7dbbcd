"""Balances by party and open item, as sums over postings."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from accounts.models import Membership
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger
from ledger.services import journal
from ledger.services.journal import Line
from tests.ledger.events import JANUARY, payment
from tests.ledger.selectors.test_reports import database_time

ANA, BEN = uuid4(), uuid4()
JANUARY_31 = date(2026, 1, 31)


def credits(known_at: datetime | None = None, **asked: Any) -> list[tuple[object, Money]]:
    items = subledger.open_items(Role.CLIENT_CREDITS, as_of=JANUARY_31, known_at=known_at, **asked)
    return [(item.party, item.balance) for item in items]


def test_a_credit_is_positive_where_the_practice_owes_it(books: Membership) -> None:
    journal.post(**payment(books, client=ANA, dollars="20.00"))
    journal.post(**payment(books, client=BEN, dollars="30.00"))

    assert subledger.balance(Role.CLIENT_CREDITS) == Money(5000)
    assert subledger.balance(Role.CLIENT_CREDITS, party=ANA) == Money(2000)
    assert subledger.balance(Role.UNDEPOSITED_FUNDS) == Money(5000)


def test_a_party_without_postings_has_a_balance_of_zero(books: Membership) -> None:
    assert subledger.balance(Role.CLIENT_RECEIVABLE, party=ANA) == ZERO


def test_a_balance_of_one_item(books: Membership) -> None:
    entry = journal.post(**payment(books, client=ANA, dollars="20.00"))
    journal.post(**payment(books, client=ANA, dollars="30.00"))
    item = entry.postings.get(party=ANA).item

    assert subledger.balance(Role.CLIENT_CREDITS, party=ANA, item=item) == Money(2000)


def test_a_balance_as_of_a_day_leaves_out_what_is_dated_later(books: Membership) -> None:
    journal.post(**payment(books, client=ANA, on=JANUARY))

    before = subledger.balance(Role.CLIENT_CREDITS, party=ANA, as_of=date(2026, 1, 14))

    assert before == ZERO


def test_open_items_of_some_parties_only(books: Membership) -> None:
    journal.post(**payment(books, client=ANA, dollars="20.00"))
    journal.post(**payment(books, client=BEN, dollars="30.00"))

    assert credits(parties=[BEN]) == [(BEN, Money(3000))]
    assert credits(parties=[]) == []


def test_an_item_at_zero_is_not_open(books: Membership) -> None:
    entry = journal.post(**payment(books, client=ANA))
    journal.reverse(entry=entry, source="void:1", entry_date=JANUARY, memo="Void", by=books)

    assert credits() == []


def test_an_item_can_be_over(books: Membership) -> None:
    """More was taken from a credit than it held: it shows as negative, and is not hidden."""
    item = uuid4()
    journal.post(
        source="over:1",
        entry_date=JANUARY,
        memo="Over",
        lines=[
            Line(Role.CLIENT_CREDITS, debit=Money(700), party=ANA, item=item),
            Line(Role.OPERATING_BANK, credit=Money(700)),
        ],
        by=books,
    )

    assert credits() == [(ANA, Money(-700))]


def test_open_items_as_known_at_a_moment(books: Membership) -> None:
    journal.post(**payment(books, client=ANA))
    moment = database_time()
    journal.post(**payment(books, client=BEN))

    assert credits(known_at=moment) == [(ANA, Money(15000))]


def test_open_items_are_one_query(books: Membership, django_assert_num_queries: Any) -> None:
    journal.post(**payment(books, client=ANA))

    with django_assert_num_queries(1):
        credits()
