"""Where a figure of a report leads: to the entries that it is the sum of."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from billing.selectors.tables import Asked


def account_url(asked: Asked, role: str, *, since: date | None = None) -> str:
    """Return the address of an account's lines up to the same day, as known at the same moment.

    Without ``since`` they begin with the first entry of the books.
    """
    ledger = reverse("billing:report", args=["general-ledger"])
    return f"{ledger}?{urlencode({'account': role})}&{asked_of(asked, since=since)}"


def asked_of(asked: Asked, *, since: date | None = None) -> str:
    """Return the same days and moment for an address; without ``since``, from the first entry."""
    query = {"since": since.isoformat() if since else "", "as_of": asked.as_of.isoformat()}
    if asked.known_at is not None:
        known = timezone.localtime(asked.known_at).replace(tzinfo=None)
        query["known_at"] = known.isoformat(timespec="microseconds")
    return urlencode(query)
