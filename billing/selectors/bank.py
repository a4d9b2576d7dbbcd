"""Reads of bank lines: which are in the books, which could be, and why the two differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Min, OuterRef, QuerySet, Sum

from billing.models import BankFile, BankLine, BankMatch
from ledger.money import ZERO, Money
from ledger.selectors import account_moves
from ledger.selectors.categories import Chosen

DAYS_APART = 7
"""How far the bank's date and the books' may lie apart where a match is offered."""

OFFERED = 3
SHOWN = 200
FILES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Moved:
    """A posting of the account, as somebody may match it."""

    pk: UUID
    entry_id: UUID
    entry_date: date
    memo: str
    amount: Money
    days_apart: int = 0


@dataclass(frozen=True, slots=True)
class LineRow:
    """A bank line that is not matched, with the postings that it could be, the closest first."""

    pk: UUID
    booked_on: date
    words: str
    amount: Money
    offers: list[Moved]

    @property
    def left(self) -> bool:
        """Whether money left by it."""
        return self.amount < ZERO


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A bank line that is matched, and to what."""

    line_id: UUID
    booked_on: date
    words: str
    amount: Money
    entry_id: UUID
    entry_date: date
    memo: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Two days between whose balances the bank moved ``missing`` more than its lines say."""

    since: date
    until: date
    missing: Money


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The bank's balance beside the books' at the end of a day, and the difference in parts.

    ``before`` is what the two differed by before the first bank line, as the oldest balance of the
    bank fixes it; ``other_side`` what is matched, but on the two sides of that day. The parts add
    up to the difference exactly, unless the bank's balances and its lines do not fit: ``gaps``.
    """

    on: date
    bank: Money
    books: Money
    before: Money
    only_bank: Money
    only_books: Money
    other_side: Money
    gaps: list[Gap]

    @property
    def difference(self) -> Money:
        return self.bank - self.books

    @property
    def minus_only_books(self) -> Money:
        return -self.only_books

    @property
    def explained(self) -> Money:
        return self.before + self.only_bank - self.only_books + self.other_side

    @property
    def unexplained(self) -> Money:
        """What the bank's own balances say beside its lines."""
        return self.difference - self.explained


def unmatched_lines(account_id: UUID) -> QuerySet[BankLine]:
    """Return the lines of an account that are not in the books yet, the newest first."""
    rows = BankLine.objects.filter(~Exists(_matches("line")), account=account_id)
    return rows.order_by("-booked_on", "-id")


def unmatched_postings(account_id: UUID) -> QuerySet[Any]:
    """Return the postings of an account that no bank line confirms."""
    return account_moves.of(account_id).filter(~Exists(_matches("posting")))


def with_offers(account_id: UUID, lines: Sequence[BankLine]) -> list[LineRow]:
    """Return lines with the postings that they could be: same amount, at most a week apart."""
    if not lines:
        return []
    span = timedelta(days=DAYS_APART)
    near = account_moves.whole(unmatched_postings(account_id)).filter(
        moved__in={line.amount for line in lines},
        entry_date__gte=min(line.booked_on for line in lines) - span,
        entry_date__lte=max(line.booked_on for line in lines) + span,
    )
    by_amount: dict[Money, list[Any]] = {}
    for posting in near.order_by("entry_date", "pk"):
        by_amount.setdefault(posting.moved, []).append(posting)
    return [
        LineRow(
            line.pk,
            line.booked_on,
            line.words,
            line.amount,
            _offers(line, by_amount.get(line.amount, [])),
        )
        for line in lines
    ]


def only_in_books(account_id: UUID, *, since: date, until: date) -> list[Moved]:
    """Return the postings of some days that no bank line confirms; what was undone is left out."""
    rows = list(
        unmatched_postings(account_id)
        .filter(entry_date__gte=since, entry_date__lte=until)
        .order_by("-entry_date", "-pk")
    )
    entries = {row.entry_id for row in rows}
    undone = {row.entry.reverses_id for row in rows} & entries
    return [
        _moved(row)
        for row in rows
        if row.entry_id not in undone and row.entry.reverses_id not in undone
    ]


def matched(account_id: UUID) -> QuerySet[Any]:
    """Return the standing matches of an account, the newest line first."""
    rows = BankMatch.objects.filter(undone_at=None, line__account=account_id)
    return rows.select_related("line", "posting__entry").order_by("-line__booked_on", "-id")


def shown(matches: Sequence[BankMatch]) -> list[MatchRow]:
    """Return matches as a list shows them."""
    return [
        MatchRow(
            row.line_id,
            row.line.booked_on,
            row.line.words,
            row.line.amount,
            row.posting.entry_id,
            row.posting.entry_date,
            row.posting.entry.memo,
        )
        for row in matches
    ]


def first_day(account_id: UUID) -> date | None:
    """Return the day of the first bank line of an account, or None."""
    return BankLine.objects.filter(account=account_id).aggregate(first=Min("booked_on"))["first"]  # type: ignore[no-any-return]  # a DateField's


def reconciliation(account: Chosen) -> Reconciliation | None:
    """Return the bank's newest closing balance beside the books', or None before there is one."""
    closings = _closings(account.id)
    if not closings:
        return None
    on, bank = closings[-1]
    oldest_on, oldest = closings[0]
    moved = _moved_by_day(account.id, until=on)
    at_first = oldest - _sum_between(moved, date.min, oldest_on)
    first = min([on, *moved])
    lines = BankLine.objects.filter(account=account.id, booked_on__lte=on)
    postings = unmatched_postings(account.id).filter(entry_date__lte=on)
    earlier = postings.filter(entry_date__lt=first)
    both = BankMatch.objects.filter(undone_at=None, line__account=account.id)
    later_in_books = both.filter(line__booked_on__lte=on, posting__entry_date__gt=on)
    later_at_bank = both.filter(line__booked_on__gt=on, posting__entry_date__lte=on)
    return Reconciliation(
        on=on,
        bank=bank,
        books=account_moves.total(account_moves.of(account.id), until=on),
        before=at_first - account_moves.total(earlier),
        only_bank=_sum(lines.filter(~Exists(_matches("line")))),
        only_books=account_moves.total(postings.filter(entry_date__gte=first)),
        other_side=_sum_of_lines(later_in_books) - _sum_of_lines(later_at_bank),
        gaps=_gaps(closings, moved),
    )


def files_of(account_id: UUID) -> list[BankFile]:
    """Return the last files of an account, without what is in them."""
    rows = BankFile.objects.filter(account=account_id).defer("content")
    return list(rows.select_related("uploaded_by").order_by("-uploaded_at", "-id")[:FILES_SHOWN])


def standing_match(line: BankLine) -> BankMatch | None:
    """Return the match of a line that was not undone, or None."""
    return BankMatch.objects.filter(line=line, undone_at=None).first()


def is_confirmed(entry_id: UUID) -> bool:
    """Say whether a bank line confirms something that an entry posted."""
    return BankMatch.objects.filter(posting__entry=entry_id, undone_at=None).exists()


def _matches(side: str) -> QuerySet[BankMatch]:
    return BankMatch.objects.filter(**{side: OuterRef("pk")}, undone_at=None)


def _offers(line: BankLine, postings: Sequence[Any]) -> list[Moved]:
    near = [_moved(row, abs((row.entry_date - line.booked_on).days)) for row in postings]
    close = [row for row in near if row.days_apart <= DAYS_APART]
    return sorted(close, key=lambda row: (row.days_apart, row.pk))[:OFFERED]


def _moved(row: Any, days_apart: int = 0) -> Moved:
    return Moved(row.pk, row.entry_id, row.entry_date, row.entry.memo, row.moved, days_apart)


def _closings(account_id: UUID) -> list[tuple[date, Money]]:
    """Return the bank's balances, the oldest first; of one day's the last that was said counts."""
    files = BankFile.objects.filter(account=account_id, is_taken_in=True, closing_on__isnull=False)
    rows = files.order_by("closing_on", "finished_at", "id")
    said: list[tuple[Any, Any]] = list(rows.values_list("closing_on", "closing_balance"))
    return list(dict(said).items())


def _moved_by_day(account_id: UUID, *, until: date) -> dict[date, Money]:
    rows = BankLine.objects.filter(account=account_id, booked_on__lte=until).order_by("booked_on")
    return dict(
        rows.values("booked_on").annotate(sum=Sum("amount")).values_list("booked_on", "sum")
    )


def _sum_between(moved: dict[date, Money], after: date, until: date) -> Money:
    return sum((each for on, each in moved.items() if after < on <= until), ZERO)


def _gaps(closings: Sequence[tuple[date, Money]], moved: dict[date, Money]) -> list[Gap]:
    """Return between which balances the lines do not add up: a file is missing, or one is wrong."""
    gaps = []
    for (since, before), (until, after) in pairwise(closings):
        missing = after - before - _sum_between(moved, since, until)
        if missing:
            gaps.append(Gap(since, until, missing))
    return gaps


def _sum(lines: QuerySet[BankLine]) -> Money:
    return lines.order_by().aggregate(sum=Sum("amount"))["sum"] or ZERO


def _sum_of_lines(matches: QuerySet[BankMatch]) -> Money:
    return matches.aggregate(sum=Sum(F("line__amount")))["sum"] or ZERO
