"""What a change to roles comes to, in words, before it is saved."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from accounts.forms.people import Wish, cells
from accounts.models import Act, Role
from accounts.permissions import Permission
from accounts.selectors import limits
from accounts.selectors.roles import HeldRole, words_of
from audit.sentences import dollars

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Words:
    """What would change, and what others changed since it was shown."""

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


@dataclass(frozen=True, slots=True)
class OfRole(Words):
    """What would change of a role. ``seen`` and ``may`` are the cells that the form sends again."""

    role: HeldRole
    wanted: frozenset[Permission]

    @property
    def seen(self) -> list[str]:
        return cells(self.role.pk, self.role.permissions)

    @property
    def may(self) -> list[str]:
        return cells(self.role.pk, self.wanted)


@dataclass(frozen=True, slots=True)
class OfPerson(Words):
    """What would change of a person's roles. The form sends ``held`` and ``wanted`` again."""

    held: frozenset[Role]
    wanted: frozenset[Role]


def of(wish: Wish) -> OfRole:
    """Return what a wish would change now, on top of what others changed meanwhile."""
    stands = wish.role.permissions
    wanted = _on_top_of(stands, wish.seen, wish.wanted)
    return OfRole(*_said(stands, wish.seen, wanted, words_of), wish.role, wanted)


def of_person(
    held: Collection[Role], *, seen: Collection[Role], wanted: Collection[Role]
) -> OfPerson:
    """Return what would change of a person's roles, on top of what others changed meanwhile."""
    stands, before = frozenset(held), frozenset(seen)
    after = _on_top_of(stands, before, frozenset(wanted))
    return OfPerson(*_said(stands, before, after, _names), stands, after)


def _on_top_of(stands: frozenset[T], seen: frozenset[T], ticked: frozenset[T]) -> frozenset[T]:
    return (stands | (ticked - seen)) - (seen - ticked)


def _said(
    stands: frozenset[T],
    seen: frozenset[T],
    wanted: frozenset[T],
    words: Callable[[frozenset[T]], list[str]],
) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return what is added and taken, and what others added and took."""
    return (
        words(wanted - stands),
        words(stands - wanted),
        words(stands - seen),
        words(seen - stands),
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
