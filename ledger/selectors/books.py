"""The postings that a question is about: by business date, and as known at a moment."""

from datetime import date, datetime

from django.db.models import QuerySet

from ledger.models import Posting


def postings(
    *, since: date | None = None, as_of: date | None = None, known_at: datetime | None = None
) -> QuerySet[Posting]:
    """Return the postings dated from ``since`` to ``as_of``, both included.

    ``known_at`` leaves out what was posted after that moment, so that a report of that day can be
    had again.
    """
    chosen = Posting.objects.all()
    if since is not None:
        chosen = chosen.filter(entry__entry_date__gte=since)
    if as_of is not None:
        chosen = chosen.filter(entry__entry_date__lte=as_of)
    if known_at is not None:
        chosen = chosen.filter(entry__posted_at__lte=known_at)
    return chosen
