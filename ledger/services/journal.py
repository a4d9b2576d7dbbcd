"""Posting to the journal. Every scope may call it; nothing is ever edited, only reversed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Exists

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from ledger.chart import CONTROL_ROLES, Role
from ledger.models import Account, JournalEntry, Posting
from ledger.money import ZERO, Money
from ledger.selectors import periods


class UnbalancedEntry(Exception):
    """The debits of an entry do not equal its credits, or it has fewer than two lines."""


class NotOneSided(ValueError):
    """A line has to be a debit or a credit of more than zero, and not both."""


class NoOpenItem(ValueError):
    """A line on a control account has to name its party and its open item."""


class NoSuchAccount(Exception):
    """The practice's chart has no account for a role: it was never opened."""


class SourceReused(Exception):
    """A different entry was already posted from this source."""


class PeriodClosed(Exception):
    """The entry is dated in a month that is closed."""


class AlreadyReversed(Exception):
    """The entry was reversed before. An entry is reversed at most once."""


class ReversesReversal(Exception):
    """A reversing entry is not reversed in turn: the event is posted again instead."""


@dataclass(frozen=True, slots=True)
class Line:
    """A posting to be made to the account with this ``role``, in cents.

    Raises:
        NotOneSided: it is not exactly a debit or a credit.
        NoOpenItem: the account is a control account, and ``party`` or ``item`` is missing.
    """

    role: Role
    debit: Money = ZERO
    credit: Money = ZERO
    party: UUID | None = None
    item: UUID | None = None

    def __post_init__(self) -> None:
        if min(self.debit, self.credit) != ZERO or max(self.debit, self.credit) <= ZERO:
            raise NotOneSided(f"{self.role}: debit {self.debit}, credit {self.credit}")
        if self.role in CONTROL_ROLES and (self.party is None or self.item is None):
            raise NoOpenItem(f"{self.role} needs a party and an open item.")


def post(
    *, source: str, entry_date: date, memo: str, lines: Sequence[Line], by: Membership
) -> JournalEntry:
    """Post one balanced entry, in cents, and return it.

    ``source`` names the business event, such as ``"payment:<uuid>"``. Posting the same event
    again returns the entry it already has, whatever its date or memo and even if its month is
    closed by now. ``memo`` says what happened in codes and plain words, never with PHI.

    Raises:
        UnbalancedEntry: debits and credits differ, or there are fewer than two lines.
        SourceReused: the event was posted before, with other lines.
        PeriodClosed: the month of ``entry_date`` is closed.
        NoSuchAccount: the chart was not opened.
    """
    entry = JournalEntry(source=source, entry_date=entry_date, memo=memo, posted_by=by)
    return _post(entry, lines, Action.ENTRY_POSTED)


def reverse(
    *, entry: JournalEntry, source: str, entry_date: date, memo: str, by: Membership
) -> JournalEntry:
    """Post the mirror of ``entry``, so that nothing is left of it from ``entry_date`` on.

    Reversing it again from the same ``source`` returns the reversing entry that there is.

    Raises:
        AlreadyReversed: it was reversed before, from another source.
        ReversesReversal: it is a reversing entry itself.
        SourceReused: the source was posted before, and is no reversal of ``entry``.
        PeriodClosed: the month of ``entry_date`` is closed.
    """
    if entry.reverses_id is not None:
        raise ReversesReversal(entry.source)
    mirror = JournalEntry(
        source=source, entry_date=entry_date, memo=memo, posted_by=by, reverses=entry
    )
    mirrored = [
        Line(line.role, line.credit, line.debit, line.party, line.item) for line in _lines_of(entry)
    ]
    return _post(mirror, mirrored, Action.ENTRY_REVERSED)


def _post(entry: JournalEntry, lines: Sequence[Line], action: Action) -> JournalEntry:
    total = _total(entry.source, lines)
    accounts, is_closed = _accounts(lines, entry.entry_date)
    if is_closed:
        return _replayed_into_closed_period(entry, lines)
    entry.posting_count = len(lines)
    _insert(entry)
    posted = JournalEntry.objects.filter(source=entry.source).first()
    if posted is None:
        raise AlreadyReversed(f"{entry.source}: the entry was reversed before.")
    if posted.pk != entry.pk:
        return _unchanged(posted, entry, lines)
    Posting.objects.bulk_create(
        Posting(
            entry=posted,
            account_id=accounts[line.role],
            debit=line.debit,
            credit=line.credit,
            party=line.party,
            item=line.item,
        )
        for line in lines
    )
    events.record(
        action,
        target=posted,
        source=posted.source,
        entry_date=posted.entry_date.isoformat(),
        postings=posted.posting_count,
        amount_cents=total.cents,
    )
    return posted


def _insert(entry: JournalEntry) -> None:
    """Insert an entry, unless its source stands already.

    Raises:
        PeriodClosed: the month was closed since it was looked up, or reopened since this
            transaction began. The transaction, or the caller's savepoint, is lost with it.
    """
    try:
        JournalEntry.objects.bulk_create([entry], ignore_conflicts=True)
    except IntegrityError as error:
        if "is closed" not in str(error):
            raise
        raise _closed(entry) from None


def _closed(entry: JournalEntry) -> PeriodClosed:
    return PeriodClosed(f"{entry.entry_date:%B %Y} is closed. Choose a date in an open month.")


def _total(source: str, lines: Sequence[Line]) -> Money:
    debits = sum((line.debit for line in lines), ZERO)
    credits = sum((line.credit for line in lines), ZERO)
    if debits != credits or len(lines) < 2:
        raise UnbalancedEntry(f"{source}: debits {debits}, credits {credits}")
    return debits


def _accounts(lines: Sequence[Line], entry_date: date) -> tuple[dict[str, UUID], bool]:
    """Return role → account id, and whether the month is closed, in one query."""
    roles = {line.role for line in lines}
    rows = (
        Account.objects.filter(role__in=roles)
        .annotate(is_closed=Exists(periods.standing_closes(entry_date)))
        .values_list("role", "pk", "is_closed")
    )
    accounts = {role: (pk, is_closed) for role, pk, is_closed in rows}
    if missing := roles - accounts.keys():
        raise NoSuchAccount(f"The chart has no account for {', '.join(sorted(missing))}.")
    return (
        {role: pk for role, (pk, _) in accounts.items()},
        any(is_closed for _, is_closed in accounts.values()),
    )


def _replayed_into_closed_period(entry: JournalEntry, lines: Sequence[Line]) -> JournalEntry:
    posted = JournalEntry.objects.filter(source=entry.source).first()
    if posted is None:
        raise _closed(entry)
    return _unchanged(posted, entry, lines)


def _unchanged(posted: JournalEntry, again: JournalEntry, lines: Sequence[Line]) -> JournalEntry:
    same_lines = Counter(_lines_of(posted)) == Counter(lines)
    if not same_lines or posted.reverses_id != again.reverses_id:
        raise SourceReused(f"{posted.source} was posted before, with other lines.")
    return posted


def _lines_of(entry: JournalEntry) -> list[Line]:
    postings = entry.postings.order_by("pk").values_list(
        "account__role", "debit", "credit", "party", "item"
    )
    return [
        Line(Role(role), debit, credit, party, item)
        for role, debit, credit, party, item in postings
    ]
