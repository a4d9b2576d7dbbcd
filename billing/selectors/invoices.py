"""Reads of invoices. What is open of one is a sum over postings, never a stored total."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Membership
from billing.models import Invoice, InvoiceLineText, InvoiceVoided
from clients.selectors import clients, parties
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger

END_OF_TIME = date.max
"""As of the end of time: everything that is posted, whatever its business date."""


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice and what is still open of it, in cents; ``payer`` is "" if it is the client, or
    where nobody asked.
    """

    invoice: Invoice
    balance: Money
    payer: str = ""

    @property
    def number(self) -> str:
        return self.invoice.number

    @property
    def due_on(self) -> date:
        return self.invoice.due_on


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice as lists and pages show it; ``name`` is "" for those who see codes only.

    ``payer`` is who is to pay it, "" where that is the client.
    """

    pk: UUID
    client_id: UUID
    number: str
    code: str
    name: str
    issued_on: date
    due_on: date
    total: Money
    open: Money
    days_late: int
    is_void: bool = False
    payer: str = ""
    payer_id: UUID | None = None

    @property
    def client_url(self) -> str:
        return reverse("billing:client", args=[self.client_id])

    @property
    def paid(self) -> Money:
        """What is not owed any more; of a void invoice nothing was ever owed."""
        return ZERO if self.is_void else self.total - self.open

    @property
    def state(self) -> str:
        if self.is_void:
            return "void"
        if self.open <= ZERO:
            return "paid"
        return "part_paid" if self.open < self.total else "open"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was issued, with its words opened."""

    served_on: date
    description: str
    minutes: int
    amount: Money
    discount: Money = ZERO

    @property
    def listed(self) -> Money:
        """What the list says, before what was taken off it, in cents."""
        return self.amount + self.discount


def visible_to(
    member: Membership, *, on: date, permissions: clients.Permissions | None = None
) -> QuerySet[Invoice]:
    """Return the invoices of the clients whom a member may see on a business date."""
    seen = clients.visible_to(member, on=on, permissions=permissions)
    return Invoice.objects.filter(client__in=seen)


def newest_first(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return invoices.order_by("-issued_on", "-id")


def balance_due(invoice: Invoice) -> Money:
    """Return what is open of an invoice, in cents."""
    return subledger.balance(Role.CLIENT_RECEIVABLE, party=invoice.client_id, item=invoice.pk)


def balances_due(client_ids: Collection[UUID]) -> dict[UUID, Money]:
    """Return invoice id → what is open of it, of these clients, in one query; settled ones not."""
    items = subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=END_OF_TIME, parties=set(client_ids))
    return {item.item: item.balance for item in items}


def open_for(
    client_id: UUID, party_id: UUID | None, *, first: Invoice | None = None
) -> list[OpenInvoice]:
    """Return what money of one payer goes to if nobody says otherwise: invoices to them, ``None``
    being the client, in the order of ``open_of``, and ``first`` before them, whoever is to pay it.
    """
    return [
        item
        for item in open_of(client_id, first=first)
        if item.invoice.party_id == party_id or (first is not None and item.invoice.pk == first.pk)
    ]


def open_of(client_id: UUID, *, first: Invoice | None = None) -> list[OpenInvoice]:
    """Return a client's open invoices in the order in which a payment goes to them.

    ``first`` comes before the others; those stand by due date, the earliest first.
    """
    opened = open_of_all([client_id])
    return sorted(opened, key=lambda item: first is None or item.invoice.pk != first.pk)


def open_of_all(client_ids: Collection[UUID]) -> list[OpenInvoice]:
    """Return the open invoices of several records by due date, the earliest first."""
    balances = balances_due(client_ids)
    opened = Invoice.objects.filter(pk__in=balances).order_by("due_on", "number")
    return [OpenInvoice(invoice, balances[invoice.pk]) for invoice in opened]


def rows(
    invoices: Iterable[Invoice], *, on: date, permissions: clients.Permissions
) -> list[InvoiceRow]:
    """Return invoices as lists show them, in their order, with four queries at most."""
    shown = list(invoices)
    client_ids = {invoice.client_id for invoice in shown}
    balances, gone = balances_due(client_ids), void_among(shown)
    people = clients.shown(client_ids, permissions=permissions)
    parties_of = {invoice.party_id for invoice in shown if invoice.party_id}
    payers = parties.names(parties_of, permissions=permissions) if parties_of else {}
    return [
        _row(invoice, balances, people[invoice.client_id], on, gone, payers) for invoice in shown
    ]


def void_among(invoices: Iterable[Invoice]) -> set[UUID]:
    """Return the ids of those invoices that are void, in one query."""
    rows = InvoiceVoided.objects.filter(invoice__in=[invoice.pk for invoice in invoices])
    return set(rows.values_list("invoice_id", flat=True))


def voided(invoice: Invoice) -> InvoiceVoided | None:
    """Return why and by whom an invoice was voided, if it was."""
    rows = InvoiceVoided.objects.select_related("voided_by", "replacement")
    return rows.filter(invoice=invoice).first()


def parts_of(invoice: Invoice) -> list[Invoice]:
    """Return every part of the split that an invoice belongs to, by number; else itself alone."""
    if invoice.split_id is None:
        return [invoice]
    rows = Invoice.objects.filter(split=invoice.split_id).select_related("party", "entry")
    return list(rows.order_by("number"))


def replaced(invoice: Invoice) -> Invoice | None:
    """Return the void invoice in whose place this one stands, if in any's."""
    return Invoice.objects.filter(voided__replacement=invoice).first()


def _row(
    invoice: Invoice,
    balances: Mapping[UUID, Money],
    client: clients.Shown,
    on: date,
    gone: Collection[UUID],
    payers: Mapping[UUID, str],
) -> InvoiceRow:
    left = balances.get(invoice.pk, ZERO)
    return InvoiceRow(
        pk=invoice.pk,
        client_id=invoice.client_id,
        number=invoice.number,
        code=client.code,
        name=client.name,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        total=invoice.total,
        open=left,
        days_late=max((on - invoice.due_on).days, 0) if left > ZERO else 0,
        is_void=invoice.pk in gone,
        payer=payers.get(invoice.party_id, "") if invoice.party_id else "",
        payer_id=invoice.party_id,
    )


def texts_of(shown: Collection[Invoice]) -> QuerySet[InvoiceLineText]:
    """Return the words of the lines of some invoices, as they were issued."""
    return InvoiceLineText.objects.filter(line__invoice__in=shown)


def lines(invoice: Invoice) -> list[Line]:
    """Return the lines of an invoice in the order printed, in one query."""
    texts = InvoiceLineText.objects.filter(line__invoice=invoice).select_related("line")
    return [
        Line(
            text.line.served_on,
            text.description,
            text.line.minutes,
            text.line.amount,
            text.line.discount,
        )
        for text in texts.order_by("line__position")
    ]
