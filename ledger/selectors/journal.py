"""The journal, read: its entries, and the lines of an account with its running balance."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from ledger.chart import Role
from ledger.models import JournalEntry, Posting
from ledger.money import ZERO, Money
from ledger.selectors import books

IN_ORDER = ("entry__entry_date", "entry_id", "-debit", "pk")
"""Ids of entries are made in the order of posting; within an entry the debits come first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One posting with its entry. ``balance``, debits less credits, counts all up to it."""

    entry_id: UUID
    entry_date: date
    memo: str
    code: str
    name: str
    party: UUID | None
    debit: Money
    credit: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry whole, and the entry that it reverses or that reversed it."""

    id: UUID
    source: str
    entry_date: date
    memo: str
    posted_at: datetime
    posted_by: str
    reverses: UUID | None
    reversed_by: UUID | None
    lines: list[Line]


class Lines:
    """The postings of a time, of one account or of all, in the order of their days.

    A page reads the lines that it shows and the sum of those before them; a file reads them all.
    """

    def __init__(
        self,
        *,
        since: date,
        as_of: date,
        known_at: datetime | None = None,
        role: Role | None = None,
    ) -> None:
        self.since, self.as_of, self.known_at, self.role = since, as_of, known_at, role

    def __len__(self) -> int:
        return self._found().count()

    def __iter__(self) -> Iterator[Line]:
        return iter(self[0:None])

    def __getitem__(self, place: slice) -> list[Line]:
        start = place.start or 0
        before = _net(self._found().order_by(*IN_ORDER)[:start]) if start else ZERO
        balance = self.opening + before
        lines = []
        for entry_id, on, memo, code, name, party, debit, credit in self._rows()[place]:
            balance += debit - credit
            lines.append(Line(entry_id, on, memo, code, name, party, debit, credit, balance))
        return lines

    @property
    def opening(self) -> Money:
        """The balance of the account at the beginning; of all accounts together it is zero."""
        earlier = books.postings(as_of=self.as_of, known_at=self.known_at)
        earlier = earlier.filter(entry__entry_date__lt=self.since)
        return _net(self._of_account(earlier))

    @property
    def sums(self) -> tuple[Money, Money]:
        """The debits and the credits of the time."""
        sums = self._found().aggregate(debits=Sum("debit"), credits=Sum("credit"))
        return sums["debits"] or ZERO, sums["credits"] or ZERO

    def _found(self) -> QuerySet[Posting]:
        found = books.postings(since=self.since, as_of=self.as_of, known_at=self.known_at)
        return self._of_account(found)

    def _of_account(self, postings: QuerySet[Posting]) -> QuerySet[Posting]:
        return postings if self.role is None else postings.filter(account__role=self.role)

    def _rows(self) -> QuerySet[Posting, Any]:
        return (
            self._found()
            .order_by(*IN_ORDER)
            .values_list(
                "entry_id",
                "entry__entry_date",
                "entry__memo",
                "account__code",
                "account__name",
                "party",
                "debit",
                "credit",
            )
        )


def posted_later(*, since: date | None, as_of: date, known_at: datetime) -> int:
    """Return how many entries of some days were posted after a moment."""
    found = JournalEntry.objects.filter(entry_date__lte=as_of, posted_at__gt=known_at)
    return (found.filter(entry_date__gte=since) if since else found).count()


def entry(pk: UUID) -> Entry | None:
    """Return one entry with its lines, or None if the practice has none of this id."""
    found = JournalEntry.objects.select_related("posted_by").filter(pk=pk).first()
    if found is None:
        return None
    rows = found.postings.select_related("account").order_by("-debit", "pk")
    balance, lines = ZERO, []
    for row in rows:
        balance += row.debit - row.credit
        lines.append(
            Line(
                found.pk,
                found.entry_date,
                found.memo,
                row.account.code,
                row.account.name,
                row.party,
                row.debit,
                row.credit,
                balance,
            )
        )
    reversal = JournalEntry.objects.filter(reverses=found).values_list("pk", flat=True).first()
    return Entry(
        found.pk,
        found.source,
        found.entry_date,
        found.memo,
        found.posted_at,
        found.posted_by.display_name,
        found.reverses_id,
        reversal,
        lines,
    )


def _net(postings: QuerySet[Posting]) -> Money:
    sums = postings.aggregate(debits=Sum("debit"), credits=Sum("credit"))
    return (sums["debits"] or ZERO) - (sums["credits"] or ZERO)
