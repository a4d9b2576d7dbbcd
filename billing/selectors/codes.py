"""The codes by which clients stand in reports."""

from collections.abc import Iterable
from uuid import UUID

from clients.models import Client


def of_clients(parties: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return client id → code, of those of several parties of the ledger who are clients."""
    ids = {party for party in parties if party is not None}
    return dict(Client.objects.filter(pk__in=ids).values_list("pk", "code"))
