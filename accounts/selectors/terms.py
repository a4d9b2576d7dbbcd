"""Which grants of roles count at this moment: some begin and end by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Now

from accounts import password_rules
from accounts.permissions import Permission


@dataclass(frozen=True, slots=True)
class Term:
    """The first moment at which a role counts, and the first at which it does not any more."""

    starts_at: datetime
    ends_at: datetime


def standing(of: str = "") -> Q:
    """Return the condition that a grant counts now; ``of`` is the way to it, such as ``grants__``.

    Now is the database's, of the transaction: seat_of asks the same.
    """
    has_begun = Q(**{f"{of}starts_at": None}) | Q(**{f"{of}starts_at__lte": Now()})
    return _not_withdrawn(of) & has_begun & _not_over(of)


def not_over(of: str = "") -> Q:
    """Return the condition that a grant counts now or will."""
    return _not_withdrawn(of) & _not_over(of)


def endless(of: str = "") -> Q:
    """Return the condition that a grant counts until somebody takes it."""
    return _not_withdrawn(of) & Q(**{f"{of}ends_at": None})


def may_end_by_itself(held: Iterable[Permission]) -> bool:
    """Say whether a role that holds this can be given for a time, and does not guard the practice.

    Whoever manages people and security could be missing from one minute to the next; and a longer
    password is asked for when such a role is given, not when it begins.
    """
    return password_rules.length_min(held) == password_rules.LENGTH_MIN


def _not_withdrawn(of: str) -> Q:
    return Q(**{f"{of}withdrawn_at": None})


def _not_over(of: str) -> Q:
    return Q(**{f"{of}ends_at": None}) | Q(**{f"{of}ends_at__gt": Now()})
