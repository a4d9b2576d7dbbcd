"""What packages will pay of what waits to be billed, by client, before anything is billed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from billing.selectors import packages
from ledger.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Packaged:
    """Of one client, in cents: what their sessions are billed at less than their fees, since a
    package bills its own part; and what the packages pay of the invoice.
    """

    less: Money = ZERO
    paid: Money = ZERO


def of_clients(held: QuerySet[Any]) -> Mapping[UUID, Packaged]:
    """Return client → what packages do to the invoice of these sessions, if all are billed now.

    Only those who have a package are among them. It asks as often for many as for a few.
    """
    having = packages.running().filter(client__in=held.order_by().values("client"))
    clients = set(having.values_list("client_id", flat=True))
    if not clients:
        return {}
    sessions = list(held.filter(client__in=clients))
    parts = packages.plan(packages.in_force(clients), packages.wanted(sessions))
    found: dict[UUID, Packaged] = {}
    for each in sessions:
        if (part := parts.get(each.pk)) is not None:
            before = found.get(each.client_id, Packaged())
            less = before.less + each.fee - part.amount
            found[each.client_id] = Packaged(less, before.paid + part.amount)
    return found
