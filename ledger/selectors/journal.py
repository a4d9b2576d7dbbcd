"""The journal, read: its entries and their lines, in the order of their days."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Min, QuerySet, Sum

from ledger.models import JournalEntry, Posting
from ledger.money import ZERO, Money
from ledger.selectors import books


@dataclass(frozen=True, slots=True)
class Line:
    """One posting with its entry."""

    entry_id: UUID
    entry_date: date
    memo: str
    role: str
    code: str
    name: str
    party: UUID | None
    debit: Money
    credit: Money


@dataclass(frozen=True, slots=True)
class Other:
    """Another entry, which mirrors one."""

    id: UUID
    entry_date: date
    memo: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry whole, and the entry that it reverses or that reversed it."""

    id: UUID
    source: str
    entry_date: date
    memo: str
    posted_at: datetime
    posted_by: str
    reverses: Other | None
    reversed_by: Other | None
    lines: list[Line]

    @property
    def debits(self) -> Money:
        return sum((line.debit for line in self.lines), ZERO)

    @property
    def credits(self) -> Money:
        return sum((line.credit for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class Brief:
    """An entry in a line of a list, and the parties of its postings."""

    id: UUID
    entry_date: date
    memo: str
    amount: Money
    parties: tuple[UUID, ...]


class Lines:
    """The postings of a time, of all accounts. A page reads the lines that it shows; a file all."""

    def __init__(self, *, since: date, as_of: date, known_at: datetime | None = None) -> None:
        self.since, self.as_of, self.known_at = since, as_of, known_at

    def __len__(self) -> int:
        return self._found().count()

    def __iter__(self) -> Iterator[Line]:
        return iter(self[0:None])

    def __getitem__(self, place: slice) -> list[Line]:
        return [Line(*row) for row in self._rows()[place]]

    @property
    def sums(self) -> tuple[Money, Money]:
        """The debits and the credits of the time."""
        sums = self._found().aggregate(debits=Sum("debit"), credits=Sum("credit"))
        return sums["debits"] or ZERO, sums["credits"] or ZERO

    def _found(self) -> QuerySet[Posting]:
        return books.postings(since=self.since, as_of=self.as_of, known_at=self.known_at)

    def _rows(self) -> QuerySet[Posting, Any]:
        return (
            self._found()
            .order_by(*books.IN_ORDER)
            .values_list(
                "entry_id",
                "entry_date",
                "entry__memo",
                "account__role",
                "account__code",
                "account__name",
                "party",
                "debit",
                "credit",
            )
        )


def first_day() -> date | None:
    """Return the day of the first entry of the books; None of empty ones."""
    earliest: date | None = JournalEntry.objects.aggregate(day=Min("entry_date"))["day"]
    return earliest


def posted_later(*, since: date | None, as_of: date, known_at: datetime) -> int:
    """Return how many entries of some days were posted after a moment."""
    found = JournalEntry.objects.filter(entry_date__lte=as_of, posted_at__gt=known_at)
    return (found.filter(entry_date__gte=since) if since else found).count()


def dated(*, since: date, until: date) -> QuerySet[JournalEntry]:
    """Return the entries of some days, both included, in no order."""
    return JournalEntry.objects.filter(entry_date__range=(since, until)).order_by()


def briefs(ids: Iterable[UUID]) -> list[Brief]:
    """Return what several entries were about and came to. Two queries."""
    found = {pk: (day, memo) for pk, day, memo in _briefly(ids)}
    amounts: dict[UUID, Money] = defaultdict(lambda: ZERO)
    parties: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Posting.objects.filter(entry__in=found).values_list("entry_id", "debit", "party")
    for pk, debit, party in rows:
        amounts[pk] += debit
        if party:
            parties[pk].add(party)
    return [
        Brief(pk, day, memo, amounts[pk], tuple(sorted(parties[pk])))
        for pk, (day, memo) in found.items()
    ]


def _briefly(ids: Iterable[UUID]) -> QuerySet[JournalEntry, Any]:
    return JournalEntry.objects.filter(pk__in=list(ids)).values_list("pk", "entry_date", "memo")


def entry(pk: UUID) -> Entry | None:
    """Return one entry with its lines, or None if the practice has none of this id."""
    found = JournalEntry.objects.select_related("posted_by").filter(pk=pk).first()
    if found is None:
        return None
    rows = found.postings.select_related("account").order_by("-debit", "pk")
    lines = [
        Line(
            found.pk,
            found.entry_date,
            found.memo,
            row.account.role,
            row.account.code,
            row.account.name,
            row.party,
            row.debit,
            row.credit,
        )
        for row in rows
    ]
    return Entry(
        found.pk,
        found.source,
        found.entry_date,
        found.memo,
        found.posted_at,
        found.posted_by.display_name,
        _other(JournalEntry.objects.filter(reversals=found)),
        _other(JournalEntry.objects.filter(reverses=found)),
        lines,
    )


def _other(entries: QuerySet[JournalEntry]) -> Other | None:
    found = entries.values_list("pk", "entry_date", "memo").first()
    return Other(*found) if found else None
