"""Invitations into the practice in scope, and what a link that comes back stands for."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import password_rules
from accounts.models import ApprovalLimit, Invitation, Membership, Role, User
from accounts.permissions import Permission
from accounts.selectors import administrators, doors, limits, members, roles, terms
from accounts.tenancy import practice_scope

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation as the list shows it. ``state``: waiting, accepted, revoked or expired."""

    pk: UUID
    email: str
    display_name: str
    role_name: str
    invited_by: str
    invited_at: datetime
    expires_at: datetime
    state: str
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What an open link offers to whoever holds it.

    ``is_known``: the address can sign in. ``length_min``: characters that a new password needs.
    """

    practice_id: UUID
    practice_name: str
    role_name: str
    email: str
    display_name: str
    invited_by: str
    is_known: bool
    length_min: int


def digest(token: str) -> bytes:
    """Return what the database knows of a link's token."""
    return sha256(token.encode()).digest()


def waiting(*, now: datetime) -> QuerySet[Invitation]:
    """Return the invitations that can be accepted now, if ``is_covered`` holds for them too."""
    return Invitation.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now),
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=now,
        role__retired_at=None,
        invited_by__ended_at=None,
    )


def is_covered(invitation: Invitation) -> bool:
    """Say whether whoever sent an invitation could send it today: a link outlives no right.

    Nor does it give for a time what has come to be held without an end.
    """
    giver = invitation.invited_by
    return (
        giver.ended_at is None
        and members.is_active(giver)
        and Permission.MEMBER_CHANGE in members.permissions_of(giver)
        and roles_to_give(giver).filter(pk=invitation.role_id).exists()
        and (invitation.ends_at is None or _may_end_by_itself(invitation.role_id))
    )


def _may_end_by_itself(role_id: UUID) -> bool:
    return terms.may_end_by_itself(roles.permissions_of([role_id])[role_id])


def sent(*, now: datetime) -> list[Sent]:
    """Return the last invitations, newest first. One query."""
    found = Invitation.objects.select_related("role", "invited_by").order_by("-invited_at", "-id")
    return [
        Sent(
            row.pk,
            row.email,
            row.display_name,
            row.role.name,
            row.invited_by.display_name,
            row.invited_at,
            row.expires_at,
            _state(row, now),
            row.starts_at,
            row.ends_at,
        )
        for row in found[:SHOWN]
    ]


def offer(token: str, *, now: datetime) -> Offer | None:
    """Return what a link offers, or None: unknown, used, over and too old look the same.

    Opens the practice's scope for a moment.
    """
    practice_id = doors.practice_of_token(digest(token))
    if practice_id is None:
        return None
    with practice_scope(practice_id):
        found = waiting(now=now).select_related("role", "invited_by")
        row = found.filter(digest=digest(token)).first()
        if row is None or not is_covered(row):
            return None
        practice, held = members.practice(), roles.permissions_of([row.role_id])[row.role_id]
    return Offer(
        practice_id,
        practice.name,
        row.role.name,
        row.email,
        row.display_name,
        row.invited_by.display_name,
        User.objects.filter(email=row.email).exists(),
        password_rules.length_min(held),
    )


def was_accepted_by(token: str, person_id: UUID) -> bool:
    """Say whether this person is the one who used a link. Opens the practice's scope."""
    practice_id = doors.practice_of_token(digest(token))
    if practice_id is None:
        return False
    with practice_scope(practice_id):
        used = Invitation.objects.filter(digest=digest(token), accepted_by__person_id=person_id)
        return used.exists()


def roles_to_give(giver: Membership) -> QuerySet[Role]:
    """Return the roles that a member may give to somebody who comes, by name.

    Whoever may change roles gives any, but not the right to it where a second person has to agree:
    that is given on the person's page. Others give none that may do more than they may, acts alone
    up to more, or works from more places: nobody rises by inviting an address of their own.
    """
    held = members.permissions_of(giver)
    found = roles.in_use()
    if Permission.ROLE_CHANGE in held:
        by_two = [Permission.ROLE_CHANGE.codename] if administrators.has_second(giver) else []
        return found.exclude(group__permissions__codename__in=by_two)
    beyond = [may.codename for may in Permission if may not in held]
    found = found.exclude(group__permissions__codename__in=beyond)
    for act in limits.MONEY_ACTS:
        alone = limits.alone_up_to(giver, act)
        above = ApprovalLimit.objects.filter(act=act, limit_cents__gt=alone)
        found = found.exclude(pk__in=above.values("role"))
    is_bound = any(role.is_network_bound for role in members.roles_of(giver))
    return found.filter(is_network_bound=True) if is_bound else found


def _state(row: Invitation, now: datetime) -> str:
    if row.accepted_at:
        return "accepted"
    if row.revoked_at:
        return "revoked"
    is_over = row.ends_at is not None and row.ends_at <= now
    return "expired" if is_over or row.expires_at <= now else "waiting"
