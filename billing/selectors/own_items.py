"""What is one payer's of a client's money: invoices to them and payments by them.

The books know the client; who of those that pay an open item is of, its invoice or payment says.
What goes out to somebody, be it a letter, a page or a statement, tells of their own items alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from billing.models import Invoice, Payment
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import subledger
from ledger.selectors.subledger import OpenItem

OF: dict[Role, Any] = {Role.CLIENT_RECEIVABLE: Invoice, Role.CLIENT_CREDITS: Payment}
"""Account of a client's open items → what such an item is."""


def of_parties(role: Role, *, records: Collection[UUID] | None = None) -> dict[UUID, UUID]:
    """Return item → who is to pay it or has paid it, of those that are not the client's own."""
    found = OF[role].objects.exclude(party=None)
    if records is not None:
        found = found.filter(client__in=records)
    return dict(found.values_list("pk", "party"))


def own(items: Iterable[OpenItem], role: Role) -> list[OpenItem]:
    """Return those of some open items that are their client's own."""
    kept = list(items)
    others = of_parties(role, records={item.party for item in kept}) if kept else {}
    return [item for item in kept if item.item not in others]


def open_of_all(role: Role, *, as_of: date) -> list[OpenItem]:
    """Return the open items of every client that are their own."""
    others = of_parties(role)
    items = subledger.open_items(role, as_of=as_of)
    return [item for item in items if item.item not in others]


def balances(role: Role, *, as_of: date) -> dict[UUID, Money]:
    """Return client → what their own items hold together, in cents, as ``subledger.balances``."""
    if not of_parties(role):
        return subledger.balances(role, as_of=as_of)
    sums: defaultdict[UUID, Money] = defaultdict(lambda: ZERO)
    for item in open_of_all(role, as_of=as_of):
        sums[item.party] += item.balance
    return {client: amount for client, amount in sums.items() if amount}


def of_one(
    role: Role,
    records: Collection[UUID],
    party_id: UUID | None,
    *,
    as_of: date,
    known_at: datetime | None = None,
) -> list[OpenItem]:
    """Return what is open of one payer's items, None for the client's own."""
    items = subledger.open_items(role, as_of=as_of, known_at=known_at, parties=records)
    parties = of_parties(role, records=records)
    return [item for item in items if parties.get(item.item) == party_id]
