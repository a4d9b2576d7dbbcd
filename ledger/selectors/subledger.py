"""Who owes what, and who is owed: sums over postings by party and open item.

Amounts are positive on the account's normal side: a receivable is what is owed to the practice, a
client credit is what the practice owes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.db.models.expressions import Combinable

from ledger.chart import NORMAL_SIDE, Role, Side
from ledger.days import LAST_DAY
from ledger.models import Posting
from ledger.money import ZERO, Money
from ledger.selectors import books, items, totals

# Asked more often than anything else, so it is written by hand and found by the index of parties.
NET = """
SELECT coalesce(sum(posting.debit - posting.credit), 0)::bigint
FROM ledger_account AS account
JOIN ledger_posting AS posting
    ON posting.practice_id = account.practice_id AND posting.account_id = account.id
WHERE account.role = %(role)s AND (%(party)s::uuid IS NULL OR posting.party = %(party)s)
AND (%(item)s::uuid IS NULL OR posting.item = %(item)s)
AND (%(as_of)s::date IS NULL OR posting.entry_date <= %(as_of)s)
AND (%(known_at)s::timestamptz IS NULL OR EXISTS (SELECT FROM ledger_journalentry AS entry
    WHERE entry.practice_id = posting.practice_id AND entry.id = posting.entry_id
    AND entry.posted_at <= %(known_at)s))
"""


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
            entry_date=row.entry_date,
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
    if party is None and item is None:
        net = totals.net(role, as_of=as_of or LAST_DAY, known_at=known_at)
        return net if NORMAL_SIDE[role] is Side.DEBIT else -net
    asked = {"role": role, "party": party, "item": item, "as_of": as_of, "known_at": known_at}
    with connection.cursor() as cursor:
        cursor.execute(NET, asked)
        (cents,) = cursor.fetchone()
    return _signed(role, Money(cents), ZERO)


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
    if parties is None:
        found = items.of_account(role, as_of=as_of, known_at=known_at)
        return [OpenItem(each.party, each.item, _signed(role, each.net, ZERO)) for each in found]
    postings = books.postings(as_of=as_of, known_at=known_at).filter(account__role=role)
    sums = (
        postings.filter(party__in=parties)
        .exclude(item=None)
        .values_list("party", "item")
        .annotate(debits=Sum("debit"), credits=Sum("credit"))
        .exclude(debits=F("credits"))
        .order_by("party", "item")
    )
    return [
        OpenItem(party, item, _signed(role, debits, credits))
        for party, item, debits, credits in sums
    ]


def owing(role: Role, *, party: Combinable, item: Combinable, as_of: date) -> QuerySet[Any]:
    """Return a sub-query for ``Exists``: whether an item of a party, columns of another query, has
    more debits than credits at the close of ``as_of``. It reads the index of parties.
    """
    found = books.postings(as_of=as_of).filter(account__role=role, party=party, item=item)
    sums = found.order_by().values("item").annotate(debits=Sum("debit"), credits=Sum("credit"))
    return sums.filter(debits__gt=F("credits"))


def difference(role: Role, *, as_of: date, known_at: datetime | None = None) -> Money:
    """Return what the control account holds beyond its open items: zero in sound books."""
    control = balance(role, as_of=as_of, known_at=known_at)
    parties = balances(role, as_of=as_of, known_at=known_at)
    return control - sum(parties.values(), ZERO)


def balances(role: Role, *, as_of: date, known_at: datetime | None = None) -> dict[UUID, Money]:
    """Return party → balance of its open items on a control account at the close of ``as_of``."""
    found = items.of_parties(role, as_of=as_of, known_at=known_at)
    is_debit = NORMAL_SIDE[role] is Side.DEBIT
    return {party: net if is_debit else -net for party, net in found.items()}


def _signed(role: Role, debits: Money, credits: Money) -> Money:
    return debits - credits if NORMAL_SIDE[role] is Side.DEBIT else credits - debits
