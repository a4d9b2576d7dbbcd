"""Reads of payments: the receipt of one, what became of it, and what was taken on a day."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse

from accounts.models import Membership
from billing.models import (
    ApplicationTakenBack,
    Invoice,
    Payment,
    PaymentApplication,
    PaymentReason,
    PaymentTakenBack,
)
from billing.selectors import standing
from billing.selectors.invoices import END_OF_TIME, OpenInvoice, open_of
from clients.selectors import clients, parties
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger

HOW = {
    Payment.Method.CASH: "in cash",
    Payment.Method.CHECK: "by check",
    Payment.Method.CARD: "by card",
    Payment.Method.MOVED: "from another account",
}


GONE = {
    PaymentReason.RETURNED.value: "Sent back by the bank",
    PaymentReason.MOVED_BACK.value: "Went back to the other account",
}
"""Reason of a taking back → how lists say it, where it is not "Taken back"."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one payment gives to one invoice."""

    pk: UUID
    payment_id: UUID
    invoice_id: UUID
    number: str
    on: date
    how: str
    amount: Money

    @property
    def url(self) -> str:
        return reverse("billing:invoice", args=[self.invoice_id])


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What a payment gave to an invoice once, and why it does no more."""

    invoice_id: UUID
    number: str
    amount: Money
    on: date
    why: str
    by: str

    @property
    def url(self) -> str:
        return reverse("billing:invoice", args=[self.invoice_id])


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as lists show it; ``code`` is the client's. ``gone`` says how it was taken back, or
    is empty.
    """

    pk: UUID
    number: str
    code: str
    how: str
    received_on: date
    amount: Money
    gone: str = ""

    @property
    def is_gone(self) -> bool:
        return bool(self.gone)

    @property
    def url(self) -> str:
        return reverse("billing:payment", args=[self.pk])

    @property
    def receipt(self) -> str:
        return self.number


@dataclass(frozen=True, slots=True)
class ClientPayment:
    """A payment on its client's page: where it went, what is left of it as credit, and what the
    practice gave back of it, or other accounts got. ``payer`` is who paid, "" where that is the
    client.
    """

    payment: PaymentRow
    parts: list[Part]
    left: Money
    refunded: Money
    moved: Money
    payer: str = ""


def visible_to(
    member: Membership, *, on: date, permissions: clients.Permissions | None = None
) -> QuerySet[Payment]:
    """Return the payments of the clients whom a member may see on a business date."""
    seen = clients.visible_to(member, on=on, permissions=permissions)
    return Payment.objects.filter(client__in=seen)


def newest_first(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    return payments.order_by("-received_on", "-id")


def how(payment: Payment) -> str:
    """Return how money came, as it is said: "by check 2207"."""
    words = HOW[Payment.Method(payment.method)]
    return f"{words} {payment.reference}" if payment.reference else words


def parts_of(payment: Payment) -> list[Part]:
    """Return what a payment gave to which invoice, in the order in which it did."""
    return _parts(standing.applications().filter(payment=payment))


def parts_of_invoice(invoice: Invoice) -> list[Part]:
    """Return what paid an invoice, earliest first."""
    return _parts(standing.applications().filter(invoice=invoice))


def that_paid(invoice: Invoice) -> QuerySet[Payment]:
    """Return the payments of which something was ever applied to an invoice."""
    return Payment.objects.filter(
        pk__in=PaymentApplication.objects.filter(invoice=invoice).values("payment")
    )


def credit_left(payment: Payment) -> Money:
    """Return what is left of a payment as the client's credit, in cents."""
    return subledger.balance(Role.CLIENT_CREDITS, party=payment.client_id, item=payment.pk)


def of_clients(
    client_ids: Collection[UUID], *, limit: int, permissions: clients.Permissions
) -> list[ClientPayment]:
    """Return the newest payments of one person's records, with where they went."""
    newest = newest_first(Payment.objects.filter(client__in=client_ids))
    payments = list(_shown(newest)[:limit])
    parts = _parts(standing.applications().filter(payment__in=payments))
    items = subledger.open_items(Role.CLIENT_CREDITS, as_of=END_OF_TIME, parties=client_ids)
    left = {item.item: item.balance for item in items}
    sums = standing.refunds().filter(payment__in=payments).values_list("payment")
    back = dict(sums.annotate(sum=Sum("amount")).order_by("payment"))
    gone = standing.credit_transfers().filter(payment__in=payments).values_list("payment")
    moved = dict(gone.annotate(sum=Sum("arrived__amount")).order_by("payment"))
    payers = {payment.party_id for payment in payments if payment.party_id}
    names = parties.names(payers, permissions=permissions) if payers else {}
    return [
        ClientPayment(
            row(payment),
            [part for part in parts if part.payment_id == payment.pk],
            left.get(payment.pk, ZERO),
            back.get(payment.pk, ZERO),
            moved.get(payment.pk, ZERO),
            names.get(payment.party_id, "") if payment.party_id else "",
        )
        for payment in payments
    ]


def taken_on(payments: QuerySet[Payment], on: date) -> Money:
    """Return the sum of money received on a business date, in cents."""
    kept = standing.received(standing.money(payments.filter(received_on=on)))
    taken: Money | None = kept.aggregate(sum=Sum("amount"))["sum"]
    return taken or ZERO


def rows(payments: QuerySet[Payment]) -> list[PaymentRow]:
    """Return payments as lists show them, in one query."""
    return [row(payment) for payment in _shown(payments)]


def _shown(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    why = PaymentTakenBack.objects.filter(payment=OuterRef("pk")).values("reason")[:1]
    return payments.annotate(why_gone=Subquery(why)).select_related("client")


def row(payment: Payment) -> PaymentRow:
    return PaymentRow(
        pk=payment.pk,
        number=payment.receipt,
        code=payment.client.code,
        how=how(payment),
        received_on=payment.received_on,
        amount=payment.amount,
        gone=GONE.get(why, "Taken back") if (why := getattr(payment, "why_gone", None)) else "",
    )


def taken_back(payment: Payment) -> PaymentTakenBack | None:
    """Return why and by whom a payment was taken back, if it was."""
    rows = PaymentTakenBack.objects.select_related("taken_back_by", "replacement")
    return rows.filter(payment=payment).first()


def replaced(payment: Payment) -> Payment | None:
    """Return the payment in whose place this one stands, if in any's."""
    return Payment.objects.filter(taken_back__replacement=payment).first()


def open_before(client_id: UUID, key: str, *, first: Invoice | None = None) -> list[OpenInvoice]:
    """Return what a client has open; if the form with this key was sent, what they had before it.

    So a second click finds what the first one found. ``first`` comes before the others.
    """
    opened = {item.invoice.pk: item for item in open_of(client_id, first=first)}
    try:
        by_form = Q(key=UUID(key)) | Q(payment__key=UUID(key))
    except ValueError:
        return list(opened.values())
    rows = standing.applications().filter(by_form, payment__client=client_id)
    for each in rows.select_related("invoice").order_by("id"):
        item = opened.get(each.invoice_id, OpenInvoice(each.invoice, ZERO))
        opened[each.invoice_id] = replace(item, balance=item.balance + each.amount)
    return list(opened.values())


def taken_off(payment: Payment) -> list[TakenOff]:
    """Return what was taken off invoices again, in the order in which that happened."""
    rows = ApplicationTakenBack.objects.filter(application__payment=payment)
    return [
        TakenOff(
            each.application.invoice_id,
            each.application.invoice.number,
            each.application.amount,
            each.taken_back_on,
            each.get_reason_display(),
            each.taken_back_by.display_name,
        )
        for each in rows.select_related("application__invoice", "taken_back_by").order_by("id")
    ]


def _parts(applications: QuerySet[PaymentApplication]) -> list[Part]:
    chosen = applications.select_related("payment", "invoice").order_by("applied_on", "id")
    return [
        Part(
            pk=application.pk,
            payment_id=application.payment_id,
            invoice_id=application.invoice_id,
            number=application.invoice.number,
            on=application.applied_on,
            how=how(application.payment),
            amount=application.amount,
        )
        for application in chosen
    ]
