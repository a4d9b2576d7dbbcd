"""The drawer is counted at a day's end, and what lies in it is taken to the bank."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import Deposit, DepositTakenBack, DrawerCount
from billing.selectors import integrity
from billing.selectors.drawer import Drawer, drawer, taken_on
from billing.services import drawer as services
from billing.services import payments
from billing.services.corrections import Reason
from clients.models import Client
from ledger.money import ZERO, Money
from ledger.services import journal
from tests.billing import desk as at
from tests.billing import money, raw
from tests.billing.money import confirmed
from tests.billing.services.test_payments import balances

FEBRUARY = date(2026, 2, 10)


@pytest.fixture
def till(desk: Membership, amara: Client) -> Membership:
    """80.00 in cash and a check over 50.00 lie in the drawer."""
    money.kept(amara, desk, "80.00")
    check(amara, desk, "50.00")
    return desk


def check(of: Client, by: Membership, dollars: str) -> None:
    payments.record(
        client=of,
        amount=Money.parse(dollars),
        method=payments.Method.CHECK,
        reference="2207",
        received_on=at.TODAY,
        key=uuid4(),
        by_hand=[],
        keep_rest=True,
        now=at.NOW,
        by=by,
    )


def test_the_drawer_is_what_was_taken_and_not_paid_out(till: Membership, amara: Client) -> None:
    over = money.kept(amara, till, "20.00")
    money.refunded(over, till, "5.00")
    money.corrected(money.kept(amara, till, "9.00"), till, reason=Reason.TWICE)

    assert drawer() == Drawer(Money(95_00), Money(50_00))
    assert [(way.label, way.count, way.amount) for way in taken_on(at.TODAY)] == [
        ("Cash", 2, Money(100_00)),
        ("Check", 1, Money(50_00)),
        ("Card", 0, ZERO),
    ]


def test_a_count_that_agrees_posts_nothing(till: Membership) -> None:
    counted = money.counted(till, "80.00", "50.00")

    assert counted.entry is None
    assert "6030" not in balances()


@pytest.mark.parametrize(("cash", "over"), [("79.50", -50), ("81.25", 1_25)], ids=["short", "over"])
def test_a_difference_is_posted_with_its_reason(till: Membership, cash: str, over: int) -> None:
    with pytest.raises(services.NoReason, match=r"over|short"):
        money.counted(till, cash, "50.00")
    money.counted(till, cash, "50.00", reason=services.Reason.CHANGE)

    assert balances()["6030"] == Money(-over)
    assert drawer() == Drawer(Money.parse(cash), Money(50_00))
    with pytest.raises(services.NoReason, match="no reason"):
        money.counted(till, cash, "50.00", reason=services.Reason.CHANGE)
    assert list(integrity.findings()) == []


def test_checks_are_those_of_the_books(till: Membership) -> None:
    with pytest.raises(services.ChecksDiffer, match=r"checks over \$50\.00"):
        money.counted(till, "80.00", "49.00", reason=services.Reason.LOST)


def test_the_same_key_counts_once(till: Membership) -> None:
    arguments: dict[str, Any] = {
        "checks": Money(50_00),
        "reason": services.Reason.LOST,
        "counted_on": at.TODAY,
        "key": uuid4(),
        "now": at.NOW,
        "by": till,
    }

    first = services.count(cash=Money(79_00), **arguments)

    assert services.count(cash=Money(79_00), **arguments) == first
    with pytest.raises(services.KeyReused):
        services.count(cash=Money(78_00), **arguments)
    assert balances()["6030"] == Money(1_00)


def test_a_bag_goes_to_the_bank(till: Membership) -> None:
    made = money.deposited(till, "60.00", "50.00")

    assert made.reference == "D-00001"
    assert drawer() == Drawer(Money(20_00), ZERO)
    assert (balances()["1000"], balances()["1010"]) == (Money(110_00), Money(20_00))
    assert list(integrity.findings()) == []


@pytest.mark.parametrize(("cash", "checks"), [("80.01", "0"), ("0", "50.01"), ("0", "0")])
def test_no_more_is_taken_than_lies_there(till: Membership, cash: str, checks: str) -> None:
    with pytest.raises(services.NotThere, match=r"\$80\.00 in cash and \$50\.00 in checks"):
        money.deposited(till, cash, checks)


def test_a_deposit_is_taken_back_once(till: Membership) -> None:
    made = money.deposited(till, "60.00", "50.00")

    with pytest.raises(services.BeforeItWas):
        money.not_deposited(made, till, on=FEBRUARY)
    money.not_deposited(made, till)

    assert drawer() == Drawer(Money(80_00), Money(50_00))
    with pytest.raises(services.AlreadyTakenBack):
        money.not_deposited(made, till)
    assert money.deposited(till, "80.00", "50.00").reference == "D-00002"
    assert list(integrity.findings()) == []


def test_the_same_key_deposits_once(till: Membership) -> None:
    arguments: dict[str, Any] = {
        "checks": ZERO,
        "bag_number": "",
        "deposited_on": at.TODAY,
        "key": uuid4(),
        "now": at.NOW,
        "by": till,
    }

    first = services.deposit(cash=Money(10_00), **arguments)

    assert services.deposit(cash=Money(10_00), **arguments) == first
    with pytest.raises(services.KeyReused):
        services.deposit(cash=Money(11_00), **arguments)


def test_change_is_of_cash_and_kept_with_it(desk: Membership, amara: Client) -> None:
    arguments: dict[str, Any] = {
        "client": amara,
        "amount": Money(135_00),
        "received_on": at.TODAY,
        "by_hand": [],
        "keep_rest": True,
        "now": at.NOW,
        "by": desk,
    }
    payment = payments.record(
        method=payments.Method.CASH, tendered=Money(150_00), key=uuid4(), **arguments
    )

    assert payment.tendered == Money(150_00)
    for method, tendered in (("CASH", Money(134_99)), ("CHECK", Money(150_00))):
        with pytest.raises(IntegrityError, match="change_is_of_cash"), raw.committing():
            payments.record(
                method=payments.Method(method), tendered=tendered, key=uuid4(), **arguments
            )


def deposit_by_hand(by: Membership, entry_id: Any, **changes: Any) -> None:
    row: dict[str, Any] = {
        "reference": "D-99999",
        "cash": Money(1_00),
        "checks": ZERO,
        "deposited_on": at.TODAY,
        "key": uuid4(),
        "entry_id": entry_id,
        "recorded_at": at.NOW,
        "recorded_by": by,
    }
    Deposit.objects.create(**row | changes)


def test_the_database_books_what_was_counted_and_deposited(till: Membership) -> None:
    made = money.deposited(till, "10.00", "0.00")
    short = money.counted(till, "69.00", "50.00", reason=services.Reason.LOST)

    with pytest.raises(IntegrityError, match="is not posted as made"), raw.committing():
        deposit_by_hand(till, short.entry_id)
    with pytest.raises(IntegrityError, match="is not posted as counted"), raw.committing():
        DrawerCount.objects.create(
            counted_on=at.TODAY,
            expected_cash=Money(1_00),
            cash=ZERO,
            checks=ZERO,
            reason="LOST",
            key=uuid4(),
            entry_id=made.entry_id,
            counted_at=at.NOW,
            counted_by=till,
        )
    with pytest.raises(IntegrityError, match="is not reversed in the books"), raw.committing():
        DepositTakenBack.objects.create(
            deposit=made,
            reason="MISTAKE",
            taken_back_on=at.TODAY,
            entry_id=made.entry_id,
            taken_back_at=at.NOW,
            taken_back_by=till,
        )


def test_the_database_deposits_no_check_twice(till: Membership) -> None:
    first = money.deposited(till, "0.00", "50.00")
    entry = money.posted_deposit(till, "1.00")

    with pytest.raises(IntegrityError, match="takes more checks than came"), raw.committing():
        deposit_by_hand(till, entry, cash=ZERO, checks=Money(1_00))
    assert first.checks == Money(50_00)


def test_the_database_deposits_no_cash_twice(till: Membership) -> None:
    money.deposited(till, "80.00", "0.00")
    entry = money.posted_deposit(till, "1.00")

    with pytest.raises(IntegrityError, match="takes more cash than lies"), raw.committing():
        deposit_by_hand(till, entry, cash=Money(1_00), checks=ZERO)


def test_what_the_bank_confirms_stays_deposited(till: Membership) -> None:
    made = money.deposited(till, "80.00", "0.00")
    confirmed(made.entry, till)

    with pytest.raises(services.Confirmed):
        money.not_deposited(made, till)
    entry = journal.reverse(
        entry=made.entry, source="x", entry_date=at.TODAY, memo="Taken back", by=till
    )
    with pytest.raises(IntegrityError, match="D-00001 is matched to a bank line"), raw.committing():
        DepositTakenBack.objects.create(
            deposit=made,
            reason="MISTAKE",
            taken_back_on=at.TODAY,
            entry_id=entry.pk,
            taken_back_at=at.NOW,
            taken_back_by=till,
        )


def test_a_difference_without_a_reason_is_refused(till: Membership) -> None:
    with pytest.raises(IntegrityError, match="difference_has_a_reason"), raw.committing():
        DrawerCount.objects.create(
            counted_on=at.TODAY,
            expected_cash=Money(1_00),
            cash=ZERO,
            checks=ZERO,
            key=uuid4(),
            counted_at=at.NOW,
            counted_by=till,
        )
