"""A ledger beside a model of it in plain Python, driven by steps that Hypothesis chooses.

Every step is a committed scope of its own, and some are several scopes at the same moment. After
each step both say the same; in the end every invariant holds, on the log too.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from accounts.tenancy import Scope, practice_scope
from audit.selectors import chain
from ledger.chart import CONTROL_ROLES, NORMAL_SIDE, Role, Side
from ledger.models import JournalEntry
from ledger.money import ZERO, Money
from ledger.selectors import books, integrity, logged, reports, subledger
from ledger.services import chart, journal, known, periods
from ledger.services.journal import Line, Voucher
from tests import houses
from tests.houses import House
from tests.ledger import closing
from tests.ledger.elsewhere import elsewhere

MONTHS = [date(2026, month, 15) for month in (1, 2, 3)]
DATES = [date(2026, month, day) for month in (1, 2, 3) for day in (1, 28)]
YEAR_END = date(2026, 12, 31)
PARTIES = [UUID(int=number) for number in (1, 2, 3)]
ITEMS = [UUID(int=number) for number in (11, 12, 13)]
ROLES = [*CONTROL_ROLES, Role.OPERATING_BANK, Role.SESSION_FEES, Role.RENT]

Balances = dict[str, int]


@dataclass
class Posted:
    """An entry as the model knows it."""

    voucher: Voucher
    entry: JournalEntry
    is_reversal: bool = False
    is_reversed: bool = False


@dataclass
class Model:
    """What the books should say."""

    posted: list[Posted] = field(default_factory=list)
    closed: set[date] = field(default_factory=set)
    settled: list[tuple[datetime, reports.TrialBalance]] = field(default_factory=list)

    def balances(self, as_of: date, known_at: datetime | None = None) -> Balances:
        """Return debits less credits by account, where they differ, in cents."""
        nets: Counter[str] = Counter()
        for kept in self.posted:
            is_known = known_at is None or kept.entry.posted_at <= known_at
            if is_known and kept.voucher.entry_date <= as_of:
                for line in kept.voucher.lines:
                    nets[line.role] += line.debit.cents - line.credit.cents
        return {role: net for role, net in nets.items() if net}

    def owed(self, role: Role, party: UUID) -> int:
        return sum(
            line.debit.cents - line.credit.cents
            for kept in self.posted
            for line in kept.voucher.lines
            if (line.role, line.party) == (role, party)
        )


def lines_of_one_side(side: str, cents: int, chosen: list[tuple[Role, UUID, UUID]]) -> list[Line]:
    """Share an amount out among accounts; who would get nothing gets no line."""
    shares = zip(Money(cents).split(len(chosen)), chosen, strict=True)
    return [
        Line(role, *((share, ZERO) if side == "debit" else (ZERO, share)), party, item)
        for share, (role, party, item) in shares
        if share
    ]


accounts = st.lists(
    st.tuples(st.sampled_from(ROLES), st.sampled_from(PARTIES), st.sampled_from(ITEMS)),
    min_size=1,
    max_size=3,
)
entries = st.builds(
    lambda on, cents, debits, credits: Voucher(
        source="",
        entry_date=on,
        memo="Event",
        lines=[
            *lines_of_one_side("debit", cents, debits),
            *lines_of_one_side("credit", cents, credits),
        ],
    ),
    st.sampled_from(DATES),
    st.integers(1, 1_000_00),
    accounts,
    accounts,
)


class Ledger(RuleBasedStateMachine):
    """The steps. ``taken`` counts them over all histories."""

    taken = 0

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.numbers = count()
        self.practice = found()
        with self.scope():
            self.by = self.practice.people["accountant"]
            chart.open(by=self.by)

    def scope(self) -> AbstractContextManager[Scope]:
        type(self).taken += 1
        return practice_scope(self.practice.id)

    @rule(entry=entries)
    def post(self, entry: Voucher) -> None:
        asked = self.named(entry)
        if self.is_closed(asked.entry_date):
            with pytest.raises(journal.PeriodClosed), self.scope():
                self.write(asked)
        else:
            with self.scope():
                self.model.posted.append(Posted(asked, self.write(asked)))
        self.compare()

    @rule(batch=st.lists(entries, max_size=4))
    def post_many(self, batch: list[Voucher]) -> None:
        asked = [self.named(entry) for entry in batch]
        if any(self.is_closed(entry.entry_date) for entry in asked):
            with pytest.raises(journal.PeriodClosed), self.scope():
                journal.post_many(vouchers=asked, by=self.by)
        else:
            with self.scope():
                stand = journal.post_many(vouchers=asked, by=self.by)
            self.model.posted += map(Posted, asked, stand)
        self.compare()

    @precondition(lambda self: any(not kept.is_reversal for kept in self.model.posted))
    @rule(place=st.integers(0, 999), is_same=st.booleans())
    def repeat(self, place: int, is_same: bool) -> None:
        kept = self.chosen(place)
        if is_same:
            with self.scope():
                assert self.write(kept.voucher) == kept.entry
        else:
            lines = [*kept.voucher.lines, Line(Role.RENT, debit=Money(1))]
            lines.append(Line(Role.OPERATING_BANK, credit=Money(1)))
            other = Voucher(kept.voucher.source, kept.voucher.entry_date, "Other", lines)
            with pytest.raises(journal.SourceReused), self.scope():
                self.write(other)
        self.compare()

    @precondition(lambda self: bool(self.model.posted))
    @rule(place=st.integers(0, 999), on=st.sampled_from(DATES))
    def reverse(self, place: int, on: date) -> None:
        kept = self.model.posted[place % len(self.model.posted)]
        source = f"void:{next(self.numbers)}"
        refusal = self.refusal_to_reverse(kept, on)
        if refusal is not None:
            with pytest.raises(refusal), self.scope():
                self.take_back(kept, source, on)
        else:
            with self.scope():
                back = self.take_back(kept, source, on)
            self.remember_reversal(kept, back)
        self.compare()

    @rule(month=st.sampled_from(MONTHS))
    def close(self, month: date) -> None:
        if month in self.model.closed:
            with pytest.raises(periods.AlreadyClosed), self.scope():
                periods.close(month=month, today=YEAR_END, by=self.by)
        elif not self.has_begun(month):
            with pytest.raises(periods.BeforeTheBooks), self.scope():
                periods.close(month=month, today=YEAR_END, by=self.by)
        else:
            with self.scope():
                periods.close(month=month, today=YEAR_END, by=self.by)
            self.model.closed.add(month)

    @rule(month=st.sampled_from(MONTHS))
    def reopen(self, month: date) -> None:
        if month in self.model.closed:
            with self.scope():
                closing.reopen(month, by=self.by)
            self.model.closed.remove(month)
        else:
            with pytest.raises(periods.NotClosed), self.scope():
                closing.reopen(month, by=self.by)

    @rule()
    def settle(self) -> None:
        with self.scope():
            moment = known.settle()
            told = reports.trial_balance(as_of=YEAR_END, known_at=moment)
        self.model.settled.append((moment, told))
        assert balances(told) == self.model.balances(YEAR_END)

    @precondition(lambda self: bool(self.model.settled))
    @rule(place=st.integers(0, 999), as_of=st.sampled_from(DATES))
    def read_again(self, place: int, as_of: date) -> None:
        """What was known at a settled moment is said for ever, of any date."""
        moment, told = self.model.settled[place % len(self.model.settled)]
        with self.scope():
            books.require_settled(moment)
            again = reports.trial_balance(as_of=YEAR_END, known_at=moment)
            of_a_day = reports.trial_balance(as_of=as_of, known_at=moment)
        assert again == told
        assert balances(of_a_day) == self.model.balances(as_of, known_at=moment)

    @rule(entry=entries, other=entries)
    def post_at_once(self, entry: Voucher, other: Voucher) -> None:
        """Two writers post the same event, a third another one, and a fourth settles."""
        same, another = self.named(entry), self.named(other)
        with ThreadPoolExecutor(4) as pool:
            sides = [
                elsewhere(pool, self.practice, self.try_to_post(asked))
                for asked in (same, same, another)
            ]
            settling = elsewhere(pool, self.practice, settle_if_possible)
            stand = [side.result(60) for side in sides]
            moment = settling.result(60)
        type(self).taken += 4
        assert stand[0] == stand[1]
        for asked, found_entry in ((same, stand[0]), (another, stand[2])):
            assert (found_entry is None) == self.is_closed(asked.entry_date)
            if found_entry is not None:
                self.model.posted.append(Posted(asked, found_entry))
        if moment is not None:
            with self.scope():
                told = reports.trial_balance(as_of=YEAR_END, known_at=moment)
            assert balances(told) == self.model.balances(YEAR_END, known_at=moment)
            self.model.settled.append((moment, told))
        self.compare()

    @precondition(lambda self: any(not kept.is_reversal for kept in self.model.posted))
    @rule(place=st.integers(0, 999), on=st.sampled_from(DATES))
    def reverse_at_once(self, place: int, on: date) -> None:
        """Two writers reverse the same entry from two events: one of them does."""
        kept = self.chosen(place)
        if self.refusal_to_reverse(kept, on) is not None:
            return
        sources = [f"void:{next(self.numbers)}" for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            sides = [
                elsewhere(pool, self.practice, self.try_to_take_back(kept, source, on))
                for source in sources
            ]
            backs = [back for side in sides if (back := side.result(60)) is not None]
        type(self).taken += 2
        (back,) = backs
        self.remember_reversal(kept, back)
        self.compare()

    def teardown(self) -> None:
        with self.scope():
            assert list(integrity.findings()) == []
            assert list(logged.findings()) == []
            assert chain.verify(self.practice.id) is None
            for role in CONTROL_ROLES:
                assert not subledger.difference(role, as_of=YEAR_END)
                for party in PARTIES:
                    owed = self.model.owed(role, party)
                    signed = owed if NORMAL_SIDE[role] is Side.DEBIT else -owed
                    assert subledger.balance(role, party=party) == Money(signed)

    def compare(self) -> None:
        with self.scope():
            assert JournalEntry.objects.count() == len(self.model.posted)
            told = reports.trial_balance(as_of=YEAR_END)
        assert balances(told) == self.model.balances(YEAR_END)

    def named(self, entry: Voucher) -> Voucher:
        source = f"event:{next(self.numbers)}"
        return Voucher(source, entry.entry_date, entry.memo, entry.lines)

    def write(self, asked: Voucher) -> JournalEntry:
        return journal.post(
            source=asked.source,
            entry_date=asked.entry_date,
            memo=asked.memo,
            lines=asked.lines,
            by=self.by,
        )

    def try_to_post(self, asked: Voucher) -> Callable[[], JournalEntry | None]:
        def act() -> JournalEntry | None:
            try:
                return self.write(asked)
            except journal.PeriodClosed:
                return None

        return act

    def take_back(self, kept: Posted, source: str, on: date) -> JournalEntry:
        return journal.reverse(
            entry=kept.entry, source=source, entry_date=on, memo="Void", by=self.by
        )

    def try_to_take_back(
        self, kept: Posted, source: str, on: date
    ) -> Callable[[], JournalEntry | None]:
        def act() -> JournalEntry | None:
            try:
                return self.take_back(kept, source, on)
            except journal.AlreadyReversed:
                return None

        return act

    def remember_reversal(self, kept: Posted, back: JournalEntry) -> None:
        kept.is_reversed = True
        lines = [
            Line(line.role, line.credit, line.debit, line.party, line.item)
            for line in kept.voucher.lines
        ]
        mirror = Voucher(back.source, back.entry_date, back.memo, lines)
        self.model.posted.append(Posted(mirror, back, is_reversal=True))

    def refusal_to_reverse(self, kept: Posted, on: date) -> type[Exception] | None:
        if kept.is_reversal:
            return journal.ReversesReversal
        if self.is_closed(on):
            return journal.PeriodClosed
        return journal.AlreadyReversed if kept.is_reversed else None

    def chosen(self, place: int) -> Posted:
        """Return one of the entries that are no reversal."""
        plain = [kept for kept in self.model.posted if not kept.is_reversal]
        return plain[place % len(plain)]

    def has_begun(self, month: date) -> bool:
        days = [kept.voucher.entry_date for kept in self.model.posted]
        return bool(days) and min(days).replace(day=1) <= month

    def is_closed(self, on: date) -> bool:
        return on.replace(day=15) in self.model.closed


def settle_if_possible() -> datetime | None:
    """Settle, unless somebody posts for too long, as a crowded machine makes them."""
    try:
        return known.settle()
    except known.Busy:
        return None


def balances(told: reports.TrialBalance) -> Balances:
    return {row.role: (row.debit - row.credit).cents for row in told.rows}


def found() -> House:
    """Found a practice for one history, with people of whom two can reopen a month."""
    slug = f"history-{uuid4().hex[:12]}"
    return houses.found(slug, slug)
