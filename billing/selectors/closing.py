"""What belongs to the close of a month, and how it stands at this moment.

Each step is a list: what it counts is what its page shows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from billing.selectors import closing_lists as lists
from billing.selectors.closing_lists import Asked, Line
from ledger.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Kind:
    """A step of every close. ``done`` and ``left`` are sentences for when nothing is counted, and
    when something is; ``stops`` says whether the books are wrong then, or only worth a look.
    """

    slug: str
    title: str
    done: str
    left: str
    lines: Callable[[Asked], list[Line]]
    stops: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """How a step stands. ``state`` is a word of the badges."""

    slug: str
    title: str
    state: str
    text: str
    lines: list[Line]

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def total(self) -> Money | None:
        """The sum of the lines that are amounts; None where none is."""
        return sum_of(self.lines)


def steps(asked: Asked) -> list[Step]:
    """Return every step of the close of a month, as it stands now."""
    return [_step(kind, asked) for kind in KINDS]


def step(slug: str, asked: Asked) -> Step | None:
    """Return one step, or None where there is none of this name."""
    return next((_step(kind, asked) for kind in KINDS if kind.slug == slug), None)


def sum_of(lines: Iterable[Line]) -> Money | None:
    amounts = [line.amount for line in lines if line.amount is not None]
    return sum(amounts, ZERO) if amounts else None


def _step(kind: Kind, asked: Asked) -> Step:
    lines = kind.lines(asked)
    if not lines:
        return Step(kind.slug, kind.title, "done", kind.done, lines)
    return Step(kind.slug, kind.title, "todo" if kind.stops else "look", kind.left, lines)


KINDS = (
    Kind(
        "earlier-months",
        "Earlier months closed",
        "Every month before this one is closed.",
        "A later entry there would change what this month begins with.",
        lists.earlier_months,
    ),
    Kind(
        "sessions",
        "Sessions billed",
        "Every session of the month has an invoice.",
        "They took place in the month and have no invoice.",
        lists.sessions_not_billed,
    ),
    Kind(
        "credit",
        "Credit not applied, looked at",
        "No payment is left over.",
        "Payments of which something is left at the end of the month.",
        lists.credit_not_applied,
        stops=False,
    ),
    Kind(
        "card-payments",
        "Card payments ended",
        "No card payment is under way.",
        "Card payments that were started and have neither been paid nor ended.",
        lists.card_payments_under_way,
    ),
    Kind(
        "card-reports",
        "Reports of the card company dealt with",
        "Nothing that the card company reported waits.",
        "Reports that wait, or were put aside because they are about nothing started here.",
        lists.card_reports,
        stops=False,
    ),
    Kind(
        "intake",
        "Records taken in",
        "No record of the medical-record system waits.",
        "Records that were not taken in: sessions may be missing.",
        lists.records_not_taken_in,
    ),
    Kind(
        "differences",
        "Records agree",
        "The practice and the medical-record system say the same.",
        "Records in which the practice and the medical-record system differ.",
        lists.records_that_differ,
        stops=False,
    ),
    Kind(
        "clearing",
        "Clearing accounts at zero",
        "Everything that was under way has arrived.",
        "Accounts that should have come back to zero.",
        lists.clearing_not_at_zero,
    ),
    Kind(
        "controls",
        "Control accounts tie out",
        "Each control account equals its open items.",
        "Control accounts that differ from their open items.",
        lists.controls_off,
    ),
    Kind(
        "trial-balance",
        "Trial balance is zero",
        "Debits equal credits to the cent.",
        "Debits and credits differ.",
        lists.trial_balance_off,
    ),
    Kind(
        "audit-log",
        "Audit log whole",
        "The chain ends where it says, and its newest checkpoint covers no more than there is.",
        "The chain does not end where it says. Run verify_audit.",
        lists.audit_log_broken,
    ),
)
