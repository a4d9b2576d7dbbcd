"""What happened to chosen accounts over a time: line by line, and from opening to closing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Sum

from ledger.chart import NORMAL_SIDE, Role, Side
from ledger.models import Posting
from ledger.money import ZERO, Money
from ledger.selectors import books, subledger


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting, positive on the normal side of its account."""

    entry_id: UUID
    entry_date: date
    memo: str
    role: str
    code: str
    name: str
    party: UUID | None
    item: UUID | None
    amount: Money

    @property
    def net(self) -> Money:
        """Debit less credit."""
        return self.amount if _is_debit(self.role) else -self.amount


@dataclass(frozen=True, slots=True)
class Roll:
    """One party of a control account: what was there, came, went, and is there."""

    party: UUID | None
    opening: Money
    came: Money
    went: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.came - self.went


def movements(
    roles: Collection[Role],
    *,
    first: date,
    last: date,
    known_at: datetime | None = None,
    beside: Collection[Role] = (),
) -> list[Movement]:
    """Return the postings on some accounts, by day; ``beside`` keeps to entries that have a
    posting on one of those accounts too.
    """
    found = books.postings(since=first, as_of=last, known_at=known_at)
    found = found.filter(account__role__in=roles)
    if beside:
        other = Posting.objects.filter(entry=OuterRef("entry"), account__role__in=beside)
        found = found.filter(Exists(other))
    rows = found.order_by("entry_date", "entry_id", "pk").values_list(
        "entry_id",
        "entry_date",
        "entry__memo",
        "account__role",
        "account__code",
        "account__name",
        "party",
        "item",
        "debit",
        "credit",
    )
    return [
        Movement(
            entry_id,
            on,
            memo,
            role,
            code,
            name,
            party,
            item,
            debit - credit if _is_debit(role) else credit - debit,
        )
        for entry_id, on, memo, role, code, name, party, item, debit, credit in rows
    ]


def rolls(role: Role, *, first: date, last: date, known_at: datetime | None = None) -> list[Roll]:
    """Return each party with an opening, a closing or a movement, from ``first`` to ``last``."""
    before = Q(entry_date__lt=first)
    sums = (
        books.postings(as_of=last, known_at=known_at)
        .filter(account__role=role)
        .values_list("party")
        .annotate(
            old_debits=Sum("debit", filter=before),
            old_credits=Sum("credit", filter=before),
            debits=Sum("debit", filter=~before),
            credits=Sum("credit", filter=~before),
        )
        .order_by("party")
    )
    found = []
    for party, *amounts in sums:
        old_debits, old_credits, debits, credits = (amount or ZERO for amount in amounts)
        if _is_debit(role):
            roll = Roll(party, old_debits - old_credits, debits, credits)
        else:
            roll = Roll(party, old_credits - old_debits, credits, debits)
        if roll.opening or roll.came or roll.went:
            found.append(roll)
    return found


def change(role: Role, *, first: date, last: date, known_at: datetime | None = None) -> Money:
    """Return what an account's balance changed by, from its balances at both ends."""
    end = subledger.balance(role, as_of=last, known_at=known_at)
    if first == date.min:
        return end
    return end - subledger.balance(role, as_of=first - timedelta(days=1), known_at=known_at)


def parties_of(entries: Collection[UUID]) -> dict[UUID, UUID]:
    """Return entry id → the party that it is about, of those entries that name exactly one."""
    rows = Posting.objects.filter(entry__in=entries).exclude(party=None)
    found: dict[UUID, set[UUID]] = {}
    for entry, party in rows.values_list("entry_id", "party").distinct().order_by("entry_id"):
        if party is not None:
            found.setdefault(entry, set()).add(party)
    return {entry: parties.pop() for entry, parties in found.items() if len(parties) == 1}


def _is_debit(role: str) -> bool:
    return NORMAL_SIDE[Role(role)] is Side.DEBIT
