"""A report as known at a settled moment is the same bytes for ever, whoever writes meanwhile."""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from itertools import cycle
from random import sample
from threading import Event
from typing import Any

import pytest
from django.db import connections

from accounts.models import Membership
from accounts.tenancy import practice_scope
from ledger.models import KnownPoint
from ledger.selectors import frozen, integrity
from ledger.services import chart, journal, known, periods, totals
from tests.houses import House
from tests.ledger import closing
from tests.ledger.elsewhere import elsewhere
from tests.ledger.events import JANUARY, rent

FEBRUARY_1, MARCH_1 = date(2026, 2, 1), date(2026, 3, 1)
MONTHS = [date(2026, 1, 1), FEBRUARY_1]
QUESTIONS_OF_A_ROUND = 20
REST = 0.02
"""Seconds."""
Seen = dict[tuple[date, datetime], str]


def told(month: date, known_at: datetime) -> str:
    return hashlib.sha256(frozen.statements(month=month, known_at=known_at)).hexdigest()


@pytest.mark.commits
@pytest.mark.parametrize("rounds", [3, pytest.param(40, marks=pytest.mark.long)])
def test_statements_are_the_same_bytes_while_others_post_close_and_reopen(
    practice: House, accountant: Membership, rounds: int
) -> None:
    with practice_scope(practice.id):
        chart.open(by=accountant)
        journal.post(**rent(accountant))
    done, seen = Event(), Seen()
    again: defaultdict[tuple[date, datetime], set[str]] = defaultdict(set)

    def post(on: date) -> None:
        journal.post(**rent(accountant, on=on))

    def write(on: date) -> None:
        for _ in range(4 * rounds):
            with suppress(journal.PeriodClosed):
                elsewhere(pool, practice, partial(post, on)).result()

    def turn() -> None:
        for month in MONTHS * rounds:
            patiently(partial(close, month))
            patiently(totals.drop)
            patiently(partial(closing.reopen, month, by=accountant))

    def patiently(act: Callable[[], Any]) -> None:
        while True:
            with suppress(known.Busy):
                elsewhere(pool, practice, act).result()
                return

    def close(month: date) -> None:
        periods.close(month=month, today=MARCH_1, by=accountant)

    def report() -> None:
        for month in cycle(MONTHS):
            # A rest, so that those who write get their turn on a machine that has others to serve.
            if done.wait(REST):
                break
            if len(seen) < QUESTIONS_OF_A_ROUND * rounds:
                with suppress(known.Busy), practice_scope(practice.id):
                    known_at = known.settle()
                    seen[month, known_at] = told(month, known_at)
            with practice_scope(practice.id):
                for question in [*seen.keys() - again.keys(), *sample([*seen], min(1, len(seen)))]:
                    again[question].add(told(*question))
        connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        reporting = pool.submit(report)
        busy = [pool.submit(write, on) for on in (JANUARY, FEBRUARY_1)] + [pool.submit(turn)]
        try:
            for each in busy:
                each.result(timeout=600)
        finally:
            done.set()
        reporting.result(timeout=60)

    assert len(seen) > 2
    assert again == {question: {answer} for question, answer in seen.items()}
    with practice_scope(practice.id):
        close(MONTHS[0])
        later = {question: told(*question) for question in seen}
        totals.drop()
        without = {question: told(*question) for question in seen}
        assert KnownPoint.objects.count() > len(seen)
        assert list(integrity.findings()) == []
    assert later == without == seen
