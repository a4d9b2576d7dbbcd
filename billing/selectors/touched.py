"""Which clients a page or a file told something about, for the log."""

from collections.abc import Iterable
from uuid import UUID

from clients.models import Client


def clients_among(parties: Iterable[UUID | None]) -> list[UUID]:
    """Return those of several parties of the ledger who are clients; others may be payers."""
    ids = {party for party in parties if party is not None}
    found = Client.objects.filter(pk__in=ids).order_by("pk") if ids else Client.objects.none()
    return list(found.values_list("pk", flat=True))
