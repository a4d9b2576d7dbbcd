"""The roles of one member, changed as a whole."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import Membership, Role
from accounts.selectors import members
from accounts.services import roles
from accounts.services.roles import ChangedMeanwhile


class HasLeft(Exception):
    """The membership has ended: roles on it would come back with whoever lets them back in."""

    def __init__(self) -> None:
        super().__init__("The access of this person has ended. Nothing was changed.")


@transaction.atomic
def hold_exactly(
    *,
    member: Membership,
    wanted: Collection[Role],
    seen: Collection[Role] | None = None,
    now: datetime,
    by: Membership,
) -> None:
    """Let a member hold these roles and no others; it counts from their next request.

    ``seen`` is what they held when this was decided, where somebody looked at it before.

    Raises:
        HasLeft: their membership has ended.
        roles.ChangedMeanwhile: they hold other roles by now than were seen.
        roles.LastAdministrator: nobody could change roles afterwards.
    """
    roles.one_at_a_time()
    present = Membership.objects.select_for_update(no_key=True).filter(ended_at=None)
    if not present.filter(pk=member.pk).exists():
        raise HasLeft
    held = members.roles_of(member)
    if seen is not None and set(held) != set(seen):
        raise ChangedMeanwhile(f"Somebody changed the roles of {member} meanwhile.")
    for role in wanted:
        if role not in held:
            roles.grant(member=member, role=role, now=now, by=by)
    for role in held:
        if role not in wanted:
            roles.withdraw(member=member, role=role, now=now, by=by)
