"""The worked fixture, posted through the journal: every total as computed independently."""

from datetime import date, timedelta

import pytest

from accounts.models import Membership
from ledger.chart import CONTROL_ROLES, Role
from ledger.money import ZERO, Money
from ledger.selectors import integrity, reports, subledger
from tests.ledger import worked_fixture
from tests.ledger.worked_fixture import TRIAL_BALANCES, amounts, named

JANUARY_31, FEBRUARY_28, MARCH_31 = TRIAL_BALANCES


@pytest.fixture
def fixture(books: Membership) -> Membership:
    for month in ("OPENING_TO_JANUARY", "FEBRUARY", "MARCH"):
        worked_fixture.post(getattr(worked_fixture, month), books)
    return books


@pytest.mark.parametrize("as_of", TRIAL_BALANCES, ids=str)
def test_the_trial_balance_is_the_expected_one(fixture: Membership, as_of: date) -> None:
    balance = reports.trial_balance(as_of=as_of)

    nets = {row.code: row.debit - row.credit for row in balance.rows}
    assert nets == amounts(TRIAL_BALANCES[as_of])
    assert sum(nets.values(), ZERO) == ZERO


@pytest.mark.parametrize(
    ("first", "last", "net_income"),
    [
        (date(2026, 1, 1), JANUARY_31, "173.08"),
        (date(2026, 2, 1), FEBRUARY_28, "-50.00"),
        (date(2026, 3, 1), MARCH_31, "0.00"),
        (date(2026, 1, 1), MARCH_31, "123.08"),
    ],
    ids=["January", "February", "March", "quarter"],
)
def test_net_income_is_the_expected_one(
    fixture: Membership, first: date, last: date, net_income: str
) -> None:
    statement = reports.income_statement(first=first, last=last)

    assert statement.net_income == Money.parse(net_income)


def test_assets_are_what_was_brought_in_and_earned(fixture: Membership) -> None:
    sheet = reports.balance_sheet(as_of=MARCH_31)

    assert sheet.total_assets == Money.parse("1,123.08")
    assert sheet.earnings == Money.parse("123.08")
    assert [(row.code, row.balance) for row in sheet.equity] == [("3000", Money.parse("1,000.00"))]


def open_items(role: Role, as_of: date) -> dict[tuple[str, str], Money]:
    names = {named(name): name for name in "ABCDEFG"} | {
        named(item): item
        for item in ("session-2", "session-4", "payment-3", "package-1", "claim-2", "late-cancel-1")
    }
    return {
        (names[item.party], names[item.item]): item.balance
        for item in subledger.open_items(role, as_of=as_of)
    }


def test_the_open_items_are_the_expected_ones(fixture: Membership) -> None:
    def cents(text: str) -> Money:
        return Money.parse(text)

    assert open_items(Role.CLIENT_RECEIVABLE, JANUARY_31) == {
        ("B", "session-2"): cents("5.00"),
        ("F", "session-4"): cents("150.00"),
    }
    assert open_items(Role.CLIENT_CREDITS, JANUARY_31) == {("E", "payment-3"): cents("50.00")}
    assert open_items(Role.PREPAID_SESSIONS, FEBRUARY_28) == {("C", "package-1"): cents("450.00")}
    assert open_items(Role.INSURANCE_RECEIVABLE, FEBRUARY_28) == {("G", "claim-2"): cents("100.00")}
    assert open_items(Role.CLIENT_RECEIVABLE, MARCH_31) == {
        ("B", "session-2"): cents("10.00"),
        ("F", "session-4"): cents("150.00"),
    }


@pytest.mark.parametrize(
    ("day", "owed"), [(13, "0.00"), (14, "75.00"), (15, "75.00"), (16, "0.00")]
)
def test_a_waived_fee_is_owed_until_it_is_waived(fixture: Membership, day: int, owed: str) -> None:
    balance = subledger.balance(Role.CLIENT_RECEIVABLE, party=named("D"), as_of=date(2026, 1, day))

    assert balance == Money.parse(owed)


def test_control_equals_subledger_on_every_day(fixture: Membership) -> None:
    days = [date(2026, 1, 1) + timedelta(days=passed) for passed in range(72)]

    assert {subledger.difference(role, as_of=day) for role in CONTROL_ROLES for day in days} == {
        ZERO
    }


def test_posting_it_all_again_changes_nothing(fixture: Membership) -> None:
    before = reports.trial_balance(as_of=MARCH_31)

    for month in ("OPENING_TO_JANUARY", "FEBRUARY", "MARCH"):
        worked_fixture.post(getattr(worked_fixture, month), fixture)

    assert reports.trial_balance(as_of=MARCH_31) == before


def test_nothing_is_found_in_it(fixture: Membership) -> None:
    assert list(integrity.findings()) == []
