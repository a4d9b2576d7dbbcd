"""How old what is owed is: what is left of each charge, when payments meet the oldest first.

A reversal takes back what it mirrors, on the day of that: a payment that was taken back leaves
the charge as old as it was, and a charge that was taken back leaves nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from ledger.chart import Role
from ledger.models import Posting
from ledger.money import ZERO, Money
from ledger.selectors import books, items


@dataclass(frozen=True, slots=True)
class OpenCharge:
    """What is left of what was charged to one item on one day; negative if it is overpaid."""

    party: UUID
    item: UUID
    charged_on: date
    amount: Money


def open_charges(
    role: Role,
    *,
    as_of: date,
    known_at: datetime | None = None,
    parties: Collection[UUID] | None = None,
) -> list[OpenCharge]:
    """Return what is open of a receivable at the close of ``as_of``, by party, item and day.

    ``parties`` keeps to those parties.
    """
    if parties is not None:
        lines = _postings(role, as_of, known_at).filter(party__in=parties).exclude(item=None)
        return _in_order(_aged(lines.order_by("entry_date", "pk")))
    found: list[OpenCharge] = []
    several: list[tuple[UUID, UUID]] = []
    for each in items.of_account(role, as_of=as_of, known_at=known_at):
        if each.charged_on is not None:
            found.append(OpenCharge(each.party, each.item, each.charged_on, each.net))
        else:
            several.append((each.party, each.item))
    return _in_order(found + of_items(role, several, as_of=as_of, known_at=known_at))


def of_items(
    role: Role,
    wanted: Collection[tuple[UUID, UUID]],
    *,
    as_of: date,
    known_at: datetime | None = None,
) -> list[OpenCharge]:
    """Return what is open of some items, each named by its party and its own id."""
    if not wanted:
        return []
    owners, named = ({pair[side] for pair in wanted} for side in (0, 1))
    lines = _postings(role, as_of, known_at).filter(party__in=owners, item__in=named)
    return _aged(lines.order_by("entry_date", "pk"), frozenset(wanted))


def _postings(role: Role, as_of: date, known_at: datetime | None) -> QuerySet[Posting]:
    return books.postings(as_of=as_of, known_at=known_at).filter(account__role=role)


def _in_order(charges: list[OpenCharge]) -> list[OpenCharge]:
    # Whole numbers are compared several times as fast as ids.
    charges.sort(key=lambda each: (each.party.int, each.item.int, each.charged_on))
    return charges


@dataclass(slots=True)
class _Item:
    charged: defaultdict[date, Money]
    paid: Money = ZERO
    credited_on: date | None = None
    """The first day of a credit: what no charge was met by is as old as that."""


def _aged(
    lines: Iterable[object], wanted: Collection[tuple[UUID, UUID]] | None = None
) -> list[OpenCharge]:
    """Return what is left of the charges of some items, or of all of them."""
    held_of: dict[tuple[UUID, UUID], _Item] = defaultdict(lambda: _Item(defaultdict(lambda: ZERO)))
    rows = lines.values_list(  # type: ignore[attr-defined]  # a query
        "party", "item", "debit", "credit", "entry_date", "entry__reverses__entry_date"
    )
    for party, item, debit, credit, on, reversed_on in rows:
        if wanted is not None and (party, item) not in wanted:
            continue
        held = held_of[party, item]
        charged, paid = (debit, credit) if reversed_on is None else (-credit, -debit)
        if charged:
            held.charged[reversed_on or on] += charged
        held.paid += paid
        if paid and (held.credited_on is None or on < held.credited_on):
            held.credited_on = on
    return [
        OpenCharge(party, item, on, amount)
        for (party, item), held in held_of.items()
        for on, amount in _left(held)
    ]


def _left(item: _Item) -> list[tuple[date, Money]]:
    """Return what is left of each day's charge; what was paid too much stands on the last day."""
    paid, left = item.paid, []
    for on in sorted(item.charged):
        met = min(paid, item.charged[on])
        paid -= met
        left.append((on, item.charged[on] - met))
    if paid and left:
        last, amount = left.pop()
        left.append((last, amount - paid))
    elif paid and item.credited_on is not None:
        left.append((item.credited_on, -paid))
    return [(on, amount) for on, amount in left if amount]
