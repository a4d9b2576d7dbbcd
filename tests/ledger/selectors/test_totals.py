"""Sums from closed months: the same answers as from postings, whatever was closed and reopened."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.tenancy import practice_scope
from ledger.chart import Role
from ledger.models import Account, MonthTotal, PeriodClose
from ledger.money import Money
from ledger.selectors import books as read
from ledger.selectors import periods as months
from ledger.selectors import reports, totals
from ledger.services import journal, known, periods
from ledger.services import totals as services
from ledger.services.journal import Line
from tests.houses import House
from tests.ledger import closing
from tests.ledger.closing import YEAR_END, ClosingBooks
from tests.ledger.events import JANUARY, rent
from tests.ledger.raw import as_owner_unguarded

FEBRUARY_1 = date(2026, 2, 1)
MONTHS = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
DAYS = [date(2025, 11, 30), date(2025, 12, 31), JANUARY, FEBRUARY_1, date(2026, 3, 30), YEAR_END]

steps = st.one_of(
    st.tuples(
        st.just("post"),
        st.dates(date(2025, 12, 1), date(2026, 4, 5)),
        st.integers(1, 900_00),
        st.sampled_from([Role.RENT, Role.SOFTWARE, Role.SESSION_FEES]),
    ),
    st.tuples(st.sampled_from(["close", "close_softly", "reopen"]), st.sampled_from(MONTHS)),
    st.tuples(st.sampled_from(["settle", "drop", "renew"])),
)


class Books(ClosingBooks):
    """Books in which random things happen."""

    def post(self, on: date, cents: int, role: Role) -> None:
        if not months.is_closed(on):
            lines = [Line(role, debit=Money(cents)), Line(Role.OPERATING_BANK, credit=Money(cents))]
            source = f"event:{uuid4()}"
            journal.post(source=source, entry_date=on, memo="Event", lines=lines, by=self.by)


def posted(since: date | None, as_of: date, known_at: datetime | None) -> dict[str, int]:
    """Return role → net, in cents, summed by nothing but the postings."""
    sums = (
        read.postings(since=since, as_of=as_of, known_at=known_at)
        .values_list("account__role")
        .annotate(debits=Sum("debit"), credits=Sum("credit"))
    )
    nets = {role: (debits - credits).cents for role, debits, credits in sums}
    return {role: cents for role, cents in nets.items() if cents}


def told(since: date | None, as_of: date, known_at: datetime | None) -> dict[str, int]:
    found = totals.nets(since=since, as_of=as_of, known_at=known_at)
    return {net.role: net.net.cents for net in found}


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(steps, min_size=3, max_size=12))
def test_totals_change_no_answer(books: Membership, history: list[Any]) -> None:
    happening = Books(books)
    with transaction.atomic():
        for verb, *arguments in history:
            getattr(happening, verb)(*arguments)
        asked = [
            (since, as_of, known_at)
            for since in (None, *MONTHS)
            for as_of in DAYS
            for known_at in happening.points
            if since is None or since <= as_of
        ]
        expected = {question: posted(*question) for question in asked}

        assert {question: told(*question) for question in asked} == expected
        services.renew()
        assert {question: told(*question) for question in asked} == expected
        services.drop()
        assert {question: told(*question) for question in asked} == expected
        transaction.set_rollback(True)


def test_what_is_posted_after_a_reopening_is_in_the_report(books: Membership) -> None:
    journal.post(**rent(books))
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    before = known.settle()
    closing.reopen(JANUARY, by=books)
    journal.post(**rent(books))

    assert reports.trial_balance(as_of=JANUARY).total == Money(1_000_00)
    assert reports.trial_balance(as_of=JANUARY, known_at=before).total == Money(500_00)


def test_what_was_known_before_the_totals_were_made_leaves_later_entries_out(
    books: Membership,
) -> None:
    journal.post(**rent(books))
    before = known.settle()
    journal.post(**rent(books))
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    assert reports.trial_balance(as_of=JANUARY, known_at=before).total == Money(500_00)


@pytest.mark.parametrize(
    ("cents", "postings"), [(1, 0), (-1, 0), (0, 1)], ids=["more", "less", "one posting more"]
)
def test_the_database_refuses_totals_that_are_not_what_was_posted(
    books: Membership, cents: int, postings: int
) -> None:
    journal.post(**rent(books))
    closed = periods.close(month=JANUARY, today=FEBRUARY_1, by=books)
    made = list(MonthTotal.objects.all())
    services.drop()
    for total in made:
        total.debit += Money(cents if total.debit else 0)
        total.credit += Money(cents if total.credit else 0)
        total.posting_count += postings

    with pytest.raises(IntegrityError, match="not what was posted"), transaction.atomic():
        MonthTotal.objects.bulk_create(made)
    with pytest.raises(IntegrityError, match="not what was posted"), transaction.atomic():
        MonthTotal.objects.bulk_create(
            [
                MonthTotal(
                    close=closed,
                    account=made[0].account,
                    debit=made[0].debit,
                    credit=Money(0),
                    posting_count=1,
                )
            ]
        )


def test_the_database_refuses_totals_of_a_month_that_is_not_closed(books: Membership) -> None:
    journal.post(**rent(books))
    soft = periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)
    bank = Account.objects.get(role=Role.OPERATING_BANK)

    with pytest.raises(IntegrityError, match="month that is closed"), transaction.atomic():
        MonthTotal.objects.create(
            close=soft, account=bank, debit=Money(0), credit=Money(500_00), posting_count=1
        )


def test_totals_are_dropped_all_at_once(books: Membership) -> None:
    journal.post(**rent(books))
    periods.close(month=JANUARY, today=FEBRUARY_1, by=books)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        MonthTotal.objects.filter(account__role=Role.RENT).delete()
    services.drop()

    assert services.renew() == 1
    assert MonthTotal.objects.count() == 2


@pytest.mark.commits
def test_reports_read_closed_months_from_their_totals(committed: House) -> None:
    """Shown by totals that somebody falsified behind every guard."""
    as_owner_unguarded("UPDATE ledger_monthtotal SET debit = debit * 3, credit = credit * 3")

    with practice_scope(committed.id):
        assert reports.trial_balance(as_of=date(2026, 1, 31)).total == Money(1_500_00)
        assert PeriodClose.objects.count() == 1
