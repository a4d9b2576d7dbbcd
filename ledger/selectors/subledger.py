"""Who owes what, and who is owed: sums over postings by party and open item, never stored totals.

Amounts are positive on the account's normal side: a receivable is what is owed to the practice, a
client credit is what the practice owes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from ledger.chart import NORMAL_SIDE, Role, Side
from ledger.models import Posting
from ledger.money import ZERO, Money
from ledger.selectors import books


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One item of one party that is not yet at zero."""

    party: UUID
    item: UUID
    balance: Money


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A posting in a party's subledger, with what its entry says. One side is zero."""

    id: UUID
    entry_id: UUID
    entry_date: date
    memo: str
    account: str
    item: UUID | None
    debit: Money
    credit: Money


def lines_of(parties: Collection[UUID]) -> list[PartyLine]:
    """Return every posting of some parties, in the order in which they were made. One query."""
    found = Posting.objects.filter(party__in=parties).select_related("entry", "account")
    return [
        PartyLine(
            id=row.pk,
            entry_id=row.entry_id,
            entry_date=row.entry.entry_date,
            memo=row.entry.memo,
            account=f"{row.account.code} {row.account.name}",
            item=row.item,
            debit=row.debit,
            credit=row.credit,
        )
        for row in found.order_by("pk")
    ]


def balance(
    role: Role,
    *,
    party: UUID | None = None,
    item: UUID | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Money:
    """Return the balance of an account, or of one party or item of it, in cents."""
    return _net(role, _of(role, books.postings(as_of=as_of, known_at=known_at), party, item))


def open_items(
    role: Role,
    *,
    as_of: date,
    known_at: datetime | None = None,
    parties: Collection[UUID] | None = None,
) -> list[OpenItem]:
    """Return the items of a control account with a balance at the close of ``as_of``.

    ``parties`` keeps to those parties; an item in credit has a negative balance.
    """
    postings = books.postings(as_of=as_of, known_at=known_at).filter(account__role=role)
    if parties is not None:
        postings = postings.filter(party__in=parties)
    sums = (
        postings.exclude(Q(party=None) | Q(item=None))
        .values_list("party", "item")
        .annotate(debits=Sum("debit"), credits=Sum("credit"))
        .exclude(debits=F("credits"))
        .order_by("party", "item")
    )
    return [
        OpenItem(party, item, _signed(role, debits, credits))
        for party, item, debits, credits in sums
    ]


def difference(role: Role, *, as_of: date, known_at: datetime | None = None) -> Money:
    """Return what the control account holds beyond its open items: zero in sound books."""
    items = open_items(role, as_of=as_of, known_at=known_at)
    control = balance(role, as_of=as_of, known_at=known_at)
    return control - sum((item.balance for item in items), ZERO)


def _of(
    role: Role, postings: QuerySet[Posting], party: UUID | None, item: UUID | None
) -> QuerySet[Posting]:
    postings = postings.filter(account__role=role)
    if party is not None:
        postings = postings.filter(party=party)
    return postings if item is None else postings.filter(item=item)


def _net(role: Role, postings: QuerySet[Posting]) -> Money:
    sums = postings.aggregate(debits=Sum("debit"), credits=Sum("credit"))
    return _signed(role, sums["debits"] or ZERO, sums["credits"] or ZERO)


def _signed(role: Role, debits: Money, credits: Money) -> Money:
    return debits - credits if NORMAL_SIDE[role] is Side.DEBIT else credits - debits
