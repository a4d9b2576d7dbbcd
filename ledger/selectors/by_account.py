"""The books account by account: what stood there before, each line, and what stands there after."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from ledger.chart import Role
from ledger.models import Posting
from ledger.money import ZERO, Money
from ledger.selectors import books, totals


@dataclass(frozen=True, slots=True)
class Section:
    """One account over a time. Balances are debits less credits; ``count`` is of its lines."""

    id: UUID
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
        lines: list[Line] = []
        at = 0
        chosen: list[tuple[Section, int, int]] = []
        for section in self.sections:
            if at < end and at + section.count > start:
                chosen.append((section, max(start - at, 0), min(end - at, section.count)))
            at += section.count
        for section, balance, rows in self._read(chosen):
            for entry_id, on, memo, party, debit, credit in rows:
                balance += debit - credit
                lines.append(Line(section, entry_id, on, memo, party, debit, credit, balance))
        return lines

    def _read(
        self, chosen: Sequence[tuple[Section, int, int]]
    ) -> Iterator[tuple[Section, Money, list[Any]]]:
        """Yield each section with the balance before its first line that was chosen, and its lines.

        ``chosen`` names of each section the first line, and the one after the last. Only the first
        section can begin in its middle, so that two questions find all of it.
        """
        if not chosen:
            return
        section, first, _ = chosen[0]
        cut, before, balance = self._cut(section, first) if first else (Q(), 0, section.opening)
        asked = [self._found(each)[:last] for each, _, last in chosen[1:]]
        head = self._found(section).filter(cut)[: chosen[0][2] - before]
        read: defaultdict[str, list[Any]] = defaultdict(list)
        for role, *row in head.union(*asked, all=True) if asked else head:
            read[role].append(row)
        for place, (each, _, _) in enumerate(chosen):
            rows = sorted(read[each.role], key=lambda row: (row[1], row[0], -row[4], row[6]))
            skipped = [] if place else rows[: first - before]
            opening = each.opening if place else balance + _net(skipped)
            yield each, opening, [row[:6] for row in rows[len(skipped) :]]

    def _cut(self, section: Section, first: int) -> tuple[Q, int, Money]:
        """Return where the entry of a line begins, how many lines lie before, the balance there.

        The lines before it are counted and summed by the index alone.
        """
        of = self._of(section)
        on, entry_id = of.order_by("entry_date", "entry_id").values_list("entry_date", "entry_id")[
            first
        ]
        before = Q(entry_date__lt=on) | Q(entry_date=on, entry_id__lt=entry_id)
        sums = of.filter(before, entry_date__lte=on).aggregate(
            debits=Sum("debit"), credits=Sum("credit"), count=Count("*")
        )
        net = (sums["debits"] or ZERO) - (sums["credits"] or ZERO)
        return Q(~before, entry_date__gte=on), sums["count"], section.opening + net

    def _found(self, section: Section) -> QuerySet[Posting, Any]:
        return (
            self._of(section)
            .order_by(*books.IN_ORDER)
            .values_list(
                "account__role",
                "entry_id",
                "entry_date",
                "entry__memo",
                "party",
                "debit",
                "credit",
                "pk",
            )
        )

    def _of(self, section: Section) -> QuerySet[Posting]:
        found = books.postings(since=self.since, as_of=self.as_of, known_at=self.known_at)
        return found.filter(account=section.id)


def sections(
    *, since: date, as_of: date, known_at: datetime | None = None, role: Role | None = None
) -> list[Section]:
    """Return the accounts with a balance before or a line in a time, in chart order; or of one."""
    before = since - timedelta(days=1) if since > date.min else None
    opened = (
        totals.sums(since=None, as_of=before, known_at=known_at, role=role)
        if before is not None
        else []
    )
    openings = {each.role: each.net for each in opened}
    return [
        Section(
            each.id,
            each.role,
            each.code,
            each.name,
            openings.get(each.role, ZERO),
            each.debits,
            each.credits,
            each.count,
        )
        for each in totals.sums(since=since, as_of=as_of, known_at=known_at, role=role)
        if each.count or openings.get(each.role, ZERO)
    ]


def _net(rows: Iterable[Any]) -> Money:
    return sum((debit - credit for *_, debit, credit, _ in rows), ZERO)
