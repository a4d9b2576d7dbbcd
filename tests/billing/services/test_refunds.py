"""Money goes back once, within limits, and what it had paid is owed again or credited."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from accounts.services.approvals import Waiting
from billing import posting
from billing.models import Payment, PaymentTakenBack, Refund, RefundPaid, RefundTakenBack
from billing.reports.adjustments import table as adjustments
from billing.reports.receipts import table as receipts
from billing.selectors import integrity, receivables
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.selectors.refunds import refundable
from billing.selectors.tables import Asked
from billing.services import corrections, payments, refunds
from billing.services.payments import Method
from billing.services.refunds import Charge
from clients.models import Client
from ledger.chart import Role
from ledger.models import JournalEntry
from ledger.money import ZERO, Money
from ledger.services import journal
from tests.billing import desk as at
from tests.billing import money, raw
from tests.billing.services.test_payments import balances, card
from tests.houses import House

FEBRUARY = date(2026, 2, 10)


@pytest.fixture
def over(desk: Membership, amara: Client) -> Payment:
    """80.00 in cash, all of it credit."""
    return at.cash(amara, desk, "80.00", keep_rest=True)


@pytest.mark.parametrize(
    ("method", "code"), [(Method.CASH, "1010"), (Method.CHECK, "1000")], ids=["cash", "check"]
)
def test_credit_goes_back_in_part(
    desk: Membership, over: Payment, method: Method, code: str
) -> None:
    refund = money.refunded(over, desk, "30.00", method=method)

    assert (refund.reference, credit_left(over), refundable(over)) == (
        "RF-00001",
        Money(50_00),
        Money(50_00),
    )
    kept = {"1010": 80_00, "2000": -50_00}
    kept[code] = kept.get(code, 0) - 30_00
    assert balances() == {account: Money(cents) for account, cents in kept.items()}
    assert list(integrity.findings()) == []


def test_no_more_goes_back_than_came(desk: Membership, over: Payment) -> None:
    money.refunded(over, desk, "50.00")

    with pytest.raises(refunds.ExceedsRefundable, match=r"\$30\.00 of R-00001 can go back"):
        money.refunded(over, desk, "30.01")
    with pytest.raises(refunds.BeforeItWas):
        money.refunded(over, desk, "30.00", on=FEBRUARY)


def test_of_what_paid_an_invoice_somebody_says_what_becomes(
    desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "90.00")

    with pytest.raises(refunds.StillApplied, match=r"\$40\.00 of it pays invoices"):
        money.refunded(payment, desk, "40.00")
    money.refunded(payment, desk, "40.00", charge=Charge.OWED)

    assert balance_due(invoice) == Money(100_00)
    assert credit_left(payment) == ZERO
    assert receivables.on(as_of=at.TODAY).ties_out
    assert list(integrity.findings()) == []


def test_the_invoice_can_be_credited_with_it(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "150.00")

    money.refunded(payment, desk, "40.00", charge=Charge.CREDITED)

    assert balance_due(invoice) == ZERO
    assert balances() == {
        "1010": Money(110_00),
        "4000": Money(-150_00),
        "4530": Money(40_00),
    }
    assert list(integrity.findings()) == []


def test_a_refund_taken_back_takes_its_credit_back_too(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    payment = at.cash(amara, desk, "150.00")
    refund = money.refunded(payment, desk, "40.00", charge=Charge.CREDITED)

    money.kept_after_all(refund, desk)

    assert (balance_due(invoice), credit_left(payment)) == (Money(40_00), Money(40_00))
    assert balances() == {
        "1010": Money(150_00),
        "1100": Money(40_00),
        "2000": Money(-40_00),
        "4000": Money(-150_00),
    }
    assert list(integrity.findings()) == []


def test_what_was_applied_to_an_invoice_twice_can_go_back_at_once(
    desk: Membership, amara: Client
) -> None:
    invoice = at.invoice(amara, desk, dollars="50.00")
    payment = money.kept(amara, desk, "50.00")
    money.applied(payment, invoice, desk, "20.00")
    money.applied(payment, invoice, desk, "30.00")

    refund = money.refunded(payment, desk, "50.00", charge=Charge.CREDITED)

    assert [row.amount for row in refund.credited.order_by("reference")] == [
        Money(30_00),
        Money(20_00),
    ]
    assert balance_due(invoice) == ZERO
    assert list(integrity.findings()) == []


def test_credit_goes_first_and_what_was_applied_last(desk: Membership, amara: Client) -> None:
    first, last = at.invoice(amara, desk, dollars="20.00"), at.invoice(amara, desk, dollars="30.00")
    payment = at.cash(amara, desk, "60.00", keep_rest=True)

    money.refunded(payment, desk, "45.00", charge=Charge.OWED)

    assert (balance_due(first), balance_due(last)) == (Money(5_00), Money(30_00))


def test_above_the_limit_a_second_person_is_asked(
    practice: House, desk: Membership, amara: Client
) -> None:
    payment, now = at.cash(amara, desk, "200.00", keep_rest=True), timezone.now()
    money.refunded(payment, desk, "60.00")

    def rest() -> Refund | Waiting:
        details = refunds.Details(Money(50_00), Method.CASH, refunds.Reason.LEAVING, at.TODAY)
        return refunds.record(payment=payment, details=details, key=uuid4(), now=now, by=desk)

    assert isinstance(rest(), Waiting)
    assert credit_left(payment) == Money(140_00)
    asked = Approval.objects.get()
    assert (asked.act, asked.label, asked.amount_cents) == (Act.REFUND, "R-00001", 50_00)
    approvals.decide(
        approval=asked,
        decision=approvals.Decision.APPROVED,
        by=practice.people["accountant"],
        now=now,
    )
    assert isinstance(rest(), Refund)
    assert isinstance(rest(), Waiting)
    assert credit_left(payment) == Money(90_00)


def test_a_card_is_not_paid_back_from_here_yet(desk: Membership, amara: Client) -> None:
    payment = card(amara, desk, at.invoice(amara, desk, dollars="100.00"))

    with pytest.raises(refunds.NotByCard, match="card company's own pages"):
        money.refunded(payment, desk, "35.00", method=Method.CARD)
    money.refunded(payment, desk, "35.00", method=Method.CHECK)

    assert balances()["1000"] == Money(-35_00)


@pytest.fixture
def by_check(desk: Membership, amara: Client) -> Payment:
    """80.00 by check, all of it credit."""
    return payments.record(
        client=amara,
        amount=Money(80_00),
        method=Method.CHECK,
        received_on=at.TODAY,
        key=uuid4(),
        keep_rest=True,
        reference="2207",
        now=at.NOW,
        by=desk,
    )


def test_cash_goes_back_only_where_cash_came(desk: Membership, by_check: Payment) -> None:
    with pytest.raises(refunds.NotInCash, match="did not come in cash"):
        money.refunded(by_check, desk, "10.00")
    with pytest.raises(IntegrityError, match="did not come in cash"), raw.committing():
        by_hand(by_check, desk, by_check.entry_id)

    assert credit_left(by_check) == Money(80_00)


def test_no_more_cash_goes_back_than_lies_in_the_drawer(desk: Membership, over: Payment) -> None:
    money.deposited(desk, "60.00", "0")

    with pytest.raises(refunds.NotInDrawer, match=r"\$20\.00 in cash lies in the drawer"):
        money.refunded(over, desk, "20.01")
    money.refunded(over, desk, "20.00")
    money.refunded(over, desk, "60.00", method=Method.CHECK)

    assert credit_left(over) == ZERO


def test_a_refund_is_taken_back_once(desk: Membership, over: Payment) -> None:
    refund = money.refunded(over, desk, "80.00", method=Method.CHECK)

    with pytest.raises(refunds.BeforeItWas):
        money.kept_after_all(refund, desk, on=FEBRUARY)
    money.kept_after_all(refund, desk)

    assert credit_left(over) == Money(80_00)
    assert balances() == {"1010": Money(80_00), "2000": Money(-80_00)}
    with pytest.raises(refunds.AlreadyTakenBack):
        money.kept_after_all(refund, desk)
    money.refunded(over, desk, "80.00")
    assert list(integrity.findings()) == []


def test_the_same_key_is_the_same_refund(desk: Membership, over: Payment) -> None:
    details = refunds.Details(Money(10_00), Method.CASH, refunds.Reason.OVERPAID, at.TODAY)
    arguments: dict[str, Any] = {"payment": over, "key": uuid4(), "now": at.NOW, "by": desk}

    first = refunds.record(details=details, **arguments)

    assert refunds.record(details=details, **arguments) == first
    other = refunds.Details(Money(11_00), Method.CASH, refunds.Reason.OVERPAID, at.TODAY)
    with pytest.raises(refunds.KeyReused):
        refunds.record(details=other, **arguments)
    assert credit_left(over) == Money(70_00)


def test_what_went_back_is_not_corrected_away(desk: Membership, over: Payment) -> None:
    refund = money.refunded(over, desk, "10.00")

    with pytest.raises(corrections.PartlyRefunded, match=r"\$10\.00 of R-00001 went back"):
        money.corrected(over, desk)
    money.kept_after_all(refund, desk)
    money.corrected(over, desk)

    assert refundable(over) == ZERO
    assert list(integrity.findings()) == []


def test_reports_tell_refunds_and_corrections(desk: Membership, over: Payment) -> None:
    money.refunded(over, desk, "10.00")
    wrong = at.cash(over.client, desk, "5.00", keep_rest=True)
    money.corrected(wrong, desk)
    asked = Asked(at.TODAY, at.TODAY.replace(day=1))

    for report in (receipts(asked), adjustments(asked)):
        assert all(tie.ok for tie in report.ties), report.ties


def by_hand(payment: Payment, by: Membership, entry_id: Any, **changes: Any) -> Refund:
    row: dict[str, Any] = {
        "reference": "RF-99999",
        "payment": payment,
        "method": "CASH",
        "amount": Money(1_00),
        "reason": "OVERPAID",
        "refunded_on": at.TODAY,
        "key": uuid4(),
        "entry_id": entry_id,
        "recorded_at": at.NOW,
        "recorded_by": by,
    }
    return Refund.objects.create(**row | changes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": Money(80_01)}, "more goes back than receipt R-00001 holds"),
        ({"method": "CARD"}, "did not come by card"),
        ({"refunded_on": FEBRUARY}, "goes back before it came"),
        ({}, "is not posted as recorded"),
    ],
)
def test_the_database_gives_back_what_there_is(
    desk: Membership, over: Payment, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(IntegrityError, match=told), raw.committing():
        by_hand(over, desk, over.entry_id, **changes)


def test_the_database_gives_nothing_back_of_what_was_taken_back(
    desk: Membership, over: Payment
) -> None:
    money.corrected(over, desk, reason=corrections.Reason.TWICE)

    with pytest.raises(IntegrityError, match="R-00001 was taken back"), raw.committing():
        by_hand(over, desk, over.entry_id)


def test_the_database_keeps_a_payment_that_went_back(desk: Membership, over: Payment) -> None:
    money.refunded(over, desk, "1.00")
    entry = journal.reverse(
        entry=over.entry, source="x", entry_date=at.TODAY, memo="Taken back", by=desk
    )

    with pytest.raises(IntegrityError, match="R-00001 is still used"), raw.committing():
        PaymentTakenBack.objects.create(
            payment=over,
            reason="TWICE",
            taken_back_on=at.TODAY,
            key=uuid4(),
            entry_id=entry.pk,
            taken_back_at=at.NOW,
            taken_back_by=desk,
        )


def test_the_database_pays_and_takes_back_in_the_books_too(desk: Membership, over: Payment) -> None:
    refund = money.refunded(over, desk, "1.00")
    row: dict[str, Any] = {"recorded_at": at.NOW, "recorded_by": desk}

    with pytest.raises(IntegrityError, match="billing_refundpaid_once"), raw.committing():
        RefundPaid.objects.create(
            refund=refund, paid_on=at.TODAY, entry_id=refund.paid.get().entry_id, **row
        )
    with pytest.raises(IntegrityError, match="is not paid in the books"), raw.committing():
        other = money.waiting_refund(over, desk)
        RefundPaid.objects.create(refund=other, paid_on=at.TODAY, entry_id=refund.entry_id, **row)
    with pytest.raises(IntegrityError, match="is not reversed in the books"), raw.committing():
        RefundTakenBack.objects.create(
            refund=refund,
            reason="MISTAKE",
            taken_back_on=at.TODAY,
            entry_id=refund.entry_id,
            taken_back_at=at.NOW,
            taken_back_by=desk,
        )


def test_the_database_takes_no_refund_back_that_credits_an_invoice(
    desk: Membership, amara: Client
) -> None:
    at.invoice(amara, desk)
    payment = at.cash(amara, desk, "150.00")
    refund = money.refunded(payment, desk, "1.00", charge=Charge.CREDITED)
    paid = refund.paid.get()

    def reversing(entry: JournalEntry, source: str) -> JournalEntry:
        return journal.reverse(
            entry=entry, source=source, entry_date=at.TODAY, memo="Taken back", by=desk
        )

    with pytest.raises(IntegrityError, match="RF-00001 still credits an invoice"), raw.committing():
        RefundTakenBack.objects.create(
            refund=refund,
            reason="MISTAKE",
            taken_back_on=at.TODAY,
            entry_id=reversing(refund.entry, "x").pk,
            paid_entry_id=reversing(paid.entry, "y").pk,
            taken_back_at=at.NOW,
            taken_back_by=desk,
        )


def test_the_database_pays_a_refund_from_the_account_of_its_way(
    desk: Membership, over: Payment
) -> None:
    refund = money.waiting_refund(over, desk)
    entry = journal.post(
        source="x",
        entry_date=at.TODAY,
        memo="Paid from another account",
        lines=posting.refund_paid(
            client=over.client_id,
            refund=refund.pk,
            paid_from=Role.OPERATING_BANK,
            amount=refund.amount,
        ),
        by=desk,
    )

    with pytest.raises(IntegrityError, match="is not paid in the books"), raw.committing():
        RefundPaid.objects.create(
            refund=refund,
            paid_on=at.TODAY,
            entry_id=entry.pk,
            recorded_at=at.NOW,
            recorded_by=desk,
        )


def test_what_the_bank_confirms_stays_refunded(desk: Membership, by_check: Payment) -> None:
    refund = money.refunded(by_check, desk, "1.00", method=Method.CHECK)
    paid = refund.paid.get()
    money.confirmed(paid.entry, desk)

    with pytest.raises(refunds.Confirmed):
        money.kept_after_all(refund, desk)
    back = {
        name: journal.reverse(
            entry=entry, source=name, entry_date=at.TODAY, memo="Taken back", by=desk
        ).pk
        for name, entry in (("entry_id", refund.entry), ("paid_entry_id", paid.entry))
    }
    with pytest.raises(IntegrityError, match="is matched to a bank line"), raw.committing():
        RefundTakenBack.objects.create(
            refund=refund,
            reason="MISTAKE",
            taken_back_on=at.TODAY,
            taken_back_at=at.NOW,
            taken_back_by=desk,
            **back,
        )


def test_a_refund_that_waits_to_be_paid_is_owed(desk: Membership, over: Payment) -> None:
    refund = money.waiting_refund(over, desk)

    assert balances()["2030"] == Money(-1_00)
    assert list(integrity.findings()) == []
    refunds.pay(refund=refund, paid_on=at.TODAY, now=at.NOW, by=desk)
    assert "2030" not in balances()
