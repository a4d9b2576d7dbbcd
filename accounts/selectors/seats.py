"""Who sits where: a person in the practice in scope, and everything that follows from it."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Membership, Practice, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import doors, members
from accounts.tenancy import practice_scope


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of the practice in scope, with what they may do there now."""

    practice: Practice
    membership: Membership
    role_names: list[str]
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Choice:
    """A practice that a person can enter."""

    id: UUID
    name: str


def taken() -> Seat | None:
    """Return the seat of who acts in the open scope, or None if they left or never belonged.

    Three queries: the member, the practice, and the roles with all they hold.
    """
    member = members.acting()
    if member is None:
        return None
    held = set(
        RoleGrant.objects.filter(member=member, withdrawn_at=None).values_list(
            "role__name", "role__group__permissions__codename"
        )
    )
    codenames = {codename for _, codename in held}
    return Seat(
        members.practice(),
        member,
        sorted({name for name, _ in held}),
        frozenset(permission for permission in Permission if permission.codename in codenames),
    )


def choices(person_id: UUID) -> list[Choice]:
    """Return the practices that a person belongs to, by name. Opens each one's scope in turn."""
    found = []
    for practice_id in doors.memberships_of(person_id):
        with practice_scope(practice_id, person_id=person_id):
            found.append(Choice(practice_id, members.practice().name))
    return sorted(found, key=lambda choice: (choice.name, choice.id))
