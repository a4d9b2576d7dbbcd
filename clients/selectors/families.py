"""Which records are of one person: the client who is kept, and those merged into them.

A merge points from one client to another and is never a chain, so one look at ``merged_into``
tells everything. Merges are few, so all of a practice's are read at once.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from clients.models import Client

KEPT = Coalesce("merged_into", "pk")
"""The client with whom a client's record is shown: mostly they themselves."""


def kept(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Leave out those who are shown with another client."""
    return clients.filter(merged_into=None)


def whole(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Return clients together with every other record of the same people."""
    return Client.objects.alias(kept=KEPT).filter(kept__in=clients.annotate(of=KEPT).values("of"))


def merged() -> dict[UUID, UUID]:
    """Return merged client → kept client, of every merge in force, in one query."""
    pointers = Client.objects.exclude(merged_into=None).values_list("pk", "merged_into")
    return {pk: kept_id for pk, kept_id in pointers if kept_id}


def ids_of(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return id → kept client, of every record of the people of these ids, in one query."""
    into = merged()
    kept_ids = {into.get(pk, pk) for pk in ids}
    records = {pk: kept_id for pk, kept_id in into.items() if kept_id in kept_ids}
    return {pk: pk for pk in kept_ids} | records


def records_of(client: Client) -> list[UUID]:
    """Return the ids of every record that is shown with a client, their own first."""
    others = Client.objects.filter(merged_into=client).order_by("code")
    return [client.pk, *others.values_list("pk", flat=True)]


def found_by_code(clients: QuerySet[Client], code: str) -> Client | None:
    """Return the client whom a code leads to: by the code of a merged record, the kept one."""
    if "\x00" in code:  # The database has no such text.
        return None
    client = clients.filter(code=code.strip().upper()).select_related("merged_into").first()
    return client and (client.merged_into or client)
