"""Where a figure of a report leads: to the entries that it is the sum of."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from billing.selectors.tables import Asked

BEGINNING = date.min


def account_url(asked: Asked, role: str, *, since: date = BEGINNING) -> str:
    """Return the address of an account's lines up to the same day, as known at the same moment."""
    query = {"account": role, "since": since.isoformat(), "as_of": asked.as_of.isoformat()}
    if asked.known_at is not None:
        known = timezone.localtime(asked.known_at).replace(tzinfo=None)
        query["known_at"] = known.isoformat(timespec="microseconds")
    return f"{reverse('billing:report', args=['general-ledger'])}?{urlencode(query)}"
