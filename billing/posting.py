"""What each business event does to the books. Pure: an event in, journal lines out.

The party is the client. The open item is the invoice on the receivable, and the payment on the
client's credits. On accounts payable the party is the vendor, and the open item the bill.
A J-number is the name of an event; whoever builds its lines says what it is.
"""

from collections.abc import Sequence
from uuid import UUID

from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.services.journal import Line


def invoice_issued(
    *,
    client: UUID,
    invoice: UUID,
    total: Money,
    sliding: Money = ZERO,
    courtesy: Money = ZERO,
    missed: Money = ZERO,
) -> list[Line]:
    """J01: the client owes the list fees of the sessions less two kinds of discounts, and J24 what
    hours cost that they missed; the total is of both."""
    discounts = {Role.SLIDING_SCALE_DISCOUNTS: sliding, Role.COURTESY_DISCOUNTS: courtesy}
    income = {
        Role.SESSION_FEES: total + sliding + courtesy - missed,
        Role.CANCELLATION_FEES: missed,
    }
    return [
        Line(Role.CLIENT_RECEIVABLE, debit=total, party=client, item=invoice),
        *(Line(role, debit=amount) for role, amount in discounts.items() if amount),
        *(Line(role, credit=amount) for role, amount in income.items() if amount),
    ]


def package_sold(*, client: UUID, invoice: UUID, package: UUID, price: Money) -> list[Line]:
    """J10, by invoice: the client owes the price, and the practice owes them the sessions."""
    return [
        Line(Role.CLIENT_RECEIVABLE, debit=price, party=client, item=invoice),
        Line(Role.PREPAID_SESSIONS, credit=price, party=client, item=package),
    ]


def package_redeemed(*, client: UUID, invoice: UUID, package: UUID, amount: Money) -> list[Line]:
    """J11, with the invoice (J01) that earns the list fee less the discount: what was prepaid pays
    what the client owes on it."""
    return [
        Line(Role.PREPAID_SESSIONS, debit=amount, party=client, item=package),
        Line(Role.CLIENT_RECEIVABLE, credit=amount, party=client, item=invoice),
    ]


def package_ended(
    *, client: UUID, invoice: UUID, package: UUID, left: Money, credited: Money
) -> list[Line]:
    """J12 and J13: nothing is prepaid any more. What is given back lowers the invoice of the
    package, so that what had paid it can go back (J19); the rest is breakage."""
    kept = left - credited
    lines = [Line(Role.PREPAID_SESSIONS, debit=left, party=client, item=package)]
    if credited:
        lines.append(Line(Role.CLIENT_RECEIVABLE, credit=credited, party=client, item=invoice))
    if kept:
        lines.append(Line(Role.PACKAGE_BREAKAGE, credit=kept))
    return lines


def payment_received(*, client: UUID, payment: UUID, amount: Money) -> list[Line]:
    """J04: cash or a check lies in the drawer, and the practice owes the client for it."""
    return [
        Line(Role.UNDEPOSITED_FUNDS, debit=amount),
        Line(Role.CLIENT_CREDITS, credit=amount, party=client, item=payment),
    ]


def card_payment_received(*, client: UUID, payment: UUID, amount: Money) -> list[Line]:
    """J05: Stripe holds the whole amount, and the practice owes the client for it."""
    return [
        Line(Role.STRIPE_CLEARING, debit=amount),
        Line(Role.CLIENT_CREDITS, credit=amount, party=client, item=payment),
    ]


def stripe_fee_charged(*, fee: Money) -> list[Line]:
    """J06: Stripe keeps its fee out of what it holds."""
    return [Line(Role.CARD_FEES, debit=fee), Line(Role.STRIPE_CLEARING, credit=fee)]


def payment_applied(*, client: UUID, payment: UUID, invoice: UUID, amount: Money) -> list[Line]:
    """J07: the client's credit pays what they owe on one invoice."""
    return [
        Line(Role.CLIENT_CREDITS, debit=amount, party=client, item=payment),
        Line(Role.CLIENT_RECEIVABLE, credit=amount, party=client, item=invoice),
    ]


WRITTEN_OFF_TO = {
    "COURTESY": Role.COURTESY_DISCOUNTS,
    "SLIDING": Role.SLIDING_SCALE_DISCOUNTS,
    "CORRECTION": Role.BILLING_CORRECTIONS,
    "SMALL": Role.SMALL_BALANCE_WRITE_OFFS,
    "BAD_DEBT": Role.BAD_DEBT,
}
"""Kind of write-off → the account that bears it. Bad debt is an expense, the rest lower income."""


def written_off(*, client: UUID, invoice: UUID, to: Role, amount: Money) -> list[Line]:
    """J21 to J23: a part of an invoice is not owed any more."""
    return [
        Line(to, debit=amount),
        Line(Role.CLIENT_RECEIVABLE, credit=amount, party=client, item=invoice),
    ]


REFUNDED_FROM = {
    "CASH": Role.UNDEPOSITED_FUNDS,
    "CHECK": Role.OPERATING_BANK,
    "CARD": Role.STRIPE_CLEARING,
}
"""Way of a refund → the account that the money leaves."""


def refund_approved(*, client: UUID, payment: UUID, refund: UUID, amount: Money) -> list[Line]:
    """J19: what was the client's credit is to be paid back."""
    return [
        Line(Role.CLIENT_CREDITS, debit=amount, party=client, item=payment),
        Line(Role.REFUNDS_PAYABLE, credit=amount, party=client, item=refund),
    ]


def refund_paid(*, client: UUID, refund: UUID, paid_from: Role, amount: Money) -> list[Line]:
    """J19: the money left."""
    return [
        Line(Role.REFUNDS_PAYABLE, debit=amount, party=client, item=refund),
        Line(paid_from, credit=amount),
    ]


def drawer_differs(*, difference: Money) -> list[Line]:
    """J31: cash was counted; more than expected is over, less is short."""
    if difference > ZERO:
        return [
            Line(Role.UNDEPOSITED_FUNDS, debit=difference),
            Line(Role.CASH_OVER_SHORT, credit=difference),
        ]
    return [
        Line(Role.CASH_OVER_SHORT, debit=-difference),
        Line(Role.UNDEPOSITED_FUNDS, credit=-difference),
    ]


def deposited(*, amount: Money) -> list[Line]:
    """J08: what lay in the drawer lies in the bank."""
    return [
        Line(Role.OPERATING_BANK, debit=amount),
        Line(Role.UNDEPOSITED_FUNDS, credit=amount),
    ]


MOVED, MOVED_BACK = "Credit to another account", "Credit to another account, taken back"
"""Memos of J29: an entry of two clients names neither, nor the receipt of one to the other."""


def credit_moved(
    *, giver: UUID, payment: UUID, taker: UUID, arrived: UUID, amount: Money
) -> list[Line]:
    """J29: what was one client's credit of a payment is another's, of a payment of their own."""
    return [
        Line(Role.CLIENT_CREDITS, debit=amount, party=giver, item=payment),
        Line(Role.CLIENT_CREDITS, credit=amount, party=taker, item=arrived),
    ]


def check_sent_back(*, amount: Money) -> list[Line]:
    """J28, after the reversal of its payment: a deposited check left the bank again."""
    return [
        Line(Role.UNDEPOSITED_FUNDS, debit=amount),
        Line(Role.OPERATING_BANK, credit=amount),
    ]


def bank_fee_taken(*, fee: Money) -> list[Line]:
    """J28: what the bank took for a check that it sent back."""
    return [Line(Role.BANK_FEES, debit=fee), Line(Role.OPERATING_BANK, credit=fee)]


def bill_entered(*, vendor: UUID, bill: UUID, parts: Sequence[tuple[Role, Money]]) -> list[Line]:
    """J33: each part is an expense, and the practice owes the vendor for all of them."""
    total = sum((amount for _, amount in parts), ZERO)
    return [
        *(Line(category, debit=amount) for category, amount in parts),
        Line(Role.BILLS_PAYABLE, credit=total, party=vendor, item=bill),
    ]


def bill_paid(*, vendor: UUID, bill: UUID, paid_from: Role, amount: Money) -> list[Line]:
    """J33: money leaves, and the practice owes the vendor less; a part is no less a payment."""
    return [
        Line(Role.BILLS_PAYABLE, debit=amount, party=vendor, item=bill),
        Line(paid_from, credit=amount),
    ]
