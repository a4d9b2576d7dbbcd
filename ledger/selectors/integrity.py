"""Every invariant of the books that can be read from the books alone, checked on live rows.

The database refuses what these look for. They are for what went round it: a superuser, a
restored dump, a bug in a guard.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from accounts.models import Act, Approval
from ledger.chart import CHART, ChartAccount
from ledger.models import (
    Account,
    CloseKind,
    JournalEntry,
    MonthTotal,
    PeriodClose,
    PeriodReopen,
    PeriodSnapshot,
    Posting,
)
from ledger.selectors import frozen, items

ONE_SIDED = Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0)


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant that does not hold, in a sentence, and the rows that show it."""

    invariant: str
    sentence: str
    ids: tuple[UUID, ...]


def findings() -> Iterator[Finding]:
    """Yield what is wrong with the books of the practice in scope: nothing, in sound books."""
    yield from _entries_that_do_not_stand()
    yield from _postings_that_do_not_stand()
    yield from _control_postings_without_item()
    yield from _accounts_that_changed()
    yield from _reversals_that_do_not_mirror()
    yield from _sources_posted_twice()
    yield from _entries_in_closed_periods()
    yield from _closes_that_do_not_stand()


def entry_count() -> int:
    """Return how many entries there are to check."""
    return JournalEntry.objects.count()


def _entries_that_do_not_stand() -> Iterator[Finding]:
    """I-1: two postings or more, all of them there, debits equal to credits."""
    entries = JournalEntry.objects.annotate(
        postings_found=Count("postings"),
        debits=Coalesce(Sum("postings__debit"), 0),
        credits=Coalesce(Sum("postings__credit"), 0),
    ).filter(
        ~Q(debits=F("credits")) | ~Q(postings_found=F("posting_count")) | Q(postings_found__lt=2)
    )
    for entry in entries.order_by("pk"):
        if entry.debits != entry.credits:
            told = f"is out of balance by {entry.debits - entry.credits}"
        else:
            told = f"has {entry.postings_found} of its {entry.posting_count} postings"
        yield Finding("I-1", f"Entry {entry.pk} ({entry.source}) {told}.", (entry.pk,))


def _postings_that_do_not_stand() -> Iterator[Finding]:
    """I-1: a debit or a credit of more than zero, of an entry and an account that exist."""
    for pk in _ids(Posting.objects.exclude(ONE_SIDED)):
        yield Finding("I-1", f"Posting {pk} is not exactly a debit or a credit.", (pk,))
    for pk in _ids(Posting.objects.filter(~_exists(JournalEntry, "entry_id"))):
        yield Finding("I-1", f"Posting {pk} belongs to no entry.", (pk,))
    for pk in _ids(Posting.objects.exclude(entry_date=F("entry__entry_date"))):
        yield Finding("I-1", f"Posting {pk} stands on another day than its entry.", (pk,))
    for pk in _ids(Posting.objects.filter(~_exists(Account, "account_id"))):
        yield Finding("I-1", f"Posting {pk} stands on no account.", (pk,))


def _control_postings_without_item() -> Iterator[Finding]:
    """I-3: with a party and an item on each posting, open items add up to it at any date."""
    nameless = Posting.objects.filter(Q(party=None) | Q(item=None), account__is_control=True)
    for pk, code in nameless.order_by("pk").values_list("pk", "account__code"):
        yield Finding("I-3", f"Posting {pk} is in no open item of account {code}.", (pk,))


def _accounts_that_changed() -> Iterator[Finding]:
    """I-3: an account is what its role says, so that its subledger is the one that is read."""
    chart = {str(account.role): account for account in CHART}
    for account in Account.objects.order_by("code"):
        if _nature(account) != _chart_nature(chart.get(account.role)):
            yield Finding(
                "I-3", f"Account {account.code} is not what its role says.", (account.pk,)
            )


def _nature(account: Account) -> tuple[str, str, bool]:
    return account.kind, account.normal_side, account.is_control


def _chart_nature(account: ChartAccount | None) -> tuple[str, str, bool] | None:
    return account and (account.type.kind, account.type.normal_side, account.is_control)


def _reversals_that_do_not_mirror() -> Iterator[Finding]:
    """I-5: reversed at most once, never a reversal, and nothing left of both."""
    twice = (
        JournalEntry.objects.exclude(reverses=None).values_list("reverses").annotate(n=Count("pk"))
    )
    for pk, times in twice.filter(n__gt=1).order_by("reverses"):
        yield Finding("I-5", f"Entry {pk} is reversed {times} times.", (pk,))
    for pk in _ids(JournalEntry.objects.filter(reverses__reverses__isnull=False)):
        yield Finding("I-5", f"Entry {pk} reverses a reversal.", (pk,))
    is_reversed = Exists(JournalEntry.objects.filter(reverses=OuterRef("entry_id")))
    left = (
        Posting.objects.filter(Q(entry__reverses__isnull=False) | is_reversed)
        .annotate(original=Coalesce("entry__reverses_id", "entry_id"))
        .values_list("original", "account", "party", "item")
        .annotate(debits=Sum("debit"), credits=Sum("credit"))
        .exclude(debits=F("credits"))
        .order_by("original", "account")
    )
    for original, *_, debits, credits in left:
        what = f"{abs(debits - credits)} is left of entry {original} and its reversal"
        yield Finding("I-5", f"{what} on one account.", (original,))


def _sources_posted_twice() -> Iterator[Finding]:
    """I-6: a business event is posted once."""
    sources = JournalEntry.objects.values_list("source").annotate(n=Count("pk")).filter(n__gt=1)
    for source, _ in sources.order_by("source"):
        ids = tuple(_ids(JournalEntry.objects.filter(source=source)))
        yield Finding("I-6", f"The event {source} is posted {len(ids)} times.", ids)


def _entries_in_closed_periods() -> Iterator[Finding]:
    """I-10: nothing dated inside a month was posted while it was closed to everybody.

    Asked close by close: there are few of them, and each asks the index for its month alone.
    """
    taken_back = PeriodReopen.objects.filter(close=OuterRef("pk")).order_by("reopened_at")
    closes = (
        PeriodClose.objects.filter(kind=CloseKind.HARD)
        .annotate(until=Subquery(taken_back.values("reopened_at")[:1]))
        .select_related("period")
    )
    for close in closes.order_by("period__month", "closed_at"):
        first = close.period.month
        entries = JournalEntry.objects.filter(
            entry_date__gte=first,
            entry_date__lt=(first + timedelta(days=31)).replace(day=1),
            posted_at__gte=close.closed_at,
        )
        if close.until is not None:
            entries = entries.filter(posted_at__lt=close.until)
        for entry in entries.order_by("pk"):
            told = f"was posted into {entry.entry_date:%B %Y} after it was closed"
            yield Finding("I-10", f"Entry {entry.pk} ({entry.source}) {told}.", (entry.pk,))


def _closes_that_do_not_stand() -> Iterator[Finding]:
    """I-9, I-10: a closed month says what it said, and was reopened by two people."""
    frozen_closes = PeriodSnapshot.objects.filter(close=OuterRef("pk"))
    bare = PeriodClose.objects.filter(~Exists(frozen_closes), kind=CloseKind.HARD)
    for close in bare.select_related("period").order_by("pk"):
        yield Finding("I-9", f"The close of {close.period} froze no statements.", (close.pk,))
    kept: defaultdict[UUID, dict[str, tuple[int, int]]] = defaultdict(dict)
    sums = MonthTotal.objects.values_list("close", "account__role", "debit", "credit")
    for pk, role, debit, credit in sums:
        kept[pk][role] = debit.cents, credit.cents
    for remade in frozen.remake_all():
        snapshot, month = remade.snapshot, remade.snapshot.close.period
        content = bytes(snapshot.content)
        if content != remade.content or frozen.fingerprint(content) != snapshot.sha256:
            told = f"The statements of {month} are not those of its close."
            yield Finding("I-9", told, (snapshot.pk,))
        if kept.get(snapshot.close_id, remade.sums) != remade.sums:
            told = f"The totals of {month} are not what was posted."
            yield Finding("I-9", told, (snapshot.close_id,))
    for item in items.wrong():
        yield Finding("I-9", f"The sums of open item {item} are not what was posted.", (item,))
    alone = PeriodReopen.objects.exclude(
        approval__act=Act.REOPENING,
        approval__subject_id=F("close"),
        approval__decision=Approval.Decision.APPROVED,
        approval__asked_by=F("reopened_by"),
    )
    for reopen in alone.select_related("close__period").order_by("pk"):
        told = f"{reopen.close.period} was reopened without a second person."
        yield Finding("I-10", told, (reopen.pk,))


def _exists(model: type[Model], key: str) -> Exists:
    return Exists(model._default_manager.filter(pk=OuterRef(key)))


def _ids(rows: QuerySet[Any]) -> list[UUID]:
    return list(rows.order_by("pk").values_list("pk", flat=True))
