"""Any history of entering, paying and taking back keeps accounts payable the open bills."""

from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import BankLine, Bill, BillPayment, Vendor
from billing.selectors import bills as found
from billing.selectors import integrity
from billing.services import bank_matches, bill_payments, bills
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import account_moves, subledger
from ledger.selectors import integrity as books
from tests.billing import desk as at
from tests.billing import spending
from tests.billing.conftest import Billed
from tests.billing.test_races import race

DAYS = [date(2026, 1, 15), date(2026, 2, 10), date(2026, 3, 3)]
REFUSED = (
    bill_payments.AlreadyTakenBack,
    bill_payments.BeforeItWas,
    bank_matches.AlreadyMatched,
    bill_payments.BillGone,
    bill_payments.Confirmed,
    bill_payments.ExceedsOwed,
    bill_payments.PaidTooEarly,
    bills.AlreadyTakenBack,
    bills.BeforeItWas,
    bills.StillPaid,
    bank_matches.DoesNotFit,
)

cents = st.integers(1, 400_00)
when = st.sampled_from(DAYS)
which = st.integers(0, 9)
steps = st.one_of(
    st.tuples(st.just("enter"), which, cents, when),
    st.tuples(st.just("pay"), which, cents, when),
    st.tuples(st.just("take_back"), which, when),
    st.tuples(st.just("take_payment_back"), which, when),
    st.tuples(st.just("match"), which),
    st.tuples(st.just("undo"), which),
)


@dataclass
class Office:
    """What is owed, counted in plain Python beside the books."""

    by: Membership
    vendors: list[Vendor]
    bills: list[Bill] = field(default_factory=list)
    payments: list[BillPayment] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    owed: dict[object, int] = field(default_factory=dict)

    def enter(self, which: int, amount: int, on: date) -> None:
        vendor = self.vendors[which % len(self.vendors)]
        bill = spending.bill(vendor, self.by, str(Money(amount)), on=on)
        self.bills.append(bill)
        self.owed[bill.pk] = amount

    def pay(self, which: int, amount: int, on: date) -> None:
        if self.bills:
            bill = self.bills[which % len(self.bills)]
            self.payments.append(spending.paid(bill, self.by, str(Money(amount)), on=on))
            self.owed[bill.pk] -= amount

    def take_back(self, which: int, on: date) -> None:
        if self.bills:
            bill = self.bills[which % len(self.bills)]
            bills.take_back(bill=bill, reason="TWICE", taken_back_on=on, now=at.NOW, by=self.by)
            self.owed[bill.pk] = 0

    def take_payment_back(self, which: int, on: date) -> None:
        if self.payments:
            payment = self.payments[which % len(self.payments)]
            bill_payments.take_back(
                payment=payment, reason="TWICE", taken_back_on=on, now=at.NOW, by=self.by
            )
            self.owed[payment.bill_id] += payment.amount.cents

    def match(self, which: int) -> None:
        """Let the bank show a payment's money on its day, and match both."""
        if self.payments:
            payment = self.payments[which % len(self.payments)]
            row = f"Date,Words,Amount\n{payment.paid_on},W{len(self.lines)},-{payment.amount}\n"
            file = spending.taken_in(self.by, row.encode())
            line = file.lines.get()
            posting = account_moves.on_account(payment.entry_id, line.account_id)
            assert posting
            bank_matches.match(line=line, posting_id=posting.pk, now=at.NOW, by=self.by)
            self.lines.append(line)

    def undo(self, which: int) -> None:
        if self.lines:
            line = self.lines.pop(which % len(self.lines))
            bank_matches.undo(line=line, now=at.NOW, by=self.by)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(steps, max_size=12))
def test_accounts_payable_are_the_open_bills(
    desk: Membership, accountant: Membership, history: list[tuple[object, ...]]
) -> None:
    with transaction.atomic():
        vendors = [spending.vendor(accountant, name) for name in ("Elm", "Oak")]
        office = Office(accountant, vendors)
        for name, *arguments in history:
            try:
                with transaction.atomic():
                    getattr(office, str(name))(*arguments)
            except REFUSED:
                continue

        owed = found.owed(today=at.TODAY)
        assert owed.bills == owed.control == Money(sum(office.owed.values()))
        assert min(office.owed.values(), default=0) >= 0
        assert list(integrity.findings()) == list(books.findings()) == []
        transaction.set_rollback(True)


@pytest.mark.commits
def test_a_bill_paid_in_full_from_many_sides_is_paid_once(billed: Billed) -> None:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id):
        bill = spending.bill(spending.vendor(by), by)

    won = race(billed, lambda: spending.paid(bill, by, "500.00"), bill_payments.ExceedsOwed)

    assert won.count(True) == 1
    with practice_scope(billed.house.id):
        assert found.paid_on(bill) == Money(500_00)
        assert subledger.balance(Role.BILLS_PAYABLE) == ZERO
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_paying_and_taking_back_at_once_leave_one_of_them(billed: Billed) -> None:
    by = billed.house.people["accountant"]
    with practice_scope(billed.house.id):
        bill = spending.bill(spending.vendor(by), by)

    def either() -> None:
        if uuid4().int % 2:
            spending.paid(bill, by, "500.00")
        else:
            bills.take_back(bill=bill, reason="TWICE", taken_back_on=at.TODAY, now=at.NOW, by=by)

    won = race(billed, either, *REFUSED)

    assert won.count(True) == 1
    with practice_scope(billed.house.id):
        assert found.owed(today=at.TODAY).difference == ZERO
        assert list(integrity.findings()) == []
