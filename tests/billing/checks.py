"""Checks for tests: taken, deposited, and sent back by the bank."""

from datetime import date
from uuid import UUID, uuid4

from accounts.models import Membership
from billing.models import BankLine, Invoice, Payment, ReturnedCheck
from billing.services import payments, returned_checks
from billing.services.returned_checks import Details, Reason
from clients.models import Client
from ledger.money import ZERO, Money
from tests.billing import money, spending
from tests.billing.desk import NOW, TODAY


def taken(
    of: Client,
    by: Membership,
    dollars: str = "50.00",
    *,
    on: date = TODAY,
    apply_to: Invoice | None = None,
) -> Payment:
    """Take a check for what is oldest or one invoice; what is over stays as credit."""
    return payments.record(
        client=of,
        amount=Money.parse(dollars),
        method=payments.Method.CHECK,
        reference="2207",
        received_on=on,
        key=uuid4(),
        apply_to=apply_to,
        keep_rest=True,
        now=NOW,
        by=by,
    )


def at_bank(of: Client, by: Membership, dollars: str = "50.00") -> Payment:
    """Take a check and deposit it."""
    payment = taken(of, by, dollars)
    money.deposited(by, "0.00", dollars)
    return payment


def bank_line(by: Membership, payment: Payment, *, on: date = TODAY) -> BankLine:
    """Let the bank say that so much left."""
    spending.taken_in(by, f"Date,Words,Amount\n{on},RETURNED ITEM,-{payment.amount}\n".encode())
    return BankLine.objects.get(amount=-payment.amount)


def returned(
    payment: Payment,
    by: Membership,
    *,
    on: date = TODAY,
    was_deposited: bool = True,
    fee: Money = ZERO,
    line: BankLine | None = None,
    key: UUID | None = None,
) -> ReturnedCheck:
    """Record within the person's limit that the bank sent a check back."""
    done = returned_checks.record(
        payment=payment,
        details=Details(Reason.FUNDS, on, was_deposited, fee, line),
        key=key or uuid4(),
        now=NOW,
        by=by,
    )
    assert isinstance(done, ReturnedCheck)
    return done


def sent_back(of: Client, by: Membership) -> ReturnedCheck:
    """Let the bank send a check over 3.00 back, with a fee."""
    return returned(at_bank(of, by, "3.00"), by, fee=Money(12_00))
