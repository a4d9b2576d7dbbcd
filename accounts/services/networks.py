"""A practice's networks: naming them, dropping them, and binding roles to them.

Whoever changes this may set security rules, and must pass afterwards from where they are now: no
change locks out the one who makes it. Addresses move and roles are given afterwards, so it can
still come to it that nobody passes: then the operator drops all networks.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from ipaddress import IPv4Network, IPv6Address, ip_network
from uuid import UUID

from django.db import transaction

from accounts.addresses import Address
from accounts.models import Membership, NetworkRange, Practice, Role
from accounts.selectors import members, networks
from accounts.selectors.networks import Network
from audit.actions import Action
from audit.services import events

WIDEST = {4: 8, 6: 16}
"""IP version → the shortest prefix that still means one organization's network."""

OLD_FORMS = ip_network("::/96")
MAPPED = ip_network("::ffff:0:0/96")
LOCALHOST = IPv6Address("::1")


class NotANetwork(Exception):
    """What was typed names no network that could be a practice's own."""


class AlreadyAllowed(Exception):
    """A network that is allowed already holds this one."""


class LocksYouOut(Exception):
    """The person who makes the change would be refused from where they are."""

    def __init__(self, address: Address | None) -> None:
        super().__init__(
            f"Your own address {address or '(unknown)'} would be locked out: nothing was changed."
        )


def parsed(text: str) -> Network:
    """Return the network that somebody typed: an address alone is a network of one.

    Raises:
        NotANetwork: with what to type instead.
    """
    try:
        # What follows a "%" names an interface of one machine, not a network.
        network = ip_network("".join(text.split()).replace("%", " "), strict=False)
    except ValueError:
        raise NotANetwork("Write it like 203.0.113.0/24 or 2001:db8::/48.") from None
    if network.prefixlen == 0:
        raise NotANetwork(
            "This is every address there is. To allow work from anywhere, remove all networks."
        )
    if network.prefixlen < WIDEST[network.version]:
        raise NotANetwork(
            f"This is too wide to be your own: /{WIDEST[network.version]} is the widest here."
        )
    if not isinstance(network, IPv4Network) and _is_old_form(network):
        raise NotANetwork("Write the IPv4 network itself, like 203.0.113.0/24.")
    return network


@transaction.atomic
def add(
    *, network: Network, label: str, address: Address | None, now: datetime, by: Membership
) -> NetworkRange:
    """Allow work from a network; the first one ends work from anywhere else.

    Raises:
        AlreadyAllowed, LocksYouOut
    """
    _one_at_a_time()
    present = networks.allowed()
    if holder := next((each for each in present if _holds(each, network)), None):
        raise AlreadyAllowed(f"{holder} is allowed already and holds it.")
    _require_way_in([*present, str(network)], _bound_roles(), address, by)
    added = NetworkRange.objects.create(
        network=str(network), label=label, added_at=now, added_by=by
    )
    events.record(Action.NETWORK_ADDED, target=added)
    return added


@transaction.atomic
def remove(
    *, range_id: UUID, address: Address | None, now: datetime, by: Membership
) -> NetworkRange | None:
    """No longer allow work from a network, and return it; None if that was done before.

    Raises:
        LocksYouOut
    """
    _one_at_a_time()
    row = NetworkRange.objects.filter(pk=range_id, removed_at=None).first()
    if row is None:
        return None
    left = [each for each in networks.allowed() if each != row.network]
    _require_way_in(left, _bound_roles(), address, by)
    NetworkRange.objects.filter(pk=row.pk).update(removed_at=now, removed_by=by)
    events.record(Action.NETWORK_REMOVED, target=row)
    return row


@transaction.atomic
def clear(*, now: datetime, by: Membership) -> list[NetworkRange]:
    """Drop every network, so that work is allowed from anywhere again; return those dropped."""
    _one_at_a_time()
    rows = list(NetworkRange.objects.filter(removed_at=None).order_by("added_at", "id"))
    for row in rows:
        NetworkRange.objects.filter(pk=row.pk).update(removed_at=now, removed_by=by)
        events.record(Action.NETWORK_REMOVED, target=row)
    return rows


@transaction.atomic
def bind(*, roles: Collection[Role], address: Address | None, by: Membership) -> None:
    """Bind exactly these roles to the practice's networks; the others work from anywhere.

    Raises:
        LocksYouOut
    """
    _one_at_a_time()
    wanted = {role.pk for role in roles}
    _require_way_in(networks.allowed(), wanted, address, by)
    for role in Role.objects.filter(retired_at=None).order_by("id"):
        if role.is_network_bound != (role.pk in wanted):
            Role.objects.filter(pk=role.pk).update(is_network_bound=role.pk in wanted)
            action = Action.ROLE_BOUND if role.pk in wanted else Action.ROLE_UNBOUND
            events.record(action, target=role)


def passes_afterwards(
    *, allowed: Iterable[str], bound: Collection[UUID], address: Address | None, member: Membership
) -> bool:
    """Say whether a member would be let in from an address under these rules."""
    is_bound = any(role.pk in bound for role in members.roles_of(member))
    return not is_bound or networks.passes(address, allowed)


def _require_way_in(
    allowed: Iterable[str], bound: Collection[UUID], address: Address | None, by: Membership
) -> None:
    if not passes_afterwards(allowed=allowed, bound=bound, address=address, member=by):
        raise LocksYouOut(address)


def _bound_roles() -> set[UUID]:
    return set(Role.objects.filter(is_network_bound=True).values_list("pk", flat=True))


def _holds(wide: str, narrow: Network) -> bool:
    outer = ip_network(wide)
    return outer.version == narrow.version and narrow.subnet_of(outer)  # type: ignore[arg-type]  # same version


def _is_old_form(network: Network) -> bool:
    if network.network_address == LOCALHOST:
        return False
    return any(
        _holds(str(old), network) or _holds(str(network), old) for old in (OLD_FORMS, MAPPED)
    )


def _one_at_a_time() -> None:
    Practice.objects.select_for_update(no_key=True).get()
