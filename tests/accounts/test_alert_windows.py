"""Counting within a time: exactly at its ends, and each event told once."""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.alert_windows import Weighed, full, one_each

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEN = timedelta(minutes=10)


def done(seq: int, seconds: float, *things: Hashable) -> Weighed:
    return Weighed(seq, START + timedelta(seconds=seconds), one_each(things or (seq,)))


def told(events: list[Weighed], reaches: int, after: int = 0) -> list[tuple[int, list[int]]]:
    found = full(events, within=TEN, reaches=reaches, after=after)
    return [(event.seq, seqs) for event, seqs in found]


def test_one_less_than_the_limit_is_nothing_and_the_limit_is_one() -> None:
    events = [done(seq, seq) for seq in range(1, 6)]

    assert told(events[:4], 5) == []
    assert told(events, 5) == [(5, [1, 2, 3, 4, 5])]


@pytest.mark.parametrize(("seconds", "counts"), [(600, True), (600.000001, False)])
def test_ten_minutes_apart_count_together_and_a_moment_more_does_not(
    seconds: float, counts: bool
) -> None:
    assert bool(told([done(1, 0), done(2, seconds)], 2)) is counts


def test_the_same_thing_again_counts_once() -> None:
    same = [done(seq, seq, "one") for seq in range(1, 9)]

    assert told(same, 2) == []
    assert told([*same, done(9, 9, "two")], 2) == [(9, list(range(1, 10)))]


def test_a_thing_that_left_the_time_counts_anew() -> None:
    events = [done(1, 0, "a"), done(2, 1, "b"), done(3, 900, "a"), done(4, 901, "c")]

    assert told(events, 3) == []


def test_what_was_told_is_not_told_again() -> None:
    events = [done(seq, seq) for seq in range(1, 8)]

    assert told(events, 5) == [(5, [1, 2, 3, 4, 5]), (6, [6]), (7, [7])]


def test_what_was_read_before_counts_and_raises_nothing_by_itself() -> None:
    events = [done(seq, seq) for seq in range(1, 6)]

    assert told(events, 5, after=4) == [(5, [1, 2, 3, 4, 5])]
    assert told(events, 5, after=5) == []


def test_a_weight_counts_for_as_many() -> None:
    heavy = Weighed(1, START, {1: 4})

    assert told([heavy, done(2, 1)], 5) == [(2, [1, 2])]
