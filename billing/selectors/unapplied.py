"""Credit that pays nothing yet, oldest first, and what it could pay."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from django.urls import reverse

from billing.models import Invoice, Payment
from billing.selectors import turns
from billing.selectors.invoices import END_OF_TIME, OpenInvoice
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger


@dataclass(frozen=True, slots=True)
class Part:
    """What a credit would give to an invoice."""

    invoice: Invoice
    amount: Money


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of one payment, in cents, and where it would go by what is due first."""

    payment: Payment
    left: Money
    days: int
    parts: list[Part]

    @property
    def pk(self) -> UUID:
        return self.payment.pk

    @property
    def client_id(self) -> UUID:
        return self.payment.client_id

    @property
    def receipt(self) -> str:
        return self.payment.receipt

    @property
    def received_on(self) -> date:
        return self.payment.received_on

    @property
    def applied(self) -> Money:
        """What the suggestion uses of it."""
        return sum((part.amount for part in self.parts), ZERO)

    @property
    def stays(self) -> Money:
        return self.left - self.applied

    @property
    def url(self) -> str:
        return reverse("billing:payment", args=[self.pk])

    @property
    def client_url(self) -> str:
        return reverse("billing:client", args=[self.client_id])


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying some credits at once would do, and to the receivable of their clients."""

    credits: list[Credit]
    before: Money

    @property
    def applied(self) -> Money:
        return sum((credit.applied for credit in self.credits), ZERO)

    @property
    def after(self) -> Money:
        return self.before - self.applied

    @property
    def sign(self) -> str:
        """What tells this plan from any other: a hash of how much goes from where to where."""
        return sign_of(
            (credit.payment.pk, part.invoice.pk, part.amount)
            for credit in self.credits
            for part in credit.parts
        )


def sign_of(shares: Iterable[tuple[UUID, UUID, Money]]) -> str:
    """Return the sign of (payment, invoice, amount), in whichever order they come."""
    told = sorted(f"{payment}>{invoice}={amount.cents}" for payment, invoice, amount in shares)
    return sha256(" ".join(told).encode()).hexdigest()


def credits(
    client_ids: Collection[UUID] | None, *, on: date, picked: Collection[UUID] | None = None
) -> list[Credit]:
    """Return what clients have as credit, oldest first, in as many queries for all of them as for
    one.

    No invoice is suggested twice: several credits of a client share what is open. ``client_ids``
    None means every client; ``picked`` keeps to those payments.
    """
    parties = None if client_ids is None else set(client_ids)
    items = subledger.open_items(Role.CLIENT_CREDITS, as_of=END_OF_TIME, parties=parties)
    left = {item.item: item.balance for item in items if item.balance > ZERO}
    if picked is not None:
        left = {pk: amount for pk, amount in left.items() if pk in picked}
    rows = Payment.objects.filter(pk__in=left).order_by("received_on", "id")
    payments = list(rows.select_related("client"))
    opened = _open({payment.client_id for payment in payments})
    return [
        Credit(
            payment,
            left[payment.pk],
            (on - payment.received_on).days,
            _take(opened[payment.client_id, payment.party_id], left[payment.pk]),
        )
        for payment in payments
    ]


def plan(picked: Collection[UUID], *, on: date) -> Plan:
    """Return what applying the credit of some payments would do, those without use left out."""
    useful = [credit for credit in credits(None, on=on, picked=picked) if credit.parts]
    clients = {credit.client_id for credit in useful}
    owed = subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=END_OF_TIME, parties=clients)
    return Plan(useful, sum((item.balance for item in owed), ZERO))


@dataclass(slots=True)
class _Left:
    """What is still to be suggested of an open invoice."""

    item: OpenInvoice
    amount: Money


def _open(client_ids: Collection[UUID]) -> defaultdict[tuple[UUID, UUID | None], list[_Left]]:
    """Return (client, payer) → what is open, as it is due: nobody's credit pays another's."""
    items = subledger.open_items(Role.CLIENT_RECEIVABLE, as_of=END_OF_TIME, parties=client_ids)
    balances = {item.item: item.balance for item in items if item.balance > ZERO}
    found: defaultdict[tuple[UUID, UUID | None], list[_Left]] = defaultdict(list)
    rows = Invoice.objects.filter(pk__in=balances).order_by("due_on", "number")
    for item in turns.of([OpenInvoice(invoice, balances[invoice.pk]) for invoice in rows]):
        found[item.invoice.client_id, item.invoice.party_id].append(_Left(item, item.balance))
    return found


def _take(opened: Iterable[_Left], amount: Money) -> list[Part]:
    """Take an amount of what is open, in its order, so that the next credit gets the rest."""
    parts: dict[UUID, Part] = {}
    for each in opened:
        share = min(each.amount, amount)
        if share > ZERO:
            invoice = each.item.invoice
            before = parts.get(invoice.pk, Part(invoice, ZERO))
            parts[invoice.pk] = Part(invoice, before.amount + share)
            each.amount -= share
            amount -= share
    return list(parts.values())
