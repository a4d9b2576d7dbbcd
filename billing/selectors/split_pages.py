"""What pages show of costs that several pay: the other parts of an invoice, and each one's due."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from billing.models import Invoice, Payment
from billing.selectors import invoices, own_items
from billing.selectors.invoices import END_OF_TIME, InvoiceRow, OpenInvoice
from clients.models import Client
from clients.selectors import clients, families, parties
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger


@dataclass(frozen=True, slots=True)
class Due:
    """What one of those who pay for a client owes, in cents; ``party_id`` None is the client."""

    party_id: UUID | None
    name: str
    late: Money = ZERO
    open: Money = ZERO
    credit: Money = ZERO


def others(invoice: Invoice, *, on: date, permissions: clients.Permissions) -> list[InvoiceRow]:
    """Return the other parts of the split that an invoice belongs to, as lists show them."""
    parts = [part for part in invoices.parts_of(invoice) if part.pk != invoice.pk]
    return invoices.rows(parts, on=on, permissions=permissions) if parts else []


def named(
    opened: Collection[OpenInvoice], *, permissions: clients.Permissions
) -> list[OpenInvoice]:
    """Return open invoices with who is to pay each, in their order."""
    ids = {item.invoice.party_id for item in opened if item.invoice.party_id}
    names = parties.names(ids, permissions=permissions) if ids else {}
    return [
        replace(item, payer=names[item.invoice.party_id]) if item.invoice.party_id else item
        for item in opened
    ]


def owed_by(client: Client, party_id: UUID) -> Money:
    """Return what one of those who pay for a person owes, over all their records, in cents."""
    records = families.ids_of([client.pk])
    items = own_items.of_one(Role.CLIENT_RECEIVABLE, records, party_id, as_of=END_OF_TIME)
    return sum((item.balance for item in items), ZERO)


def paying(
    records: Collection[UUID], *, permissions: clients.Permissions
) -> list[tuple[UUID, str]]:
    """Return who else was billed or paid for a person, by name; each has an account of theirs."""
    ids = {
        party
        for role in own_items.OF
        for party in own_items.of_parties(role, records=records).values()
    }
    names = parties.names(ids, permissions=permissions) if ids else {}
    return sorted(names.items(), key=lambda each: (each[1], each[0]))


def dues(records: Collection[UUID], *, on: date, permissions: clients.Permissions) -> list[Due]:
    """Return what each of those owes who was billed or paid for a person, the client first.

    Nothing where the client alone was. Their open items and credits are all of the person's.
    """
    of_invoices = Invoice.objects.filter(client__in=records).values_list("pk", "party", "due_on")
    of_payments = Payment.objects.filter(client__in=records).values_list("pk", "party")
    billed = {pk: (party, due_on) for pk, party, due_on in of_invoices}
    paid = dict(of_payments)
    payers = {party for party, _ in billed.values()} | set(paid.values())
    if not payers - {None}:
        return []
    late: defaultdict[UUID | None, Money] = defaultdict(lambda: ZERO)
    owed: defaultdict[UUID | None, Money] = defaultdict(lambda: ZERO)
    kept: defaultdict[UUID | None, Money] = defaultdict(lambda: ZERO)
    for item in subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=END_OF_TIME, parties=records):
        party, due_on = billed[item.item]
        owed[party] += item.balance
        if due_on < on:
            late[party] += item.balance
    for item in subledger.open_items(Role.CLIENT_CREDITS, as_of=END_OF_TIME, parties=records):
        kept[paid[item.item]] += item.balance
    names = parties.names([pk for pk in payers if pk], permissions=permissions)
    others = sorted(names.items(), key=lambda each: (each[1], each[0]))
    found = [Due(None, "The client"), *(Due(pk, name) for pk, name in others)]
    return [
        replace(due, late=late[due.party_id], open=owed[due.party_id], credit=kept[due.party_id])
        for due in found
    ]
