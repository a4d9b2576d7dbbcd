"""Vendors, bills and payments for tests, made through the product's own services."""

from datetime import date, timedelta
from uuid import uuid4

from accounts.models import Membership
from billing.models import Bill, BillPayment, Vendor
from billing.services import bill_payments, bills, vendors
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
