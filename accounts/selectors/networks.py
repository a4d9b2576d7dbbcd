"""From where a practice's people may work. Without any network named, from anywhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from uuid import UUID

from accounts.addresses import Address
from accounts.models import NetworkRange, Role

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Range:
    """A network that is allowed, with whether the reader's own address lies in it."""

    pk: UUID
    network: str
    label: str
    added_by: str
    added_at: datetime
    holds_reader: bool


@dataclass(frozen=True, slots=True)
class BoundRole:
    """A role, and whether its people work from the practice's networks only."""

    pk: UUID
    name: str
    is_bound: bool


def passes(address: Address | None, allowed: Iterable[str]) -> bool:
    """Say whether an address lies in one of the networks; with none named, every address passes.

    An address that nobody knows passes nowhere.
    """
    networks = [ip_network(each) for each in allowed]
    return not networks or any(address is not None and address in each for each in networks)


def allowed() -> list[str]:
    """Return the networks that are allowed now."""
    return list(NetworkRange.objects.filter(removed_at=None).values_list("network", flat=True))


def ranges(*, address: Address | None) -> list[Range]:
    """Return the allowed networks as their page shows them, oldest first. One query."""
    rows = NetworkRange.objects.filter(removed_at=None).select_related("added_by")
    return [
        Range(
            row.pk,
            row.network,
            row.label,
            row.added_by.display_name,
            row.added_at,
            passes(address, [row.network]),
        )
        for row in rows.order_by("added_at", "id")
    ]


def roles() -> list[BoundRole]:
    """Return the roles in use, by name, with whether each is bound. One query."""
    rows = Role.objects.filter(retired_at=None).order_by("name", "id")
    return [BoundRole(row.pk, row.name, row.is_network_bound) for row in rows]
