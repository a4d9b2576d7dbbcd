"""The worked fixture, posted through the journal: every total as computed independently."""

from collections import Counter
from datetime import date, timedelta

import pytest

from accounts.models import Membership
from ledger.chart import CONTROL_ROLES, Role
from ledger.money import ZERO, Money
from ledger.selectors import ages, by_account, cash, integrity, reports, subledger
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


MONTHS = {1: JANUARY_31, 2: FEBRUARY_28, 3: MARCH_31}
RECEIPTS = {
    1: "received 1,040.00, refunded 0.00, charged_back 0.00, recouped 0.00",
    2: "received 0.00, refunded -50.00, charged_back -135.00, recouped 0.00",
    3: "received 175.00, refunded -450.00, charged_back 0.00, recouped -80.00",
}
BRIDGES = {
    1: "net_receipts 1,040.00, applied 540.00, credits 50.00, prepaid 450.00",
    2: "net_receipts -185.00, applied -135.00, credits -50.00, prepaid 0.00",
    3: "net_receipts -355.00, applied 95.00, credits 0.00, prepaid -450.00",
}


@pytest.mark.parametrize("month", MONTHS)
def test_the_cash_view_bridges_to_what_was_earned(fixture: Membership, month: int) -> None:
    view = cash.view(first=date(2026, month, 1), last=MONTHS[month])

    (_, credits), (_, prepaid), *others = view.advances
    assert {name: getattr(view, name) for name in amounts(RECEIPTS[month])} == amounts(
        RECEIPTS[month]
    )
    assert {
        "net_receipts": view.net_receipts,
        "applied": view.applied,
        "credits": credits,
        "prepaid": prepaid,
    } == amounts(BRIDGES[month])
    assert {amount for _, amount in others} == {view.moved} == {ZERO}
    assert view.net_receipts == view.bridged == view.money_change - view.other_flows


TERMS = timedelta(days=14)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2026, 1, 15), {("D", -13): "75.00"}),
        (date(2026, 1, 16), {}),
        (JANUARY_31, {("B", -3): "5.00", ("F", -11): "150.00"}),
        (FEBRUARY_28, {("B", 25): "5.00", ("F", 17): "150.00"}),
        (MARCH_31, {("B", 8): "10.00", ("F", 48): "150.00"}),
    ],
    ids=str,
)
def test_what_is_owed_is_as_old_as_expected(
    fixture: Membership, as_of: date, expected: dict[tuple[str, int], str]
) -> None:
    names = {named(name): name for name in "ABCDEFG"}
    charges = ages.open_charges(Role.CLIENT_RECEIVABLE, as_of=as_of)

    late = {
        (names[each.party], (as_of - each.charged_on - TERMS).days): each.amount for each in charges
    }
    assert late == {key: Money.parse(amount) for key, amount in expected.items()}


def test_what_is_owed_net_of_credits_is_as_expected(fixture: Membership) -> None:
    owed = subledger.balance(Role.CLIENT_RECEIVABLE, as_of=JANUARY_31)
    credits = subledger.balance(Role.CLIENT_CREDITS, as_of=JANUARY_31)

    assert owed - credits == Money.parse("105.00")


def test_ages_add_up_to_the_control_account_on_every_day(fixture: Membership) -> None:
    for passed in range(90):
        day = date(2026, 1, 1) + timedelta(days=passed)
        for role in (Role.CLIENT_RECEIVABLE, Role.INSURANCE_RECEIVABLE):
            charges = ages.open_charges(role, as_of=day)
            assert sum((each.amount for each in charges), ZERO) == subledger.balance(
                role, as_of=day
            )


def test_the_card_company_s_bridge_of_january_is_the_expected_one(fixture: Membership) -> None:
    first, last = date(2026, 1, 1), JANUARY_31
    sections = by_account.sections(since=first, as_of=last, role=Role.STRIPE_CLEARING)
    lines = by_account.Lines(sections, since=first, as_of=last)

    moved = Counter(str(line.debit - line.credit) for line in lines)
    assert moved == Counter(["135.00", "600.00", "−4.22", "−17.70", "−130.78"])  # noqa: RUF001  # a true minus
    assert list(lines)[-1].balance == sections[0].closing == Money.parse("582.30")


def test_what_the_card_company_is_owed_stands_below_zero(fixture: Membership) -> None:
    sheet = reports.balance_sheet(as_of=MARCH_31)

    assert {row.code: row.balance for row in sheet.assets}["1020"] == Money.parse("-17.70")
