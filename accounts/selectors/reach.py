"""Where to write to the people of the practice in scope who hold a right."""

from accounts.models import Membership, RoleGrant, User
from accounts.permissions import Permission


def addresses_of_holders(permission: Permission, *, but: Membership | None = None) -> list[str]:
    """Return the e-mail addresses of everybody present who holds a right now, sorted.

    ``but`` is left out: nobody is told what they have just done.
    """
    held = RoleGrant.objects.filter(
        withdrawn_at=None,
        member__ended_at=None,
        role__group__permissions__codename=permission.codename,
    )
    if but is not None:
        held = held.exclude(member=but)
    people = held.values_list("member__person_id", flat=True)
    active = User.objects.filter(pk__in={pk for pk in people if pk}, is_active=True)
    return sorted(active.values_list("email", flat=True))
