"""Bills: entered, posted, paid, and taken back; the database holds what Python words."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import Approval, Membership
from accounts.services import approvals
from accounts.tenancy import practice_scope
from billing.models import Bill, BillLine, BillPayment, BillPaymentTakenBack, BillTakenBack, Vendor
from billing.selectors import bills as found
from billing.selectors import integrity
from billing.services import bill_payments, bills, vendors
from billing.services.bill_payments import Waiting
from billing.services.bills import Part
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger
from ledger.services import journal, periods
from tests.billing import desk as at
from tests.billing import spending
from tests.houses import House


@pytest.fixture
def books(practice: House, accountant: Membership) -> Iterator[Membership]:
    """Harbor Lane's scope with open books; gives the accountant."""
    with practice_scope(practice.id, person_id=accountant.person_id):
        at.open_books(accountant)
        yield accountant
        transaction.set_rollback(True)


@pytest.fixture
def landlord(books: Membership) -> Vendor:
    return spending.vendor(books)


def balance(role: Role) -> Money:
    return subledger.balance(role)


def check_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_bill_is_owed_from_its_own_date(books: Membership, landlord: Vendor) -> None:
    bill = spending.bill(landlord, books, "500.00", number="2026-02")

    assert (bill.reference, bill.total) == ("B-00001", Money(500_00))
    assert balance(Role.RENT) == balance(Role.BILLS_PAYABLE) == Money(500_00)
    assert subledger.balance(Role.BILLS_PAYABLE, as_of=date(2026, 2, 9)) == ZERO
    assert found.owed(today=at.TODAY).difference == ZERO
    assert list(integrity.findings()) == []


def test_a_bill_of_several_categories_adds_up(books: Membership, landlord: Vendor) -> None:
    parts = [
        Part(spending.account(Role.RENT), Money(400_00)),
        Part(spending.account(Role.UTILITIES), Money(60_50)),
    ]
    bill = bills.enter(
        vendor=landlord,
        number="",
        billed_on=spending.BILLED,
        due_on=spending.BILLED,
        parts=parts,
        key=uuid4(),
        now=at.NOW,
        by=books,
    )

    assert bill.total == Money(460_50)
    assert [part.amount for part in found.parts_of(bill)] == [Money(400_00), Money(60_50)]
    assert balance(Role.UTILITIES) == Money(60_50)


def test_paying_in_parts_closes_the_bill(books: Membership, landlord: Vendor) -> None:
    bill = spending.bill(landlord, books, "500.00")

    spending.paid(bill, books, "200.00")
    assert found.one(bill.pk, today=date(2026, 2, 27)).open == Money(300_00)
    assert found.one(bill.pk, today=date(2026, 2, 27)).days_late == 3
    spending.paid(bill, books, "300.00")

    assert found.one(bill.pk, today=at.TODAY).state == "paid"
    assert balance(Role.BILLS_PAYABLE) == ZERO
    assert balance(Role.OPERATING_BANK) == Money(-500_00)


def test_more_than_is_owed_is_refused(books: Membership, landlord: Vendor) -> None:
    bill = spending.bill(landlord, books, "500.00")
    spending.paid(bill, books, "450.00")

    with pytest.raises(bill_payments.ExceedsOwed, match=r"\$50\.00 is owed on B-00001"):
        spending.paid(bill, books, "50.01")


def test_the_same_form_twice_is_one_bill_and_one_payment(
    books: Membership, landlord: Vendor
) -> None:
    key = uuid4()

    def once(dollars: int = 500_00) -> Bill:
        return bills.enter(
            vendor=landlord,
            number="",
            billed_on=spending.BILLED,
            due_on=spending.BILLED,
            parts=[Part(spending.account(Role.RENT), Money(dollars))],
            key=key,
            now=at.NOW,
            by=books,
        )

    bill = once()
    assert once() == bill
    with pytest.raises(bills.KeyReused):
        once(1)
    for _ in range(2):
        bill_payments.pay(
            bill=bill, details=spending.details("100.00"), key=key, now=at.NOW, by=books
        )
    assert Bill.objects.count() == BillPayment.objects.count() == 1
    with pytest.raises(bill_payments.KeyReused):
        bill_payments.pay(
            bill=bill, details=spending.details("1.00"), key=key, now=at.NOW, by=books
        )


def test_a_vendors_number_stands_once(books: Membership, landlord: Vendor) -> None:
    first = spending.bill(landlord, books, number="A-17")
    with pytest.raises(bills.NumberTaken, match="stands on B-00001 already"):
        spending.bill(landlord, books, number="a-17")

    take_back(first, books)

    assert spending.bill(landlord, books, number="A-17").reference == "B-00002"


def take_back(bill: Bill, by: Membership, on: date = at.TODAY) -> BillTakenBack:
    return bills.take_back(
        bill=bill, reason=bills.Reason.WRONG_AMOUNT, taken_back_on=on, now=at.NOW, by=by
    )


def take_payment_back(payment: BillPayment, by: Membership, on: date = at.TODAY) -> None:
    bill_payments.take_back(
        payment=payment, reason=bills.Reason.TWICE, taken_back_on=on, now=at.NOW, by=by
    )


def test_what_is_taken_back_leaves_nothing(books: Membership, landlord: Vendor) -> None:
    bill = spending.bill(landlord, books)
    payment = spending.paid(bill, books, "120.00")
    with pytest.raises(bills.StillPaid, match=r"\$120\.00 is paid on B-00001"):
        take_back(bill, books)

    take_payment_back(payment, books)
    assert found.one(bill.pk, today=at.TODAY).open == Money(500_00)
    take_back(bill, books)

    assert found.one(bill.pk, today=at.TODAY).state == "reversed"
    for role in (Role.BILLS_PAYABLE, Role.RENT, Role.OPERATING_BANK):
        assert balance(role) == ZERO
    with pytest.raises(bills.AlreadyTakenBack):
        take_back(bill, books)
    with pytest.raises(bill_payments.AlreadyTakenBack):
        take_payment_back(payment, books)
    with pytest.raises(bill_payments.BillGone):
        spending.paid(bill, books, "1.00")
    assert list(integrity.findings()) == []


def test_nothing_is_taken_back_before_it_was(books: Membership, landlord: Vendor) -> None:
    bill = spending.bill(landlord, books)
    payment = spending.paid(bill, books, "120.00", on=date(2026, 2, 20))
    with pytest.raises(bill_payments.BeforeItWas):
        take_payment_back(payment, books, on=date(2026, 2, 19))
    take_payment_back(payment, books, on=date(2026, 2, 25))
    with pytest.raises(bills.BeforeItWas):
        take_back(bill, books, on=date(2026, 2, 24))
    with pytest.raises(bill_payments.PaidTooEarly):
        spending.paid(bill, books, "1.00", on=date(2026, 2, 9))


def test_above_the_limit_a_second_person_agrees(
    books: Membership, landlord: Vendor, administrator: Membership
) -> None:
    bill = spending.bill(landlord, books, "6000.00")
    spending.paid(bill, books, "5000.00")

    def rest() -> BillPayment | Waiting:
        return bill_payments.pay(
            bill=bill, details=spending.details("1000.00"), key=uuid4(), now=at.NOW, by=books
        )

    waiting = rest()
    assert isinstance(waiting, Waiting)
    assert found.paid_on(bill) == Money(5000_00)
    asked = Approval.objects.get(pk=waiting.approval_id)
    approvals.decide(approval=asked, decision="APPROVED", by=administrator, now=at.NOW)

    assert isinstance(rest(), BillPayment)
    assert found.paid_on(bill) == Money(6000_00)


def test_a_closed_month_takes_no_bill_and_no_payment(books: Membership, landlord: Vendor) -> None:
    bill = spending.bill(landlord, books, on=date(2026, 1, 31))
    periods.close(month=date(2026, 1, 1), today=at.TODAY, by=books)

    with pytest.raises(journal.PeriodClosed, match="January 2026 is closed"):
        spending.bill(landlord, books, on=date(2026, 1, 15))
    with pytest.raises(journal.PeriodClosed):
        spending.paid(bill, books, "1.00", on=date(2026, 1, 31))
    with pytest.raises(journal.PeriodClosed):
        take_back(bill, books, on=date(2026, 1, 31))


def test_a_retired_vendor_gets_no_bill(books: Membership, landlord: Vendor) -> None:
    vendors.retire(vendor=landlord, now=at.NOW, by=books)
    with pytest.raises(bills.VendorRetired):
        spending.bill(landlord, books)

    vendors.bring_back(vendor=landlord, today=at.TODAY, by=books)
    assert spending.bill(landlord, books)
    with pytest.raises(vendors.NameTaken, match="V-0001 has this name"):
        spending.vendor(books, "HARBOR street realty")


# What the database holds, with Python gone round.


def copied(row: Bill | BillPayment, **changed: object) -> None:
    fields = [field.attname for field in row._meta.concrete_fields if field.name != "practice_id"]
    values = {name: getattr(row, name) for name in fields if name != "id"}
    type(row)._default_manager.create(**{**values, "key": uuid4(), **changed})


def posted(role: Role, cents: int, bill: Bill, by: Membership) -> object:
    """Post a payment of a bill without recording it."""
    entry = journal.post(
        source=f"test:{uuid4()}",
        entry_date=spending.BILLED,
        memo="A payment",
        lines=[
            journal.Line(
                Role.BILLS_PAYABLE, debit=Money(cents), party=bill.vendor_id, item=bill.pk
            ),
            journal.Line(role, credit=Money(cents)),
        ],
        by=by,
    )
    return entry.pk


def test_the_database_refuses_more_than_is_owed(books: Membership, landlord: Vendor) -> None:
    bill = spending.bill(landlord, books)
    payment = spending.paid(bill, books, "300.00")
    entry = posted(Role.OPERATING_BANK, 200_01, bill, books)

    with pytest.raises(IntegrityError, match="more is paid than bill B-00001"):
        copied(payment, reference="BP-00009", amount=Money(200_01), entry_id=entry)


def test_the_database_refuses_a_payment_that_is_not_posted(
    books: Membership, landlord: Vendor
) -> None:
    bill = spending.bill(landlord, books)
    payment = spending.paid(bill, books, "100.00")
    entry = posted(Role.OPERATING_BANK, 50_00, bill, books)

    with pytest.raises(IntegrityError, match="not posted as recorded"):
        copied(payment, reference="BP-00009", entry_id=entry)


def test_the_database_refuses_a_bill_that_is_not_its_lines(
    books: Membership, landlord: Vendor
) -> None:
    bill = spending.bill(landlord, books)
    BillLine.objects.create(
        bill=bill,
        category_id=spending.account(Role.RENT).id,
        position=2,
        amount=Money(1),
    )

    with pytest.raises(IntegrityError, match="has 2 lines over 50001 cents"):
        check_now()


def test_the_database_refuses_to_take_back_what_is_paid(
    books: Membership, landlord: Vendor
) -> None:
    bill = spending.bill(landlord, books)
    spending.paid(bill, books, "1.00")
    back = {
        "bill": bill,
        "reason": "TWICE",
        "taken_back_on": at.TODAY,
        "entry_id": bill.entry_id,
        "taken_back_at": at.NOW,
        "taken_back_by": books,
    }

    with pytest.raises(IntegrityError, match="is paid, at least in part"), transaction.atomic():
        BillTakenBack.objects.create(**back)
    other = spending.bill(landlord, books)
    with pytest.raises(IntegrityError, match="not reversed in the books"):
        BillTakenBack.objects.create(**{**back, "bill": other, "entry_id": other.entry_id})


def test_the_database_refuses_to_take_a_payment_back_without_the_books(
    books: Membership, landlord: Vendor
) -> None:
    bill = spending.bill(landlord, books)
    payment = spending.paid(bill, books, "1.00")

    with pytest.raises(IntegrityError, match="BP-00001 is not reversed in the books"):
        BillPaymentTakenBack.objects.create(
            payment=payment,
            reason="TWICE",
            taken_back_on=at.TODAY,
            entry_id=payment.entry_id,
            taken_back_at=at.NOW,
            taken_back_by=books,
        )


@pytest.mark.parametrize("table", ["bill", "billline", "billpayment"])
def test_the_database_refuses_to_change_history(
    books: Membership, landlord: Vendor, table: str
) -> None:
    spending.paid(spending.bill(landlord, books), books, "1.00")

    with pytest.raises(ProgrammingError, match="permission denied"):
        connection.cursor().execute(f"DELETE FROM billing_{table}")
