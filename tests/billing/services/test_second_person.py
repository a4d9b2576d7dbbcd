"""What leaves the books in slices, or under the cover of something else, takes two people."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from billing.models import DrawerCount, Invoice, InvoiceVoided, Payment, Refund, WriteOff
from billing.selectors import of_late
from billing.selectors.drawer import drawer as drawer_now
from billing.services import corrections, drawer, refunds, voids, write_offs
from billing.services.refunds import Waiting
from clients.models import Client
from ledger.money import ZERO, Money
from tests.billing import desk as at
from tests.billing import money
from tests.billing.services.test_payments import card
from tests.billing.test_merged_clients import merge
from tests.houses import House

LATER = at.NOW + timedelta(days=31)


@pytest.fixture
def books(practice: House) -> Membership:
    return practice.people["accountant"]


def agreed(by: Membership, *, now: datetime = at.NOW) -> Approval:
    """Let a second person agree to the one request that waits."""
    asked = Approval.objects.get(decision="")
    approvals.decide(approval=asked, decision=approvals.Decision.APPROVED, by=by, now=now)
    return asked


def refund(
    payment: Payment, by: Membership, dollars: str, *, now: datetime = at.NOW
) -> Refund | Waiting:
    details = refunds.Details(
        Money.parse(dollars), Payment.Method.CASH, refunds.Reason.OVERPAID, at.TODAY
    )
    return refunds.record(payment=payment, details=details, key=uuid4(), now=now, by=by)


def never_came(payment: Payment, by: Membership) -> object:
    return corrections.correct(
        payment=payment,
        right=None,
        reason=corrections.Reason.NEVER_CAME,
        key=uuid4(),
        today=at.TODAY,
        now=at.NOW,
        by=by,
    )


def void(invoice: Invoice, by: Membership, *, again: bool = False) -> InvoiceVoided | Waiting:
    hours = [line.session for line in invoice.lines.select_related("session")]
    return voids.void(
        invoice=invoice,
        reason=voids.Reason.SESSIONS,
        voided_on=at.TODAY,
        again=hours if again else (),
        key=uuid4(),
        now=at.NOW,
        by=by,
    )


def count(cash: str, by: Membership, *, now: datetime = at.NOW) -> DrawerCount | Waiting:
    return drawer.count(
        cash=Money.parse(cash),
        checks=ZERO,
        reason=drawer.Reason.LOST,
        counted_on=at.TODAY,
        key=uuid4(),
        now=now,
        by=by,
    )


def sweep(
    invoices: list[Invoice], shown: str, by: Membership, *, now: datetime = at.NOW
) -> list[WriteOff] | Waiting:
    return write_offs.sweep(
        picked={invoice.pk for invoice in invoices},
        shown=Money.parse(shown),
        below=Money(25_00),
        days=0,
        on=at.TODAY,
        key=uuid4(),
        now=now,
        by=by,
    )


def test_refunds_of_several_payments_of_a_client_count_together(
    desk: Membership, books: Membership, amara: Client
) -> None:
    first, second = (money.kept(amara, desk, "60.00") for _ in range(2))
    other = money.kept(at.client(desk, "Whitfield"), desk, "60.00")

    assert isinstance(refund(first, desk, "60.00"), Refund)
    assert isinstance(refund(second, desk, "40.01"), Waiting)
    assert isinstance(refund(other, desk, "60.00"), Refund)
    agreed(books)
    assert isinstance(refund(second, desk, "40.01"), Refund)


def test_refunds_to_a_client_count_by_whomever(
    desk: Membership, books: Membership, amara: Client
) -> None:
    first, second = (money.kept(amara, desk, "100.00") for _ in range(2))

    assert isinstance(refund(first, books, "100.00"), Refund)

    assert isinstance(refund(second, desk, "1.00"), Waiting)


def test_refunds_to_another_record_of_the_client_count(
    desk: Membership, books: Membership, amara: Client
) -> None:
    other = at.client(desk, "Whit")
    first, second = money.kept(amara, desk, "60.00"), money.kept(other, desk, "60.00")
    merge(amara, other, desk, books)

    assert isinstance(refund(first, desk, "60.00"), Refund)
    assert isinstance(refund(second, desk, "60.00"), Waiting)


def test_after_a_month_a_refund_of_another_payment_starts_anew(
    desk: Membership, amara: Client
) -> None:
    first, second = (money.kept(amara, desk, "90.00") for _ in range(2))

    assert isinstance(refund(first, desk, "60.00"), Refund)
    assert isinstance(refund(second, desk, "60.00", now=LATER), Refund)
    assert isinstance(refund(first, desk, "30.00", now=LATER + timedelta(days=31)), Refund)


def test_of_one_payment_every_refund_counts_for_ever(desk: Membership, amara: Client) -> None:
    payment = money.kept(amara, desk, "120.00")

    assert isinstance(refund(payment, desk, "60.00"), Refund)
    assert isinstance(refund(payment, desk, "60.00", now=LATER), Waiting)


def test_a_refund_that_was_taken_back_does_not_count(desk: Membership, amara: Client) -> None:
    first, second = (money.kept(amara, desk, "90.00") for _ in range(2))

    money.kept_after_all(money.refunded(first, desk, "90.00"), desk)

    assert isinstance(refund(second, desk, "90.00"), Refund)


def test_corrections_in_slices_count_together(
    desk: Membership, books: Membership, amara: Client
) -> None:
    """Else 150.00 becomes 60.00, and then never came."""
    payment = money.kept(amara, desk, "150.00")

    back = money.corrected(payment, desk, amount=Money(60_00))
    assert back.replacement is not None
    assert isinstance(never_came(back.replacement, desk), Waiting)
    assert agreed(books).amount_cents == 60_00
    assert not isinstance(never_came(back.replacement, desk), Waiting)


def test_a_correction_that_leaves_as_much_counts_nothing(desk: Membership, amara: Client) -> None:
    payment = money.kept(amara, desk, "150.00")

    money.corrected(payment, desk, received_on=date(2026, 3, 2))

    assert of_late.gave_back(amara.pk, now=at.NOW) == ZERO


@pytest.mark.parametrize("is_first", [True, False], ids=["correct first", "void first"])
def test_who_took_the_cash_does_not_make_it_vanish_alone(
    desk: Membership, amara: Client, is_first: bool
) -> None:
    """The money never came, the invoice is void, and nothing was ever owed."""
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "150.00", apply_to=invoice)

    steps: list[Callable[[], object]] = [
        lambda: never_came(payment, desk),
        lambda: void(invoice, desk),
    ]
    answers = [step() for step in (steps if is_first else reversed(steps))]

    assert all(isinstance(answer, Waiting) for answer in answers)
    assert drawer_now().cash == Money(150_00)


def test_a_void_by_who_took_the_money_counts_what_went_back(
    desk: Membership, books: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk, dollars="90.00")
    money.corrected(
        at.cash(amara, desk, "90.00", apply_to=invoice), desk, reason=corrections.Reason.NEVER_CAME
    )

    assert isinstance(void(invoice, desk), Waiting)
    asked = agreed(books)
    assert (asked.act, asked.label, asked.amount_cents) == (
        Act.REFUND,
        "INV-2026-0001, voided",
        90_00,
    )
    assert isinstance(void(invoice, desk), InvoiceVoided)


def test_others_void_it_alone_and_so_does_who_bills_it_again(
    desk: Membership, books: Membership, amara: Client
) -> None:
    first, second, third = (at.invoice(amara, desk) for _ in range(3))
    for invoice in (first, second):
        at.cash(amara, desk, "150.00", apply_to=invoice)

    assert isinstance(void(first, books), InvoiceVoided)
    assert isinstance(void(second, desk, again=True), InvoiceVoided)
    assert isinstance(void(third, desk), InvoiceVoided)


def test_a_card_payment_is_no_money_in_anybodys_hand(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    card(amara, desk, invoice)

    assert isinstance(void(invoice, desk), InvoiceVoided)


def test_missing_cash_above_the_limit_takes_two(
    desk: Membership, books: Membership, amara: Client
) -> None:
    money.kept(amara, desk, "500.00")

    assert isinstance(count("399.99", desk), Waiting)
    assert drawer_now().cash == Money(500_00)
    asked = agreed(books)
    assert (asked.act, asked.label, asked.amount_cents) == (
        Act.REFUND,
        "Cash missing in the drawer",
        100_01,
    )
    assert isinstance(count("399.99", desk), DrawerCount)
    assert drawer_now().cash == Money(399_99)


def test_missing_cash_counts_together_and_what_is_found_again_does_not(
    desk: Membership, books: Membership, amara: Client
) -> None:
    money.kept(amara, desk, "500.00")

    assert isinstance(count("440.00", desk), DrawerCount)
    assert isinstance(count("399.00", desk), Waiting)
    assert isinstance(count("400.00", desk), DrawerCount)
    assert isinstance(count("500.00", desk), DrawerCount)
    assert isinstance(count("400.00", desk), DrawerCount)
    assert isinstance(count("399.00", desk, now=LATER), DrawerCount)


@pytest.fixture
def rests(desk: Membership, amara: Client) -> list[Invoice]:
    """Twelve invoices of 20.00, all late."""
    issued_on = date(2026, 1, 10)
    return [at.invoice(amara, desk, dollars="20.00", issued_on=issued_on) for _ in range(12)]


def test_sweeps_of_a_day_count_together(books: Membership, rests: list[Invoice]) -> None:
    assert isinstance(sweep(rests[:8], "160.00", books), list)
    assert isinstance(sweep(rests[8:11], "60.00", books), Waiting)
    assert isinstance(sweep(rests[8:10], "40.00", books), list)
    tomorrow = at.NOW + timedelta(days=1, minutes=1)
    assert isinstance(sweep(rests[10:], "40.00", books, now=tomorrow), list)


def test_a_sweep_counts_what_is_written_off_the_invoice_already(
    books: Membership, desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk, dollars="224.00", issued_on=date(2026, 1, 10))
    money.written_off(invoice, books, "200.00")

    assert isinstance(sweep([invoice], "24.00", books), Waiting)
