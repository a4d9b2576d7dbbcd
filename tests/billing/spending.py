"""Vendors, bills, payments and bank lines for tests, made through the product's own services."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from accounts.models import Membership
from billing.bank_files.columns import Mapping
from billing.models import (
    BankFile,
    BankLine,
    Bill,
    BillFile,
    BillPayment,
    RecurringBill,
    Vendor,
)
from billing.services import bank_files, bill_files, bill_payments, bills, recurring, vendors
from billing.services.bill_payments import Details
from billing.services.bills import Part
from ledger.chart import Role
from ledger.money import Money
from ledger.selectors import categories
from ledger.selectors.categories import Chosen
from tests.billing.desk import NOW

BILLED = date(2026, 2, 10)


def vendor(by: Membership, name: str = "Harbor Street Realty") -> Vendor:
    return vendors.add(name=name, now=NOW, by=by)


def account(role: Role) -> Chosen:
    """Return the account with a role, among those that money out is booked on."""
    found = [*categories.expenses(), *categories.paid_from()]
    return next(chosen for chosen in found if chosen.role is role)


def bill(
    of: Vendor,
    by: Membership,
    dollars: str = "500.00",
    *,
    number: str = "",
    on: date = BILLED,
    category: Role = Role.RENT,
) -> Bill:
    """Enter a bill of one line, due in 14 days."""
    return bills.enter(
        vendor=of,
        number=number,
        billed_on=on,
        due_on=on + timedelta(days=14),
        parts=[Part(account(category), Money.parse(dollars))],
        key=uuid4(),
        now=NOW,
        by=by,
    )


def details(dollars: str, *, on: date = BILLED, role: Role = Role.OPERATING_BANK) -> Details:
    return Details(Money.parse(dollars), account(role), on)


def paid(of: Bill, by: Membership, dollars: str, *, on: date = BILLED) -> BillPayment:
    """Pay a bill from the bank, within the person's limit."""
    payment = bill_payments.pay(
        bill=of, details=details(dollars, on=on), key=uuid4(), now=NOW, by=by
    )
    assert isinstance(payment, BillPayment)
    return payment


BANK_CSV = b"""Date,Description,Amount
2026-02-11,ELM STREET REALTY,-500.00
2026-02-16,PAYER,80.50
"""
BY_COLUMN = Mapping(day=0, words=1, amount=2)


def file_of_lines(by: Membership, content: bytes = BANK_CSV) -> BankFile:
    """Choose a file of the bank's; it waits."""
    return bank_files.upload(account=account(Role.OPERATING_BANK), content=content, now=NOW, by=by)


def taken_in(
    by: Membership,
    content: bytes = BANK_CSV,
    *,
    closing: tuple[date, Money] | None = None,
) -> BankFile:
    return bank_files.take_in(
        file=file_of_lines(by, content), mapping=BY_COLUMN, closing=closing, now=NOW, by=by
    )


def bank_lines(by: Membership) -> tuple[BankFile, BankLine]:
    """Return a file that waits, and a line of one that was taken in, by which money left."""
    taken_in(by)
    line = BankLine.objects.filter(amount__lt=0).order_by("id")[0]
    return file_of_lines(by), line


A_PDF = b"%PDF-1.7\n%a receipt"


def paper(of: Bill, by: Membership, content: bytes = A_PDF) -> BillFile:
    return bill_files.add(bill=of, content=content, now=NOW, by=by)


def monthly(
    of: Vendor,
    by: Membership,
    *,
    day: int = 31,
    starts_on: date = BILLED,
    every_months: int = 1,
    ends_on: date | None = None,
    key: UUID | None = None,
) -> RecurringBill:
    """Set up a rent of 500.00 that comes on the last day of each month, or another one."""
    return recurring.set_up(
        vendor=of,
        category=account(Role.RENT),
        amount=Money(500_00),
        day=day,
        every_months=every_months,
        starts_on=starts_on,
        ends_on=ends_on,
        due_days=5,
        key=key or uuid4(),
        now=NOW,
        by=by,
    )
