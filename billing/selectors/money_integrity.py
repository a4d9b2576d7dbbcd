"""Invariants of what invoices and payments hold, of what took it, and of what was taken back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from billing.models import (
    ApplicationTakenBack,
    Bill,
    Invoice,
    InvoiceVoided,
    Package,
    PackageEnd,
    PackageEndTakenBack,
    PackageRedemption,
    Payment,
    PaymentApplication,
    PaymentTakenBack,
    RedemptionTakenBack,
    Refund,
    RefundTakenBack,
    WriteOff,
    WriteOffTakenBack,
)
from billing.selectors import standing
from billing.selectors.invoices import END_OF_TIME
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import item_days, subledger
from ledger.selectors.integrity import Finding

Item = tuple[UUID, UUID]
"""A client and an open item."""


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the money of the practice in scope: nothing, in sound rows."""
    yield from _used_beyond_what_there_is()
    yield from _below_zero_on_a_day()
    yield from _billed_twice()
    yield from _taken_back_otherwise_than_in_the_books()
    yield from _differing(Role.CLIENT_CREDITS, credits_left(), "a payment")
    yield from _differing(Role.REFUNDS_PAYABLE, to_be_refunded(), "a refund")
    yield from _differing(Role.CLIENT_RECEIVABLE, still_owed(), "an invoice")
    yield from _differing(Role.PREPAID_SESSIONS, still_prepaid(), "a package")


def credits_left() -> dict[Item, Money]:
    """Return what is left of each payment by its rows, by client; what is used up is left out."""
    left: defaultdict[Item, Money] = defaultdict(lambda: ZERO)
    received = standing.received(Payment.objects.all())
    for client, payment, amount in received.values_list("client_id", "pk", "amount"):
        left[client, payment] += amount
    applied = standing.applications().values_list("payment__client_id", "payment_id", "amount")
    for client, payment, amount in applied:
        left[client, payment] -= amount
    gone = standing.refunds().values_list("payment__client_id", "payment_id", "amount")
    for client, payment, amount in gone:
        left[client, payment] -= amount
    moved = ("payment__client_id", "payment_id", "arrived__amount")
    for client, payment, amount in standing.credit_transfers().values_list(*moved):
        left[client, payment] -= amount
    return {item: amount for item, amount in left.items() if amount}


def to_be_refunded() -> dict[Item, Money]:
    """Return the refunds that are owed and not paid, by client."""
    rows = standing.refunds().filter(paid=None)
    return {
        (client, refund): amount
        for client, refund, amount in rows.values_list("payment__client_id", "pk", "amount")
    }


def still_owed() -> dict[Item, Money]:
    """Return what is open of each invoice by its rows, by client; settled ones are left out."""
    owed: defaultdict[Item, Money] = defaultdict(lambda: ZERO)
    for client, invoice, total in standing.invoices().values_list("client_id", "pk", "total"):
        owed[client, invoice] += total
    applied = standing.applications().values_list("invoice__client_id", "invoice_id", "amount")
    for client, invoice, amount in applied:
        owed[client, invoice] -= amount
    forgiven = standing.write_offs().values_list("invoice__client_id", "invoice_id", "amount")
    for client, invoice, amount in forgiven:
        owed[client, invoice] -= amount
    packaged = ("line__invoice__client_id", "line__invoice_id", "amount")
    for client, invoice, amount in standing.redemptions().values_list(*packaged):
        owed[client, invoice] -= amount
    credited = ("package__client_id", "package__lines__invoice", "credited")
    for client, invoice, amount in standing.package_ends().values_list(*credited):
        owed[client, invoice] -= amount
    return {item: amount for item, amount in owed.items() if amount}


def still_prepaid() -> dict[Item, Money]:
    """Return what is left of each package by its rows, by client; used and ended ones not."""
    left: defaultdict[Item, Money] = defaultdict(lambda: ZERO)
    for client, package, price in standing.packages().values_list("client_id", "pk", "price"):
        left[client, package] += price
    of_package = ("package__client_id", "package_id")
    for client, package, amount in standing.redemptions().values_list(*of_package, "amount"):
        left[client, package] -= amount
    for client, package, amount in standing.package_ends().values_list(*of_package, "left"):
        left[client, package] -= amount
    return {item: amount for item, amount in left.items() if amount}


def _used_beyond_what_there_is() -> Iterator[Finding]:
    """I-4: what is taken of a payment is at most the payment, and of an invoice the invoice."""
    receipts = dict(Payment.objects.values_list("pk", "receipt"))
    for (_, payment), amount in sorted(credits_left().items()):
        if amount < ZERO:
            told = f"{-amount} more is used of receipt {receipts.get(payment)} than it holds."
            yield Finding("I-4", told, (payment,))
    numbers = dict(Invoice.objects.values_list("pk", "number"))
    for (_, invoice), amount in sorted(still_owed().items()):
        if amount < ZERO:
            told = f"{-amount} more met {numbers.get(invoice)} than it is over."
            yield Finding("I-4", told, (invoice,))


def _below_zero_on_a_day() -> Iterator[Finding]:
    """I-4: nothing is used before it was there: no report of a day shows less than nothing."""
    below = item_days.below_zero([*HELD])
    if not below:
        return
    names = {
        pk: name
        for model, column in set(HELD.values())
        for pk, name in model._default_manager.values_list("pk", column)
    }
    for each in below:
        told = f"{names.get(each.item, each.item)} holds less than nothing on {each.on}."
        yield Finding("I-4", told, (each.item,))


HELD: dict[Role, tuple[Any, str]] = {
    Role.CLIENT_RECEIVABLE: (Invoice, "number"),
    Role.CLIENT_CREDITS: (Payment, "receipt"),
    Role.PREPAID_SESSIONS: (Package, "reference"),
    Role.REFUNDS_PAYABLE: (Refund, "reference"),
    Role.BILLS_PAYABLE: (Bill, "reference"),
}
"""Account of open items → the model of an item, and its name."""


def _billed_twice() -> Iterator[Finding]:
    """I-4: a session, or a fee for a missed hour, stands on one invoice that is not void."""
    for name, words in (("session", "session"), ("missed_fee", "fee for a missed hour")):
        billed = standing.lines().exclude(**{name: None}).values(name)
        times = Count("pk", filter=Q(part=1))  # Of what several pay, each has a part.
        twice = billed.annotate(times=times).filter(times__gt=1).order_by(name)
        for pk in twice.values_list(name, flat=True):
            yield Finding("I-4", f"The {words} {pk} stands on more than one invoice.", (pk,))


def _taken_back_otherwise_than_in_the_books() -> Iterator[Finding]:
    """I-5: what is taken back is reversed, and what is reversed was taken back."""
    for model, back, of, name in TAKEN_BACK:
        noted = back._default_manager.filter(**{of: OuterRef("pk")})
        rows = model._default_manager.annotate(is_noted=Exists(noted))
        wrong = rows.filter(
            Q(is_noted=True, entry__reversals=None)
            | Q(is_noted=False, entry__reversals__isnull=False)
        )
        for pk, label in wrong.order_by("pk").values_list("pk", name):
            told = f"{label} is taken back in one place and not in the other."
            yield Finding("I-5", told, (pk,))


TAKEN_BACK: Iterable[tuple[Any, Any, str, str]] = (
    (PaymentApplication, ApplicationTakenBack, "application", "payment__receipt"),
    (Payment, PaymentTakenBack, "payment", "receipt"),
    (Refund, RefundTakenBack, "refund", "reference"),
    (Invoice, InvoiceVoided, "invoice", "number"),
    (WriteOff, WriteOffTakenBack, "write_off", "reference"),
    (PackageRedemption, RedemptionTakenBack, "redemption", "package__reference"),
    (PackageEnd, PackageEndTakenBack, "end", "package__reference"),
)
"""Model, model of its taking back, the way from that to it, and the name of a row."""


def _differing(role: Role, expected: dict[Item, Money], noun: str) -> Iterator[Finding]:
    """I-3: an open item is what its row says, less what was taken of it."""
    items = subledger.open_items(role, as_of=END_OF_TIME)
    found = {(item.party, item.item): item.balance for item in items}
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            client, item = key
            told = f"The open item {item} is not what is left of {noun} of client {client}."
            yield Finding("I-3", told, (item,))
