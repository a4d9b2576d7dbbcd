from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Membership
from billing.models import Payment, PaymentApplication
from billing.selectors.invoices import balance_due
from billing.selectors.payments import credit_left
from billing.services import applications, payments
from clients.models import Client
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import reports, subledger
from tests.billing import desk as at


def balances(as_of: date = at.TODAY) -> dict[str, Money]:
    rows = reports.trial_balance(as_of=as_of).rows
    return {row.code: row.debit - row.credit for row in rows}


def card(of: Client, by: Membership, invoice: object, **changes: Any) -> Payment:
    arguments: dict[str, Any] = {
        "intent_amount": Money(135_00),
        "client": of,
        "invoice": invoice,
        "received_on": at.TODAY,
        "fee": Money(4_22),
        "key": uuid4(),
        "now": at.NOW,
        "by": by,
    }
    return payments.record_card(**arguments | changes)


def test_cash_is_received_as_credit_and_then_applied(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)

    payment = at.cash(amara, desk, "50.00", apply_to=invoice)

    assert balance_due(invoice) == Money(100_00)
    assert credit_left(payment) == ZERO
    assert balances() == {"1010": Money(50_00), "1100": Money(100_00), "4000": Money(-150_00)}


def test_a_payment_goes_to_what_is_due_first(desk: Membership, amara: Client) -> None:
    late = at.invoice(amara, desk, issued_on=date(2026, 1, 20))
    fresh = at.invoice(amara, desk)

    at.cash(amara, desk, "200.00")

    assert (balance_due(late), balance_due(fresh)) == (ZERO, Money(100_00))


def test_a_chosen_invoice_is_paid_before_older_ones(desk: Membership, amara: Client) -> None:
    late = at.invoice(amara, desk, issued_on=date(2026, 1, 20))
    fresh = at.invoice(amara, desk)

    at.cash(amara, desk, "200.00", apply_to=fresh)

    assert (balance_due(late), balance_due(fresh)) == (Money(100_00), ZERO)


def test_more_than_the_balance_is_refused_in_words(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)

    with pytest.raises(payments.ExceedsBalance, match=r"\$150\.00.*\$50\.00 stays as credit"):
        at.cash(amara, desk, "200.00")

    assert not Payment.objects.exists()


def test_the_rest_stays_as_credit_where_that_is_said(desk: Membership, amara: Client) -> None:
    at.invoice(amara, desk)

    payment = at.cash(amara, desk, "200.00", keep_rest=True)

    assert credit_left(payment) == Money(50_00)
    assert subledger.balance(Role.CLIENT_CREDITS, party=amara.pk) == Money(50_00)


def test_money_taken_before_the_invoice_pays_it_on_its_day(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)

    at.cash(amara, desk, "150.00", on=date(2026, 2, 20), apply_to=invoice)

    assert PaymentApplication.objects.get().applied_on == invoice.issued_on


def test_receipts_have_no_gap(desk: Membership, amara: Client) -> None:
    first = at.cash(amara, desk, "10.00", keep_rest=True)
    with pytest.raises(payments.ExceedsBalance):
        at.cash(amara, desk, "10.00")
    second = at.cash(amara, desk, "10.00", keep_rest=True)

    assert (first.receipt, second.receipt) == ("R-00001", "R-00002")


def test_the_same_key_is_the_same_payment(desk: Membership, amara: Client) -> None:
    arguments: dict[str, Any] = {
        "client": amara,
        "amount": Money(50_00),
        "method": payments.Method.CHECK,
        "reference": "2207",
        "received_on": at.TODAY,
        "key": uuid4(),
        "keep_rest": True,
        "now": at.NOW,
        "by": desk,
    }
    first = payments.record(**arguments)

    assert payments.record(**arguments) == first
    with pytest.raises(payments.KeyReused):
        payments.record(**arguments | {"amount": Money(60_00)})
    assert Payment.objects.count() == 1


def test_a_payment_pays_its_own_clients_invoices_only(desk: Membership, amara: Client) -> None:
    other = at.client(desk, "Whitfield")
    invoice = at.invoice(other, desk)

    with pytest.raises(payments.AnotherClient):
        at.cash(amara, desk, "10.00", apply_to=invoice)


def test_a_card_payment_stands_at_stripe_less_its_fee(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk, dollars="135.00")

    payment = card(amara, desk, invoice)

    assert payment.method == Payment.Method.CARD
    assert balance_due(invoice) == ZERO
    assert balances() == {"1020": Money(130_78), "4000": Money(-135_00), "6000": Money(4_22)}


def test_a_card_payment_told_twice_is_posted_once(desk: Membership, amara: Client) -> None:
    invoice, key = at.invoice(amara, desk, dollars="135.00"), uuid4()

    first = card(amara, desk, invoice, key=key)
    again = card(amara, desk, invoice, key=key)

    assert again == first
    assert balances()["6000"] == Money(4_22)


def test_a_card_payment_of_a_paid_invoice_stays_as_credit(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk, dollars="135.00")
    at.cash(amara, desk, "135.00")

    payment = card(amara, desk, invoice)

    assert credit_left(payment) == Money(135_00)


def test_credit_can_be_applied_later(desk: Membership, amara: Client) -> None:
    payment = at.cash(amara, desk, "100.00", keep_rest=True)
    invoice = at.invoice(amara, desk)

    applications.apply(
        payment=payment,
        shares=[applications.Share(invoice, Money(60_00))],
        applied_on=at.TODAY,
        now=at.NOW,
        by=desk,
    )

    assert credit_left(payment) == Money(40_00)
    assert balance_due(invoice) == Money(90_00)


@pytest.mark.parametrize(
    ("credit", "billed", "amount", "refusal"),
    [
        ("50.00", "150.00", "60.00", applications.ExceedsCredit),
        ("100.00", "40.00", "60.00", applications.ExceedsBalance),
    ],
    ids=["more than the credit", "more than the invoice"],
)
def test_an_application_is_within_both(
    desk: Membership,
    amara: Client,
    credit: str,
    billed: str,
    amount: str,
    refusal: type[Exception],
) -> None:
    payment = at.cash(amara, desk, credit, keep_rest=True)
    invoice = at.invoice(amara, desk, dollars=billed)

    with pytest.raises(refusal):
        applications.apply(
            payment=payment,
            shares=[applications.Share(invoice, Money.parse(amount))],
            applied_on=at.TODAY,
            now=at.NOW,
            by=desk,
        )
