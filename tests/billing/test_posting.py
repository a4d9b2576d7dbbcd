from uuid import UUID

import pytest

from billing import posting
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.services.journal import Line

CLIENT, INVOICE, PAYMENT = UUID(int=1), UUID(int=2), UUID(int=3)
SUM = Money(135_00)

EVENTS = {
    "J01 an invoice is issued": (
        posting.invoice_issued(client=CLIENT, invoice=INVOICE, total=SUM),
        [
            Line(Role.CLIENT_RECEIVABLE, SUM, ZERO, CLIENT, INVOICE),
            Line(Role.SESSION_FEES, ZERO, SUM),
        ],
    ),
    "J01 with discounts, and J24 with a missed hour": (
        posting.invoice_issued(
            client=CLIENT,
            invoice=INVOICE,
            total=SUM,
            sliding=Money(45_00),
            courtesy=Money(10_00),
            missed=Money(75_00),
        ),
        [
            Line(Role.CLIENT_RECEIVABLE, SUM, ZERO, CLIENT, INVOICE),
            Line(Role.SLIDING_SCALE_DISCOUNTS, Money(45_00), ZERO),
            Line(Role.COURTESY_DISCOUNTS, Money(10_00), ZERO),
            Line(Role.SESSION_FEES, ZERO, Money(115_00)),
            Line(Role.CANCELLATION_FEES, ZERO, Money(75_00)),
        ],
    ),
    "J24 a missed hour alone": (
        posting.invoice_issued(client=CLIENT, invoice=INVOICE, total=SUM, missed=SUM),
        [
            Line(Role.CLIENT_RECEIVABLE, SUM, ZERO, CLIENT, INVOICE),
            Line(Role.CANCELLATION_FEES, ZERO, SUM),
        ],
    ),
    "J04 cash or a check is received": (
        posting.payment_received(client=CLIENT, payment=PAYMENT, amount=SUM),
        [
            Line(Role.UNDEPOSITED_FUNDS, SUM, ZERO),
            Line(Role.CLIENT_CREDITS, ZERO, SUM, CLIENT, PAYMENT),
        ],
    ),
    "J05 a card payment is received": (
        posting.card_payment_received(client=CLIENT, payment=PAYMENT, amount=SUM),
        [
            Line(Role.STRIPE_CLEARING, SUM, ZERO),
            Line(Role.CLIENT_CREDITS, ZERO, SUM, CLIENT, PAYMENT),
        ],
    ),
    "J06 Stripe keeps its fee": (
        posting.stripe_fee_charged(fee=SUM),
        [Line(Role.CARD_FEES, SUM, ZERO), Line(Role.STRIPE_CLEARING, ZERO, SUM)],
    ),
    "J07 credit pays an invoice": (
        posting.payment_applied(client=CLIENT, payment=PAYMENT, invoice=INVOICE, amount=SUM),
        [
            Line(Role.CLIENT_CREDITS, SUM, ZERO, CLIENT, PAYMENT),
            Line(Role.CLIENT_RECEIVABLE, ZERO, SUM, CLIENT, INVOICE),
        ],
    ),
}


@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_an_event_posts_as_the_table_says(event: str) -> None:
    posted, expected = EVENTS[event]

    assert posted == expected


@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_an_event_balances(event: str) -> None:
    posted, _ = EVENTS[event]

    assert sum((line.debit for line in posted), ZERO) == sum((line.credit for line in posted), ZERO)
