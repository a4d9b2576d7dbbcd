"""Counting what a person did within a time: pure, so that a test can say when things happened."""

from collections import Counter, deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

Weights = Mapping[Hashable, int]
"""What an event adds. A thing that several events of the time name counts once."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An event and what it adds to the count."""

    seq: int
    at: datetime
    weights: Weights


def one_each(things: Collection[Hashable]) -> Weights:
    """Return weights by which every different thing counts as one."""
    return dict.fromkeys(things, 1)


def full(
    found: Iterable[Weighed], *, within: timedelta, reaches: int, after: int
) -> Iterator[tuple[Weighed, list[int]]]:
    """Yield each event behind the one numbered ``after`` at which one person's count of the time
    before it reaches a number, with the numbers of the events that made it so.

    ``found`` is of one person and in order. Two events that are exactly ``within`` apart count
    together. A number is yielded once only, with the first event that made it count.
    """
    window: deque[Weighed] = deque()
    held: Counter[Hashable] = Counter()
    weight: dict[Hashable, int] = {}
    told = 0
    for event in found:
        window.append(event)
        for thing, adds in event.weights.items():
            held[thing] += 1
            weight[thing] = adds
        while event.at - window[0].at > within:
            for thing in window.popleft().weights:
                held[thing] -= 1
                if not held[thing]:
                    del held[thing], weight[thing]
        if event.seq > after and sum(weight.values()) >= reaches:
            yield event, [each.seq for each in window if each.seq > told]
            told = event.seq
