"""The earliest days on which money can be used, so that no report of a day shows less than nothing.

What was taken back still counted until then. So a day in between had less than today has.
"""

from datetime import date

from django.db.models import F, Max

from billing.models import (
    ApplicationTakenBack,
    Invoice,
    Package,
    Payment,
    PaymentTakenBack,
    RefundTakenBack,
)
from ledger.chart import Role
from ledger.days import LAST_DAY
from ledger.money import Money
from ledger.selectors import item_days


def of_credit(payment: Payment, amount: Money) -> date:
    """Return the first day from which on so much of a payment is credit, in cents."""
    since = item_days.there_since(
        Role.CLIENT_CREDITS, party=payment.client_id, item=payment.pk, amount=amount
    )
    return since or LAST_DAY


def of_debt(invoice: Invoice, amount: Money) -> date:
    """Return the first day from which on so much of an invoice is open, in cents."""
    since = item_days.there_since(
        Role.CLIENT_RECEIVABLE, party=invoice.client_id, item=invoice.pk, amount=amount
    )
    return since or LAST_DAY


def of_package(package: Package, amount: Money) -> date:
    """Return the first day from which on so much of a package is prepaid, in cents."""
    since = item_days.there_since(
        Role.PREPAID_SESSIONS, party=package.client_id, item=package.pk, amount=amount
    )
    return since or LAST_DAY


def of_payment(payment: Payment) -> date:
    """Return the first day from which on nothing of a payment was used that is not used now."""
    applied = ApplicationTakenBack.objects.filter(
        application__payment=payment, taken_back_on__gt=F("application__applied_on")
    )
    refunded = RefundTakenBack.objects.filter(
        refund__payment=payment, taken_back_on__gt=F("refund__refunded_on")
    )
    moved = PaymentTakenBack.objects.filter(
        payment__moved_in__payment=payment, taken_back_on__gt=F("payment__received_on")
    )
    last = [
        rows.aggregate(last=Max("taken_back_on"))["last"] for rows in (applied, refunded, moved)
    ]
    freed: list[date] = [day for day in last if day is not None]
    return max([payment.received_on, *freed])
