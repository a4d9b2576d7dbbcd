"""Invitations into the practice in scope, and what a link that comes back stands for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet

from accounts import password_rules
from accounts.models import Invitation, Role, User
from accounts.permissions import Permission
from accounts.selectors import doors, members, roles
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
    """Return the invitations that can be accepted now."""
    return Invitation.objects.filter(
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=now,
        role__retired_at=None,
        invited_by__ended_at=None,
    )


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
        )
        for row in found[:SHOWN]
    ]


def offer(token: str, *, now: datetime) -> Offer | None:
    """Return what a link offers, or None: unknown, used, taken back and too old look the same.

    Opens the practice's scope for a moment.
    """
    practice_id = doors.practice_of_token(digest(token))
    if practice_id is None:
        return None
    with practice_scope(practice_id):
        found = waiting(now=now).select_related("role", "invited_by")
        row = found.filter(digest=digest(token)).first()
        if row is None:
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


def roles_to_give(permissions: Collection[Permission]) -> QuerySet[Role]:
    """Return the roles into which somebody with these permissions may invite, by name.

    Whoever may change roles gives any; others only what they hold themselves, so that nobody
    rises by inviting an address of their own.
    """
    roles = Role.objects.filter(retired_at=None).order_by("name", "id")
    if Permission.ROLE_CHANGE in permissions:
        return roles
    beyond = [may.codename for may in Permission if may not in permissions]
    return roles.exclude(group__permissions__codename__in=beyond)


def _state(row: Invitation, now: datetime) -> str:
    if row.accepted_at:
        return "accepted"
    if row.revoked_at:
        return "revoked"
    return "expired" if row.expires_at <= now else "waiting"
