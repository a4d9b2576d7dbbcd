"""Switches for what goes wrong, set over the control surface and forgotten at a restart."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import TypeVar

from config.dev.stripe_simulator.messages import Object

# What an API call can meet, and when: before or after it has taken effect, or slowly.
KINDS = ("reset", "cut", "stall", "500", "429", "slow")
MOMENTS = ("before", "after")
WEBHOOK_KINDS = ("drop", "duplicate", "reorder", "withhold")


@dataclass(slots=True)
class Fault:
    """One switch: `times` calls meet it (None: until cleared), each with `chance`."""

    kind: str
    moment: str = "before"
    times: int | None = 1
    method: str = ""
    path: str = ""
    seconds: float = 30.0
    chance: float = 1.0

    def meets(self, method: str, path: str) -> bool:
        return self.method in ("", method) and fnmatchcase(path, f"{self.path}*")


class Faults:
    """Switches of the API, in the order in which they were set."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._random = random.Random(0)  # noqa: S311 (repeatable faults, not secrets)

    def add(self, fault: Fault, seed: int | None = None) -> None:
        with self._lock:
            self._faults.append(fault)
            if seed is not None:
                self._random.seed(seed)

    def take(self, method: str, path: str, kinds: Sequence[str], moment: str) -> Fault | None:
        """The first fault of these kinds that this call meets at this moment."""
        with self._lock:
            for fault in self._faults:
                wanted = fault.kind in kinds and fault.moment == moment
                if wanted and fault.meets(method, path) and self._random.random() < fault.chance:
                    _use(self._faults, fault)
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listing(self) -> list[Object]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]


@dataclass(slots=True)
class WebhookFault:
    """One switch for events whose type matches the pattern."""

    kind: str
    times: int | None = 1
    pattern: str = "*"


Switch = TypeVar("Switch", Fault, WebhookFault)


@dataclass(slots=True)
class WebhookFaults:
    """Switches of the deliveries."""

    _faults: list[WebhookFault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, fault: WebhookFault) -> None:
        with self._lock:
            self._faults.append(fault)

    def take(self, event_type: str) -> str:
        """What befalls an event of this type; nothing: an empty text."""
        with self._lock:
            for fault in self._faults:
                if fnmatchcase(event_type, fault.pattern):
                    _use(self._faults, fault)
                    return fault.kind
        return ""

    def reordering_done(self) -> bool:
        with self._lock:
            return all(fault.kind != "reorder" for fault in self._faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listing(self) -> list[Object]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]


def _use(faults: list[Switch], fault: Switch) -> None:
    if fault.times is None:
        return
    fault.times -= 1
    if fault.times <= 0:
        faults[:] = [other for other in faults if other is not fault]
