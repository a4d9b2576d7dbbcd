"""Measuring our path and its floor in turn, and what comes of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Literal

Act = Callable[[], object]
Clock = Callable[[], int]

WARM_UP = 20
"""Unmeasured calls of each side: caches, prepared statements and connections are made by then."""

NANOSECONDS = {"us": 1_000, "ms": 1_000_000}


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: so many rounds, with so many calls of each side in each."""

    rounds: int = 8
    calls: int = 100


@dataclass(frozen=True, slots=True)
class Spread:
    """What one side cost, in the figure's unit."""

    median: float
    p95: float
    p99: float | None = None
    """Only of figures whose slowest answers matter."""

    def as_json(self) -> dict[str, float]:
        told = {"median": self.median, "p95": self.p95, "p99": self.p99}
        return {name: round(found, 1) for name, found in told.items() if found is not None}


@dataclass(frozen=True, slots=True)
class Goal:
    """The most that the median of ``ours``, its ``p95``, what is ``added``, or the ``ratio`` may
    come to.
    """

    of: Literal["ours", "p95", "added", "ratio"]
    at_most: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Both sides of one comparison, and how many calls of each were measured."""

    ours: Spread
    floor: Spread
    samples: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What we cost beside a floor. ``size`` says how much data lay underneath."""

    name: str
    size: int
    unit: str
    measured: Measured
    goal: Goal | None = None

    @property
    def added(self) -> float:
        return self.measured.ours.median - self.measured.floor.median

    @property
    def ratio(self) -> float:
        return self.measured.ours.median / self.measured.floor.median

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met; None for a figure without one."""
        if self.goal is None:
            return None
        reached = {
            "ours": self.measured.ours.median,
            "p95": self.measured.ours.p95,
            "added": self.added,
            "ratio": self.ratio,
        }
        return reached[self.goal.of] <= self.goal.at_most

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "size": self.size,
            "unit": self.unit,
            "samples": self.measured.samples,
            "ours": self.measured.ours.as_json(),
            "floor": self.measured.floor.as_json(),
            "added": round(self.added, 1),
            "ratio": round(self.ratio, 2),
            "goal": self.goal.at_most if self.goal else None,
            "goal_of": self.goal.of if self.goal else None,
            "holds": self.holds,
        }


def rounds(
    ours: Act,
    floor: Act,
    *,
    effort: Effort,
    unit: str = "us",
    clock: Clock = time.perf_counter_ns,
    before: Act | None = None,
    warm_up: int | None = None,
) -> Measured:
    """Measure both sides in turn, the other one first in every second round.

    ``before`` sets the scene for each call of ours and is not measured, and neither are the
    first ``warm_up`` calls of each side (``WARM_UP``, if nothing else is said).
    """
    sides: dict[Act, list[int]] = {ours: [], floor: []}
    scenes = {ours: before}
    first = WARM_UP if warm_up is None else warm_up
    for act in sides:
        _timed(act, scenes.get(act), first, clock)
    for number in range(effort.rounds):
        for act in (ours, floor) if number % 2 == 0 else (floor, ours):
            sides[act] += _timed(act, scenes.get(act), effort.calls, clock)
    return Measured(spread(sides[ours], unit), spread(sides[floor], unit), len(sides[ours]))


def _timed(act: Act, before: Act | None, calls: int, clock: Clock) -> list[int]:
    spent = []
    for _ in range(calls):
        if before is not None:
            before()
        began = clock()
        act()
        spent.append(clock() - began)
    return spent


def spread(spent: list[int], unit: str, *, slowest: bool = False) -> Spread:
    """Return what nanoseconds come to in a unit; with the 99th of a hundred if asked for."""
    ordered = sorted(spent)

    def of_hundred(place: int) -> float:
        found = ordered[min(len(ordered) - 1, len(ordered) * place // 100)]
        return found / NANOSECONDS[unit]

    p99 = of_hundred(99) if slowest else None
    return Spread(median(ordered) / NANOSECONDS[unit], of_hundred(95), p99)
