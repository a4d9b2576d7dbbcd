"""Posting to the journal. Every scope may call it; nothing is ever edited, only reversed."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import current_scope
from audit.actions import Action
from audit.services import events
from ledger import days
from ledger.chart import CONTROL_ROLES, Role
from ledger.models import CloseKind, JournalEntry
from ledger.money import ZERO, Money
from ledger.selectors import periods

TO_ALL_BUT = "to all but accountants"
"""How the database words a close in which those who keep the books still post."""


class UnbalancedEntry(Exception):
    """The debits of an entry do not equal its credits, or it has fewer than two lines."""


class NotWholeCents(TypeError):
    """A line takes an amount of ``Money``: no float, decimal or bare number."""


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


class WrongCurrency(Exception):
    """The books are kept in one currency, and the voucher is in another."""


class AlreadyReversed(Exception):
    """The entry was reversed before. An entry is reversed at most once."""


class ReversesReversal(Exception):
    """A reversing entry is not reversed in turn: the event is posted again instead."""


CURRENCY = "USD"
CLOSED = re.compile(r"the period (\d{4}-\d{2}) is closed")
COLUMNS = [field.attname for field in JournalEntry._meta.concrete_fields]
AT_ONCE = 1_000
"""Vouchers in one statement of ``post_many``: more are not faster."""


@dataclass(frozen=True, slots=True)
class Line:
    """A posting to be made to the account with this ``role``, in cents.

    Raises:
        NotWholeCents: an amount is no ``Money``.
        NotOneSided: it is not exactly a debit or a credit.
        NoOpenItem: the account is a control account, and ``party`` or ``item`` is missing.
    """

    role: Role
    debit: Money = ZERO
    credit: Money = ZERO
    party: UUID | None = None
    item: UUID | None = None

    def __post_init__(self) -> None:
        if not (isinstance(self.debit, Money) and isinstance(self.credit, Money)):
            raise NotWholeCents(f"{self.role}: an amount is Money, in whole cents.")
        sides = self.debit.cents, self.credit.cents
        if min(sides) != 0 or max(sides) <= 0:
            raise NotOneSided(f"{self.role}: debit {self.debit}, credit {self.credit}")
        if self.role in CONTROL_ROLES and (self.party is None or self.item is None):
            raise NoOpenItem(f"{self.role} needs a party and an open item.")


@dataclass(frozen=True, slots=True)
class Voucher:
    """What one business event asks to be posted; see ``post`` for what its parts mean."""

    source: str
    entry_date: date
    memo: str
    lines: Sequence[Line]
    currency: str = CURRENCY


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
        PeriodClosed, days.DayOutOfRange: ``entry_date`` is in a closed month, or in none.
        NoSuchAccount: the chart was not opened.
    """
    (entry,) = _posted([Voucher(source, entry_date, memo, lines)], by)
    return entry


def post_many(*, vouchers: Sequence[Voucher], by: Membership) -> list[JournalEntry]:
    """Post many entries, or none of them, and return them in the order of their vouchers.

    Each is posted as ``post`` would; one that stands already is left as it is. The log tells of
    each, so keep to some ten thousand in a scope.

    Raises:
        WrongCurrency: a voucher is not in US dollars.
        UnbalancedEntry, SourceReused, PeriodClosed, days.DayOutOfRange, NoSuchAccount: see
            ``post``; of the first voucher for which it is so.
    """
    entries: list[JournalEntry] = []
    with transaction.atomic():
        for first in range(0, len(vouchers), AT_ONCE):
            entries += _posted(vouchers[first : first + AT_ONCE], by)
    return entries


def reverse(
    *, entry: JournalEntry, source: str, entry_date: date, memo: str, by: Membership
) -> JournalEntry:
    """Post the mirror of ``entry``, so that nothing is left of it from ``entry_date`` on.

    Reversing it again from the same ``source`` returns the reversing entry that there is.

    Raises:
        AlreadyReversed: it was reversed before, from another source.
        ReversesReversal: it is a reversing entry itself.
        SourceReused: the source was posted before, and is no reversal of ``entry``.
        PeriodClosed, days.DayOutOfRange: see ``post``.
    """
    if entry.reverses_id is not None:
        raise ReversesReversal(entry.source)
    asked = _asked(source, entry_date, memo, by) | {"reverses": str(entry.pk)}
    (back,) = _sent([asked], Action.ENTRY_REVERSED)
    return back


def _posted(vouchers: Sequence[Voucher], by: Membership) -> list[JournalEntry]:
    asked = []
    for voucher in vouchers:
        _check(voucher)
        fields = _asked(voucher.source, voucher.entry_date, voucher.memo, by)
        asked.append(fields | {"lines": [*map(_line, voucher.lines)], "currency": voucher.currency})
    return _sent(asked, Action.ENTRY_POSTED)


def _check(voucher: Voucher) -> None:
    if voucher.currency != CURRENCY:
        told = f"{voucher.source}: the books are kept in {CURRENCY}, not in {voucher.currency}."
        raise WrongCurrency(told)
    debits = sum(line.debit.cents for line in voucher.lines)
    credits = sum(line.credit.cents for line in voucher.lines)
    if debits != credits or len(voucher.lines) < 2:
        told = f"{voucher.source}: debits {Money(debits)}, credits {Money(credits)}"
        raise UnbalancedEntry(told)


def _asked(source: str, entry_date: date, memo: str, by: Membership) -> dict[str, Any]:
    days.require(entry_date)
    return {
        "id": str(uuid7()),
        "source": source,
        "date": entry_date.isoformat(),
        "memo": memo,
        "by": str(by.pk),
    }


def _line(line: Line) -> dict[str, Any]:
    told = {"role": line.role, "debit": line.debit.cents, "credit": line.credit.cents}
    if line.party is not None:
        told["party"] = str(line.party)
    if line.item is not None:
        told["item"] = str(line.item)
    return told


@dataclass(frozen=True, slots=True)
class _Answer:
    """A row of ledger_post(): what became of one voucher, and the entry that stands for it."""

    place: int
    outcome: str
    entry_id: UUID
    entry_date: date
    memo: str
    posting_count: int
    posted_at: datetime
    posted_by_id: UUID
    reverses_id: UUID | None
    cents: int
    digest: str
    lacks: str


def _sent(asked: list[dict[str, Any]], action: Action) -> list[JournalEntry]:
    """Send vouchers to the server's function, in one round trip, and record what was posted."""
    practice_id = current_scope().practice_id
    entries = []
    for answer in sorted(_answers(asked), key=lambda answer: answer.place):
        voucher = asked[answer.place - 1]
        source = voucher["source"]
        if answer.outcome not in {"POSTED", "REPLAYED"}:
            _refuse(answer, source, date.fromisoformat(voucher["date"]))
        entry = JournalEntry.from_db(
            connection.alias,
            COLUMNS,
            [
                answer.entry_id,
                practice_id,
                source,
                answer.entry_date,
                answer.memo,
                answer.posting_count,
                answer.posted_at,
                answer.posted_by_id,
                answer.reverses_id,
            ],
        )
        entries.append(entry)
        if answer.outcome == "POSTED":
            events.record(
                action,
                target=entry,
                source=source,
                entry_date=voucher["date"],
                postings=answer.posting_count,
                amount_cents=answer.cents,
                digest=answer.digest,
            )
    return entries


def _answers(asked: list[dict[str, Any]]) -> list[_Answer]:
    """Ask the server.

    Raises:
        PeriodClosed: a month was closed since it was looked up, or reopened since this
            transaction began. The transaction, or the caller's savepoint, is lost with it.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM ledger_post(%s::jsonb)", [json.dumps(asked)])
            return [_Answer(*row) for row in cursor.fetchall()]
    except IntegrityError as error:
        closed = CLOSED.search(str(error))
        if closed is None:
            raise
        kind = CloseKind.SOFT if TO_ALL_BUT in str(error) else CloseKind.HARD
        raise _closed(date.fromisoformat(f"{closed[1]}-01"), kind) from None


def _refuse(answer: _Answer, source: str, entry_date: date) -> NoReturn:
    match answer.outcome:
        case "NO_ACCOUNT":
            raise NoSuchAccount(f"The chart has no account for {answer.lacks}.")
        case "CLOSED":
            standing = periods.standing(entry_date)
            raise _closed(entry_date, standing.kind if standing else CloseKind.HARD)
        case "OTHER_LINES":
            raise SourceReused(f"{source} was posted before, with other lines.")
        case "REVERSED":
            raise AlreadyReversed(f"{source}: the entry was reversed before.")
    raise UnbalancedEntry(f"{source}: there is nothing to post.")


def _closed(entry_date: date, kind: str) -> PeriodClosed:
    to_whom = f" {TO_ALL_BUT}" if kind == CloseKind.SOFT else ""
    return PeriodClosed(f"{entry_date:%B %Y} is closed{to_whom}. Choose a date in an open month.")
