"""Open items from closed months and the postings since: the same as from every posting."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.tenancy import practice_scope
from ledger.chart import Role
from ledger.models import ItemSnapshot, ItemTotal, JournalEntry, Posting
from ledger.money import ZERO, Money
from ledger.selectors import ages, integrity, subledger
from ledger.selectors import periods as months
from ledger.services import chart, journal, periods, totals
from ledger.services.journal import Line
from tests.houses import House
from tests.ledger import closing
from tests.ledger.closing import YEAR_END, ClosingBooks
from tests.ledger.raw import as_owner_unguarded

ROLE = Role.CLIENT_RECEIVABLE
OWNER, OTHER = UUID(int=1), UUID(int=2)
JANUARY, FEBRUARY, MARCH = (date(2026, month, 5) for month in (1, 2, 3))
MONTHS = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
DAYS = [date(2025, 11, 30), date(2025, 12, 31), JANUARY, date(2026, 1, 31), MARCH, date(2026, 5, 1)]

day = st.dates(date(2025, 12, 1), date(2026, 4, 5))
steps = st.one_of(
    st.tuples(st.just("charge"), day, st.integers(1, 4), st.integers(1, 3)),
    st.tuples(st.just("pay"), day, st.integers(1, 4), st.integers(1, 3)),
    st.tuples(st.just("take_back"), day, st.integers(0, 20)),
    st.tuples(st.sampled_from(["close", "reopen"]), st.sampled_from(MONTHS)),
    st.tuples(st.sampled_from(["settle", "drop", "renew"])),
)


class Books(ClosingBooks):
    """Books in which random things happen to three items of two parties."""

    def charge(self, on: date, hundreds: int, item: int) -> None:
        self.post(on, Money(hundreds * 100_00), item, Role.SESSION_FEES, owed=True)

    def pay(self, on: date, hundreds: int, item: int) -> None:
        self.post(on, Money(hundreds * 100_00), item, Role.OPERATING_BANK, owed=False)

    def post(self, on: date, amount: Money, item: int, other: Role, *, owed: bool) -> None:
        if months.is_closed(on):
            return
        party = OWNER if item < 3 else OTHER
        opened = Line(
            ROLE,
            debit=amount if owed else ZERO,
            credit=ZERO if owed else amount,
            party=party,
            item=UUID(int=100 + item),
        )
        against = Line(other, debit=opened.credit, credit=opened.debit)
        lines = [opened, against]
        source = f"event:{uuid4()}"
        journal.post(source=source, entry_date=on, memo="Event", lines=lines, by=self.by)

    def take_back(self, on: date, which: int) -> None:
        taken = JournalEntry.objects.filter(reverses=None, reversals=None).order_by("pk")
        if taken and not months.is_closed(on):
            entry = taken[which % len(taken)]
            source = f"back:{uuid4()}"
            journal.reverse(entry=entry, source=source, entry_date=on, memo="Back", by=self.by)


def posted(as_of: date, known_at: datetime | None) -> dict[tuple[UUID, UUID], int]:
    """Return (party, item) → balance in cents, added up here from nothing but the postings."""
    sums: defaultdict[tuple[UUID, UUID], int] = defaultdict(int)
    for row in Posting.objects.filter(account__role=ROLE).select_related("entry"):
        entry = row.entry
        if entry.entry_date <= as_of and (known_at is None or entry.posted_at <= known_at):
            assert row.party
            assert row.item
            sums[row.party, row.item] += row.debit.cents - row.credit.cents
    return {key: cents for key, cents in sums.items() if cents}


def told(as_of: date, known_at: datetime | None) -> dict[tuple[UUID, UUID], int]:
    found = subledger.open_items(ROLE, as_of=as_of, known_at=known_at)
    return {(each.party, each.item): each.balance.cents for each in found}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(steps, min_size=4, max_size=16))
def test_what_was_added_up_changes_no_answer(books: Membership, history: list[Any]) -> None:
    happening = Books(books)
    with transaction.atomic():
        for verb, *arguments in history:
            getattr(happening, verb)(*arguments)
        asked = [(as_of, known_at) for as_of in DAYS for known_at in happening.points]
        expected = {question: posted(*question) for question in asked}
        totals.drop()
        aged = {
            (as_of, known_at): ages.open_charges(ROLE, as_of=as_of, known_at=known_at)
            for as_of, known_at in asked
        }

        for renewed in (False, True):
            if renewed:
                totals.renew()
            for as_of, known_at in asked:
                known_then: dict[str, Any] = {"as_of": as_of, "known_at": known_at}
                assert told(as_of, known_at) == expected[as_of, known_at]
                assert ages.open_charges(ROLE, **known_then) == aged[as_of, known_at]
                assert subledger.difference(ROLE, **known_then) == Money(0)
        assert list(integrity.findings()) == []
        transaction.set_rollback(True)


def charged(books: Membership, on: date, item: int = 1) -> None:
    Books(books).charge(on, 1, item)


def snapshot_ends() -> list[date]:
    return list(ItemSnapshot.objects.values_list("ends_on", flat=True))


def test_what_is_open_is_added_up_to_the_month_before_the_first_open_one(
    books: Membership,
) -> None:
    for on in (JANUARY, FEBRUARY, MARCH):
        charged(books, on)

    periods.close(month=FEBRUARY, today=YEAR_END, by=books)
    assert snapshot_ends() == []
    periods.close(month=JANUARY, today=YEAR_END, by=books)
    assert snapshot_ends() == [date(2026, 2, 28)]
    closing.reopen(FEBRUARY, by=books)
    assert snapshot_ends() == [date(2026, 1, 31)]
    closing.reopen(JANUARY, by=books)
    assert snapshot_ends() == []
    assert ItemTotal.objects.count() == 0


def test_an_entry_before_the_first_month_is_not_forgotten(books: Membership) -> None:
    charged(books, JANUARY)
    periods.close(month=JANUARY, today=YEAR_END, by=books)
    charged(books, date(2025, 12, 31), item=2)

    assert len(told(YEAR_END, None)) == 2


def test_what_is_open_is_written_by_nobody_but_the_database(books: Membership) -> None:
    charged(books, JANUARY)
    periods.close(month=JANUARY, today=YEAR_END, by=books)
    for statement in (
        "INSERT INTO ledger_itemsnapshot (id, begins_on, ends_on)"
        " VALUES (gen_random_uuid(), now(), now())",
        "UPDATE ledger_itemtotal SET debit = debit + 1",
        "DELETE FROM ledger_itemtotal",
        "DELETE FROM ledger_itemsnapshot",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.commits
def test_what_was_added_up_is_read_and_checked(practice: House, accountant: Membership) -> None:
    """Shown by sums that somebody falsified behind every guard."""
    with practice_scope(practice.id):
        chart.open(by=accountant)
        charged(accountant, JANUARY)
        periods.close(month=JANUARY, today=YEAR_END, by=accountant)
    as_owner_unguarded("UPDATE ledger_itemtotal SET debit = debit * 3")

    with practice_scope(practice.id):
        assert list(told(YEAR_END, None).values()) == [300_00]
        (found,) = integrity.findings()
    assert (found.invariant, found.ids) == ("I-9", (UUID(int=101),))
