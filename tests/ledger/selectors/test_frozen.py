"""What a close freezes, and that it is the same when it is made again."""

import hashlib
import json
from datetime import date

import pytest

from accounts.models import Membership
from accounts.tenancy import practice_scope
from ledger.chart import Role
from ledger.models import Account, PeriodSnapshot
from ledger.money import Money
from ledger.selectors import frozen, integrity
from ledger.services import chart, journal, periods
from tests.houses import House
from tests.ledger import closing
from tests.ledger.events import JANUARY, rent
from tests.ledger.raw import as_owner_unguarded

FEBRUARY_1 = date(2026, 2, 1)


def close_january(by: Membership) -> PeriodSnapshot:
    closed = periods.close(month=JANUARY, today=FEBRUARY_1, by=by)
    return PeriodSnapshot.objects.select_related("close__period").get(close=closed)


def test_a_close_freezes_the_statements_of_its_month(books: Membership) -> None:
    journal.post(**rent(books, on=date(2025, 12, 31)))
    journal.post(**rent(books))
    snapshot = close_january(books)

    content = bytes(snapshot.content)
    told = json.loads(content)

    assert (told["month"], told["trial_balance"]["debit"]) == ("2026-01", {"RENT": 1_000_00})
    assert told["income_statement"]["expenses"] == {"RENT": 500_00}
    assert told["income_statement"]["net_income"] == -500_00
    assert told["balance_sheet"]["assets"] == {"OPERATING_BANK": -1_000_00}
    assert told["balance_sheet"]["earnings"] == -1_000_00
    assert snapshot.sha256 == hashlib.sha256(content).hexdigest()


def test_frozen_statements_are_read_with_their_totals(books: Membership) -> None:
    journal.post(**rent(books, on=date(2025, 12, 31)))
    journal.post(**rent(books))

    told = frozen.read(close_january(books))

    sides = [(row.debit, row.credit) for row in told.trial]
    assert sides == [(None, Money(1_000_00)), (Money(1_000_00), None)]
    assert (told.total_income, told.total_expenses) == (Money(0), Money(500_00))
    assert told.net_income == told.total_income - told.total_expenses
    assert told.total_assets == told.total_claims == Money(-1_000_00)
    assert told.total_equity == told.earnings


@pytest.mark.usefixtures("begun")
def test_a_soft_close_freezes_nothing(books: Membership) -> None:
    soft = periods.close_softly(month=JANUARY, today=FEBRUARY_1, by=books)

    assert frozen.of_close(soft.pk, month=soft.period.month) is None


def test_what_is_posted_later_changes_nothing_that_was_frozen(books: Membership) -> None:
    journal.post(**rent(books))
    snapshot = close_january(books)
    closing.reopen(JANUARY, by=books)
    journal.post(**rent(books))
    journal.post(**rent(books, on=date(2025, 12, 31)))
    journal.post(**rent(books, on=FEBRUARY_1))

    again = frozen.rerun(snapshot)

    assert (again.is_identical, again.sha256, again.later) == (True, snapshot.sha256, 2)


def test_another_name_for_an_account_changes_nothing_that_was_frozen(books: Membership) -> None:
    journal.post(**rent(books))
    snapshot = close_january(books)
    bank = Account.objects.get(role=Role.OPERATING_BANK)
    chart.rename(account=bank, code="1999", name="Harbor savings", by=books)

    assert frozen.rerun(snapshot).is_identical


def test_all_closed_months_are_made_again_from_one_reading(books: Membership) -> None:
    journal.post(**rent(books))
    close_january(books)
    closing.reopen(JANUARY, by=books)
    journal.post(**rent(books))
    close_january(books)
    journal.post(**rent(books, on=FEBRUARY_1))
    periods.close(month=FEBRUARY_1, today=date(2026, 3, 1), by=books)

    remade = list(frozen.remake_all())

    assert [bytes(each.snapshot.content) == each.content for each in remade] == [True] * 3
    assert list(integrity.findings()) == []


TAMPERED = {
    "a snapshot": (
        "ALTER TABLE ledger_periodsnapshot DROP CONSTRAINT ledger_periodsnapshot_has_its_hash;"
        "UPDATE ledger_periodsnapshot SET content = content || ' '::bytea",
        "I-9",
        "The statements of January 2026 are not those of its close.",
    ),
    "a total": (
        "UPDATE ledger_monthtotal SET debit = debit + 1 WHERE debit > 0",
        "I-9",
        "The totals of January 2026 are not what was posted.",
    ),
    "a lost snapshot": (
        "DELETE FROM ledger_periodsnapshot",
        "I-9",
        "The close of January 2026 froze no statements.",
    ),
    "both sides of a closed entry": (
        "UPDATE ledger_posting SET debit = debit * 2, credit = credit * 2",
        "I-9",
        "The statements of January 2026 are not those of its close.",
    ),
}


@pytest.mark.commits
@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_behind_a_close_is_found(committed: House, what: str) -> None:
    statements, invariant, sentence = TAMPERED[what]
    for statement in statements.split(";"):
        as_owner_unguarded(statement)

    with practice_scope(committed.id):
        found = [(finding.invariant, finding.sentence) for finding in integrity.findings()]

    assert (invariant, sentence) in found


@pytest.mark.commits
def test_a_month_that_was_reopened_by_one_person_is_found(
    committed: House, accountant: Membership
) -> None:
    with practice_scope(committed.id):
        closing.reopen(JANUARY, by=accountant)
    as_owner_unguarded("UPDATE accounts_approval SET decision = 'REFUSED', spent_at = NULL")

    with practice_scope(committed.id):
        found = [(finding.invariant, finding.sentence) for finding in integrity.findings()]

    assert found == [("I-10", "January 2026 was reopened without a second person.")]
