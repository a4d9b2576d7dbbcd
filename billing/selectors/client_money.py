"""One client's money: what is open and why, and how it came to be."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from billing.models import Invoice, Session
from billing.selectors import (
    balances,
    days,
    invoices,
    package_pages,
    packages,
    payment_plans,
    payments,
    sessions,
    split_pages,
    turns,
    unbilled,
)
from billing.selectors.invoices import OpenInvoice
from clients.selectors import clients, families, parties
from ledger.money import ZERO, Money

SHOWN_OF_EACH = 50
ASSIGNED_ONLY = frozenset({Permission.CLIENT_VIEW})
"""With nothing but this, a member sees the clients assigned to them, whoever they are."""


@dataclass(frozen=True, slots=True)
class ClientMoney:
    """What a client's page shows; lists hold the newest ``SHOWN_OF_EACH``, open items all.

    ``by_card`` is the invoice that is due first, unless a plan pays it: a card page takes all.
    """

    client: clients.Shown
    balance: balances.Balance
    open_items: list[invoices.InvoiceRow]
    by_card: invoices.InvoiceRow | None
    invoices: list[invoices.InvoiceRow]
    payments: list[payments.ClientPayment]
    unbilled: list[sessions.SessionRow]
    unbilled_total: Money
    packages: list[package_pages.PackageRow]
    plans: list[payment_plans.Plan]
    dues: list[split_pages.Due]
    is_split: bool

    @property
    def sentence(self) -> str:
        """The balance as one would say it, with how much of it comes by plans that are kept."""
        kept = sum((plan.left for plan in self.plans if plan.state == "kept"), ZERO)
        plan = f" {kept.dollars} of that is in a payment plan that is kept." if kept else ""
        return self.balance.sentence + plan

    @property
    def has_packages(self) -> bool:
        """Whether a package would pay one of the sessions that are not billed."""
        return any(row.package for row in self.unbilled)


@dataclass(frozen=True, slots=True)
class OwnClient:
    """A therapist's client with what they owe."""

    client_id: UUID
    code: str
    name: str
    last_session_on: date | None
    balance: balances.Balance

    @property
    def url(self) -> str:
        return reverse("billing:client", args=[self.client_id])

    @property
    def owes(self) -> Money:
        return self.balance.owes

    @property
    def note(self) -> str:
        return self.balance.note


def of(
    client_id: UUID, *, on: date, zone: ZoneInfo, permissions: clients.Permissions
) -> ClientMoney:
    """Return what there is to know about the money of a client who was found visible."""
    records = set(families.ids_of([client_id]))
    of_client = Invoice.objects.filter(client__in=records)
    newest = invoices.newest_first(of_client)[:SHOWN_OF_EACH]
    opened = invoices.open_of_all(records)
    open_items = invoices.rows([item.invoice for item in opened], on=on, permissions=permissions)
    first = _due_first(opened)
    waiting = unbilled.of_clients(records)
    return ClientMoney(
        client=clients.shown([client_id], permissions=permissions)[client_id],
        balance=balances.balances_of([client_id], on=on).get(client_id, balances.NOTHING),
        open_items=open_items,
        by_card=next((row for row in open_items if row.pk == first), None),
        invoices=invoices.rows(newest, on=on, permissions=permissions),
        payments=payments.of_clients(records, limit=SHOWN_OF_EACH, permissions=permissions),
        unbilled=packages.marked(
            unbilled.rows(waiting.keys()[:SHOWN_OF_EACH], zone=zone, permissions=permissions)
        ),
        unbilled_total=waiting.tally().total,
        packages=package_pages.of_records(records, on=on, permissions=permissions),
        plans=payment_plans.of_people(records, today=on),
        is_split=parties.is_split(records),
        dues=split_pages.dues(records, on=on, permissions=permissions),
    )


def _due_first(opened: list[OpenInvoice]) -> UUID | None:
    """Return the invoice that is due first, the client's own before all, unless a plan pays it."""
    own = [item for item in opened if item.invoice.party_id is None]
    first = next((item.invoice.pk for item in turns.of(own or opened)), None)
    return first if first and first not in payment_plans.plan_of([first]) else None


def own_clients(
    member: Membership, *, on: date, zone: ZoneInfo, permissions: clients.Permissions
) -> list[OwnClient]:
    """Return the clients whom a therapist cares for on a business date, with their balances, in
    the order of the names that they are listed under."""
    own = families.kept(clients.visible_to(member, on=on, permissions=ASSIGNED_ONLY))
    people = clients.by_name(own, permissions=permissions)
    owed = balances.balances_of([client.pk for client in people], on=on)
    last = dict(
        Session.objects.filter(client__in=families.whole(own))
        .values_list(Coalesce("client__merged_into", "client_id"))
        .annotate(last=Max("started_at"))
    )
    return [
        OwnClient(
            client_id=client.pk,
            code=client.code,
            name=client.name,
            last_session_on=days.day_of(last[client.pk], zone) if client.pk in last else None,
            balance=owed.get(client.pk, balances.NOTHING),
        )
        for client in people
    ]
