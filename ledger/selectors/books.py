"""The postings that a question is about: by business date, and as known at a moment."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from ledger.models import Account, KnownPoint, Posting

IN_ORDER = ("entry_date", "entry_id", "-debit", "pk")
"""Postings as they are listed: ids of entries are made in the order of posting; within an entry the
debits come first.
"""


class NotKnownYet(Exception):
    """A moment was asked about up to which the books are not settled: they could still change."""


def require_settled(known_at: datetime) -> None:
    """Make sure that nothing can be posted any more at or before a moment.

    Raises:
        NotKnownYet: the books are settled up to an earlier moment only.
    """
    if not KnownPoint.objects.filter(at__gte=known_at).exists():
        raise NotKnownYet("The books are not settled up to that moment yet.")


def account_ids() -> dict[str, UUID]:
    """Return role → id of the practice's accounts."""
    return dict(Account.objects.values_list("role", "pk"))


def postings(
    *, since: date | None = None, as_of: date | None = None, known_at: datetime | None = None
) -> QuerySet[Posting]:
    """Return the postings dated from ``since`` to ``as_of``, both included.

    ``known_at`` leaves out what was posted after that moment. If the books are settled up to it
    (``require_settled``), the answer is the same for ever.
    """
    chosen = Posting.objects.all()
    if since is not None:
        chosen = chosen.filter(entry_date__gte=since)
    if as_of is not None:
        chosen = chosen.filter(entry_date__lte=as_of)
    if known_at is not None:
        chosen = chosen.filter(entry__posted_at__lte=known_at)
    return chosen
