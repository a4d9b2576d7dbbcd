"""What a change to roles comes to, in words, before it is saved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from accounts.forms.people import Wish, cells
from accounts.models import Act, Role
from accounts.permissions import Permission
from accounts.selectors import limits
from accounts.selectors.roles import HeldRole, words_of
from audit.sentences import dollars


@dataclass(frozen=True, slots=True)
class Difference:
    """What would change of a role, and what others changed of it since it was shown.

    ``seen`` and ``may`` are the cells that the form sends again.
    """

    role: HeldRole
    wanted: frozenset[Permission]
    added: list[str]
    taken: list[str]
    others_added: list[str]
    others_taken: list[str]

    @property
    def is_stale(self) -> bool:
        return bool(self.others_added or self.others_taken)

    @property
    def is_change(self) -> bool:
        return bool(self.added or self.taken)

    @property
    def seen(self) -> list[str]:
        return cells(self.role.pk, self.role.permissions)

    @property
    def may(self) -> list[str]:
        return cells(self.role.pk, self.wanted)


def of(wish: Wish) -> Difference:
    """Return what a wish would change now, on top of what others changed meanwhile."""
    stands = wish.role.permissions
    wanted = (stands | (wish.wanted - wish.seen)) - (wish.seen - wish.wanted)
    return Difference(
        wish.role,
        wanted,
        words_of(wanted - stands),
        words_of(stands - wanted),
        words_of(stands - wish.seen),
        words_of(wish.seen - stands),
    )


@dataclass(frozen=True, slots=True)
class OfPerson:
    """What would change of a person's roles, and what others changed of them since they were shown.

    ``held`` and ``wanted`` are the roles that the form sends again.
    """

    held: list[Role]
    wanted: list[Role]
    added: list[str]
    taken: list[str]
    others_added: list[str]
    others_taken: list[str]

    @property
    def is_stale(self) -> bool:
        return bool(self.others_added or self.others_taken)

    @property
    def is_change(self) -> bool:
        return bool(self.added or self.taken)


def of_person(
    held: Collection[Role], *, seen: Collection[Role], wanted: Collection[Role]
) -> OfPerson:
    """Return what would change of a person's roles, on top of what others changed meanwhile."""
    stands, before, ticked = set(held), set(seen), set(wanted)
    after = (stands | (ticked - before)) - (before - ticked)
    return OfPerson(
        list(stands),
        list(after),
        _names(after - stands),
        _names(stands - after),
        _names(stands - before),
        _names(before - stands),
    )


def _names(found: Collection[Role]) -> list[str]:
    return sorted(role.name for role in found)


def of_limits(stand: Mapping[str, int], wanted: Mapping[str, int]) -> list[str]:
    """Return which limits would change, from what to what."""
    return [
        f"{Act(act).label}s alone up to {dollars(wanted.get(act, 0))},"
        f" so far up to {dollars(stand.get(act, 0))}"
        for act in limits.MONEY_ACTS
        if wanted.get(act, 0) != stand.get(act, 0)
    ]
