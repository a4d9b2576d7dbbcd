"""Any sequence of postings, replays, reversals and closes leaves the books whole."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from ledger.chart import CONTROL_ROLES, NORMAL_SIDE, Role, Side
from ledger.models import JournalEntry
from ledger.money import Money
from ledger.selectors import integrity, reports, subledger
from ledger.selectors.months import first_month
from ledger.services import journal, periods
from ledger.services.journal import Line
from tests.ledger import closing, raw

MONTHS = [date(2026, month, 15) for month in (1, 2, 3)]
PARTIES = [UUID(int=number) for number in (1, 2, 3)]
YEAR_END = date(2026, 12, 31)
OTHER_ROLES = [Role.OPERATING_BANK, Role.STRIPE_CLEARING, Role.SESSION_FEES, Role.RENT]

lines = st.builds(
    lambda role, party, item: {"role": role, "party": PARTIES[party], "item": UUID(int=item)},
    st.sampled_from([*CONTROL_ROLES, *OTHER_ROLES]),
    st.integers(0, 2),
    st.integers(1, 3),
)
steps = st.one_of(
    st.tuples(
        st.just("post"),
        st.sampled_from(MONTHS),
        st.integers(1, 10_000_00),
        st.lists(lines, min_size=1, max_size=4),
        st.lists(lines, min_size=1, max_size=4),
    ),
    st.tuples(st.sampled_from(["replay", "reverse"]), st.integers(0, 99), st.sampled_from(MONTHS)),
    st.tuples(st.sampled_from(["close", "reopen"]), st.sampled_from(MONTHS)),
)


@dataclass
class Model:
    """What the books should say, kept in plain Python beside them."""

    by: Membership
    events: list[dict[str, Any]] = field(default_factory=list)
    reversed: set[str] = field(default_factory=set)
    closed: set[date] = field(default_factory=set)
    nets: Counter[tuple[Role, UUID | None]] = field(default_factory=Counter)

    def post(
        self, on: date, cents: int, debits: list[dict[str, Any]], credits: list[dict[str, Any]]
    ) -> None:
        event: dict[str, Any] = {
            "source": f"event:{len(self.events)}",
            "entry_date": on,
            "memo": "Event",
            "lines": [*shared(cents, debits, "debit"), *shared(cents, credits, "credit")],
            "by": self.by,
        }
        if on in self.closed:
            with pytest.raises(journal.PeriodClosed):
                journal.post(**event)
            return
        journal.post(**event)
        self.events.append(event)
        self._count(event, sign=1)

    def replay(self, number: int, on: date) -> None:
        if self.events:
            event = self.events[number % len(self.events)]
            before = JournalEntry.objects.count()

            assert journal.post(**event).source == event["source"]
            assert JournalEntry.objects.count() == before

    def reverse(self, number: int, on: date) -> None:
        if not self.events:
            return
        event = self.events[number % len(self.events)]
        entry = JournalEntry.objects.get(source=event["source"])
        act = partial(
            journal.reverse,
            entry=entry,
            source=f"void:{len(self.reversed)}",
            entry_date=on,
            memo="Void",
            by=self.by,
        )
        if on in self.closed:
            with pytest.raises(journal.PeriodClosed):
                act()
        elif event["source"] in self.reversed:
            with pytest.raises(journal.AlreadyReversed):
                act()
        else:
            act()
            self.reversed.add(event["source"])
            self._count(event, sign=-1)

    def close(self, month: date) -> None:
        begins = first_month()
        if begins is None or month < begins:
            with pytest.raises(periods.BeforeTheBooks):
                periods.close(month=month, today=YEAR_END, by=self.by)
        elif month not in self.closed:
            periods.close(month=month, today=YEAR_END, by=self.by)
            self.closed.add(month)

    def reopen(self, month: date) -> None:
        if month in self.closed:
            closing.reopen(month, by=self.by)
            self.closed.remove(month)

    def balances(self) -> dict[str, int]:
        """Return debits less credits by account, in cents, where they differ."""
        accounts: Counter[str] = Counter()
        for (role, _), net in self.nets.items():
            accounts[role] += net
        return {role: net for role, net in accounts.items() if net}

    def _count(self, event: dict[str, Any], *, sign: int) -> None:
        for line in event["lines"]:
            self.nets[line.role, line.party] += sign * (line.debit.cents - line.credit.cents)


def shared(cents: int, lines: list[dict[str, Any]], side: str) -> list[Line]:
    """Share an amount out among lines of one side; who would get nothing gets no line."""
    shares = zip(Money(cents).split(len(lines)), lines, strict=True)
    sides: list[dict[str, Any]] = [{side: share} | line for share, line in shares if share]
    return [Line(**line) for line in sides]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(steps, max_size=12))
def test_the_books_say_what_happened(books: Membership, history: list[Any]) -> None:
    model = Model(books)
    with transaction.atomic():
        for verb, *arguments in history:
            getattr(model, verb)(*arguments)
        raw.check_as_at_commit()

        assert list(integrity.findings()) == []
        assert balances() == model.balances()
        for (role, party), net in model.nets.items():
            signed = net if NORMAL_SIDE[role] is Side.DEBIT else -net
            assert subledger.balance(role, party=party) == Money(signed)
        assert not any(subledger.difference(role, as_of=YEAR_END) for role in CONTROL_ROLES)
        transaction.set_rollback(True)


def balances() -> dict[str, int]:
    rows = reports.trial_balance(as_of=YEAR_END).rows
    return {row.role: (row.debit - row.credit).cents for row in rows}
