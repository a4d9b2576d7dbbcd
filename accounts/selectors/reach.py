"""Where to write to the people of the practice in scope who hold a right, and who else does."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Membership, User
from accounts.permissions import Permission
from accounts.selectors import absences, members, terms


def addresses_of_holders(permission: Permission, *, but: Membership | None = None) -> list[str]:
    """Return the e-mail addresses of everybody present who holds a right now, sorted.

    ``but`` is left out: nobody is told what they have just done.
    """
    told = holders(permission)
    return sorted(address for member, address in told if but is None or member.pk != but.pk)


def holders(permission: Permission) -> list[tuple[Membership, str]]:
    """Return everybody present who holds a right now, with the e-mail address that they read."""
    people = {member.person_id: member for member in _present(permission)}
    active = User.objects.filter(pk__in=[pk for pk in people if pk], is_active=True)
    return [(people[pk], address) for pk, address in active.values_list("pk", "email")]


def others_with(permission: Permission, *, but: Membership, now: datetime) -> list[Membership]:
    """Return the colleagues of a member who hold a right: present, and not resting."""
    others = _present(permission).exclude(pk=but.pk)
    return [other for other in others if not absences.rests(other, now=now)]


def _present(permission: Permission) -> QuerySet[Membership]:
    return (
        members.people()
        .filter(
            terms.standing("grants__"),
            ended_at=None,
            grants__role__group__permissions__codename=permission.codename,
        )
        .distinct()
    )
