"""Sharing what is billed among those who pay, by the rules of each day of service.

What a package pays is its client's, whole, and so is an hour of which nothing may be told to
others who pay. Everything else is divided, fees of missed hours too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from clients.models import Client
from clients.selectors import parties, restrictions
from clients.selectors.parties import Rule
from clients.selectors.restrictions import Purpose
from clients.splits import divide
from ledger.money import ZERO, Money

if TYPE_CHECKING:
    from billing.services.invoices import Item


@dataclass(frozen=True, slots=True)
class Group:
    """What goes on one invoice: to whom, None for the client themself, and its lines."""

    party_id: UUID | None
    items: Sequence["Item"]

    @property
    def total(self) -> Money:
        return sum((item.amount for item in self.items), ZERO)


def of(client_id: UUID, items: Sequence["Item"]) -> list[Group]:
    """Return what each of those who pay is billed; whoever owes nothing of it has no group.

    A line that costs nothing stands with the first of them.
    """
    client = Client.objects.select_related("merged_into").get(pk=client_id)
    rules = parties.rules(client)
    kept_back = restrictions.blocks(client, purpose=Purpose.PARTY) if rules else []
    placed = [
        pair
        for item in items
        for pair in _parts(
            item, [] if any(each.covers(item.served_on) for each in kept_back) else rules
        )
    ]
    payers = list(dict.fromkeys(payer for payer, item in placed if item.amount)) or [None]
    return [
        Group(
            payer,
            [item for whose, item in placed if (whose if item.amount else payers[0]) == payer],
        )
        for payer in payers
    ]


def _parts(item: "Item", rules: Sequence[Rule]) -> Iterator[tuple[UUID | None, "Item"]]:
    """Yield whose which part of a line is, numbered from 1."""
    rule = parties.rule_on(rules, item.served_on)
    if rule is None or item.package is not None or not item.amount:
        yield None, item
        return
    cents = divide(item.amount.cents, rule.shares)
    paying = [(place, part) for place, part in enumerate(cents) if part]
    discounts = item.discount.split([part for _, part in paying])
    for number, ((place, part), discount) in enumerate(
        zip(paying, discounts, strict=True), start=1
    ):
        words = f"{item.words} (part: {parties.words(rule.shares[place])})"
        is_whole = len(paying) == 1
        yield (
            rule.payers[place],
            replace(
                item,
                amount=Money(part),
                discount=discount,
                part=number,
                words=item.words if is_whole else words,
            ),
        )
