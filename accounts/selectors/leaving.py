"""What somebody has who is about to leave, and what went when they did."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Membership, RoleGrant
from accounts.selectors import approvals, invitations, members


@dataclass(frozen=True, slots=True)
class Having:
    """What ends with a membership."""

    role_names: list[str]
    approvals: int
    invitations: int


@dataclass(frozen=True, slots=True)
class Left:
    """The record of an off-boarding, as the person's page keeps it."""

    member_id: UUID
    display_name: str
    ended_at: datetime
    ended_by: str
    role_names: list[str]


def has(member: Membership, *, now: datetime) -> Having:
    """Return what a member has now: roles, requests that wait, invitations they sent."""
    return Having(
        [role.name for role in members.roles_of(member)],
        approvals.unanswered_of(member).filter(expires_at__gt=now).count(),
        invitations.waiting(now=now).filter(invited_by=member).count(),
    )


def left(member: Membership) -> Left:
    """Return what is on record of the end of a membership."""
    assert member.ended_at
    assert member.ended_by
    taken = RoleGrant.objects.filter(member=member, withdrawn_at=member.ended_at)
    return Left(
        member.pk,
        member.display_name,
        member.ended_at,
        member.ended_by.display_name,
        list(taken.order_by("role__name").values_list("role__name", flat=True)),
    )
