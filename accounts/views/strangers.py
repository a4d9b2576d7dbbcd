"""Refusals of whoever is not signed in: the log hears of each kind once a minute.

Otherwise anybody could fill the installation's log. What is held back is counted, and told with
the next of its kind. Each process counts for itself, so its workers are the factor.
"""

from threading import Lock

EVERY_SECONDS = 60.0

Kind = tuple[str, int]
"""A route's name and a status: there are only so many of them, whatever is asked for."""


class Bound:
    """Lets one refusal of a kind pass in a minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._passed: dict[Kind, tuple[float, int]] = {}

    def passes(self, kind: Kind, *, seconds: float) -> int | None:
        """Return how many were held back since the last that passed; None holds this one back."""
        with self._lock:
            since, held = self._passed.get(kind, (-EVERY_SECONDS, 0))
            passes = seconds - since >= EVERY_SECONDS
            self._passed[kind] = (seconds, 0) if passes else (since, held + 1)
        return held if passes else None

    def forget(self) -> None:
        """Begin anew, as a new process does."""
        with self._lock:
            self._passed.clear()


BOUND = Bound()
