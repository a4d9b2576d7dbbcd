"""The books account by account: what stood there before, each line, and what stands there after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from ledger.chart import Role
from ledger.models import Account, Posting
from ledger.money import ZERO, Money
from ledger.selectors import books, totals

IN_ORDER = ("entry__entry_date", "entry_id", "-debit", "pk")
"""The lines of an account: ids of entries are made in the order of posting, debits come first."""


@dataclass(frozen=True, slots=True)
class Section:
    """One account over a time. Balances are debits less credits; ``count`` is of its lines."""

    role: str
    code: str
    name: str
    opening: Money
    debits: Money
    credits: Money
    count: int

    @property
    def closing(self) -> Money:
        return self.opening + self.debits - self.credits


@dataclass(frozen=True, slots=True)
class Line:
    """One posting of an account. ``balance``, debits less credits, counts all up to it."""

    section: Section
    entry_id: UUID
    entry_date: date
    memo: str
    party: UUID | None
    debit: Money
    credit: Money
    balance: Money


class Lines:
    """The lines of some accounts one after the other, each with the balance that it leaves.

    A page reads the lines that it shows and the sum of those before them; a file reads them all.
    """

    def __init__(
        self,
        sections: Sequence[Section],
        *,
        since: date,
        as_of: date,
        known_at: datetime | None = None,
    ) -> None:
        self.sections = [section for section in sections if section.count]
        self.since, self.as_of, self.known_at = since, as_of, known_at

    def __len__(self) -> int:
        return sum(section.count for section in self.sections)

    def __iter__(self) -> Iterator[Line]:
        return iter(self[0:None])

    def __getitem__(self, place: slice) -> list[Line]:
        start = place.start or 0
        end = len(self) if place.stop is None else min(place.stop, len(self))
        reached, skipped = self._reached(start, end)
        if not reached:
            return []
        found = self._found(reached)
        at, balance = reached[0], reached[0].opening
        if skipped:
            balance += _net(self._found([at]).order_by(*IN_ORDER)[:skipped])
        by_role = {section.role: section for section in reached}
        # Lines of one account need no sorting by account: they may come as the index has them.
        order = IN_ORDER if len(reached) == 1 else ("account__code", *IN_ORDER)
        lines = []
        for role, entry_id, on, memo, party, debit, credit in _rows(found, order)[
            skipped : skipped + end - start
        ]:
            if role != at.role:
                at = by_role[role]
                balance = at.opening
            balance += debit - credit
            lines.append(Line(at, entry_id, on, memo, party, debit, credit, balance))
        return lines

    def _reached(self, start: int, end: int) -> tuple[list[Section], int]:
        """Return the accounts with a line from ``start`` to ``end``, and how many lines of the
        first of them lie before.
        """
        reached: list[Section] = []
        skipped, at = 0, 0
        for section in self.sections:
            if at < end and at + section.count > start:
                if not reached:
                    skipped = max(start - at, 0)
                reached.append(section)
            at += section.count
        return reached, skipped

    def _found(self, sections: Sequence[Section]) -> QuerySet[Posting]:
        found = books.postings(since=self.since, as_of=self.as_of, known_at=self.known_at)
        return found.filter(account__role__in=[section.role for section in sections])


def sections(
    *, since: date, as_of: date, known_at: datetime | None = None, role: Role | None = None
) -> list[Section]:
    """Return the accounts with a balance before or a line in a time, in chart order; or of one."""
    before = since - timedelta(days=1) if since > date.min else None
    opened = totals.nets(since=None, as_of=before, known_at=known_at) if before is not None else []
    openings = {net.role: net.net for net in opened}
    moved = _moved(since, as_of, known_at, role)
    used = openings.keys() | moved.keys()
    chart = Account.objects.filter(Q(role__in=used) & (Q(role=role) if role else Q()))
    return [
        Section(of, code, name, openings.get(of, ZERO), *moved.get(of, (ZERO, ZERO, 0)))
        for of, code, name in chart.order_by("code").values_list("role", "code", "name")
    ]


def _moved(
    since: date, as_of: date, known_at: datetime | None, role: Role | None
) -> dict[str, tuple[Money, Money, int]]:
    """Return role → its debits, its credits, and how many lines they are."""
    found = books.postings(since=since, as_of=as_of, known_at=known_at)
    if role is not None:
        found = found.filter(account__role=role)
    sums = found.values_list("account__role").annotate(Sum("debit"), Sum("credit"), Count("pk"))
    return {of: (debits, credits, lines) for of, debits, credits, lines in sums.order_by()}


def _rows(found: QuerySet[Posting], order: Sequence[str]) -> QuerySet[Posting, Any]:
    return found.order_by(*order).values_list(
        "account__role", "entry_id", "entry__entry_date", "entry__memo", "party", "debit", "credit"
    )


def _net(postings: QuerySet[Posting]) -> Money:
    sums = postings.aggregate(debits=Sum("debit"), credits=Sum("credit"))
    return (sums["debits"] or ZERO) - (sums["credits"] or ZERO)
