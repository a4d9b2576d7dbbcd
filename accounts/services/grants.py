"""The roles of one member, changed as a whole."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import Act, Membership, Role, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import administrators, members
from accounts.selectors import roles as standing
from accounts.selectors.terms import Term
from accounts.services import approvals, roles
from accounts.services.approvals import Waiting
from accounts.services.roles import ChangedMeanwhile

LABEL = "The right to change roles"
"""What the log calls it: for whom it is stands there as an id."""


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
) -> Waiting | None:
    """Let a member hold these roles and no others; it counts from their next request.

    A role that begins later is among those they hold; one that is wanted keeps its term.
    ``seen`` is what they held when this was decided, where somebody looked at it before. Where it
    lets them change roles, a second administrator agrees first, if the practice has one: until
    then nothing is changed, and what waits is returned.

    Raises:
        approvals.AskedBySomebodyElse: a colleague has asked, and waits.
        HasLeft: their membership has ended.
        roles.ChangedMeanwhile: they hold other roles by now than were seen.
        roles.LastAdministrator: nobody could change roles afterwards.
    """
    roles.one_at_a_time()
    _require_present(member)
    held = members.roles_given(member)
    if seen is not None and set(held) != set(seen):
        raise ChangedMeanwhile(f"Somebody changed the roles of {member} meanwhile.")
    if makes_administrator(member, wanted) and administrators.has_second(by):
        answer = approvals.require_for_member(
            act=Act.ADMINISTRATOR, member=member, label=LABEL, by=by, now=now
        )
        if isinstance(answer, Waiting):
            return answer
    for role in wanted:
        if role not in held:
            roles.grant(member=member, role=role, now=now, by=by)
    for role in held:
        if role not in wanted:
            roles.withdraw(member=member, role=role, now=now, by=by)
    return None


@transaction.atomic
def hold_for(
    *, member: Membership, role: Role, term: Term, now: datetime, by: Membership
) -> RoleGrant:
    """Let a member hold a role for a term, in the place of how they held it before.

    Raises:
        HasLeft: their membership has ended.
        roles.NotForATime: the role guards the practice, and so has no end.
    """
    roles.one_at_a_time()
    _require_present(member)
    return roles.grant(member=member, role=role, now=now, by=by, term=term)


@transaction.atomic
def end_term(*, grant: RoleGrant, now: datetime, by: Membership) -> None:
    """Take a role that was given for a term, before it ends by itself or begins."""
    roles.withdraw(member=grant.member, role=grant.role, now=now, by=by)


def _require_present(member: Membership) -> None:
    present = Membership.objects.select_for_update(no_key=True).filter(ended_at=None)
    if not present.filter(pk=member.pk).exists():
        raise HasLeft


def makes_administrator(member: Membership, wanted: Collection[Role]) -> bool:
    """Say whether these roles let a member change roles who cannot do so now."""
    if Permission.ROLE_CHANGE in members.permissions_of(member):
        return False
    found = standing.permissions_of([role.pk for role in wanted])
    return any(Permission.ROLE_CHANGE in held for held in found.values())
