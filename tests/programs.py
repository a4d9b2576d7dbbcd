"""Programs of other houses, with tokens made through the product's own services."""

from collections.abc import Collection
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.permissions import BUILT_IN_ROLES, Permission
from accounts.selectors import api_tokens as standing
from accounts.selectors import members
from accounts.services import api_tokens, own_roles, roles
from accounts.tenancy import practice_scope

SLUGS = [role.slug for role in BUILT_IN_ROLES]
CAN_HOLD = ["front-desk", "accountant", "therapist"]
"""Built-in roles with something that a token can hold."""


def let_make_tokens(member: Membership) -> None:
    """Give a member a role of the practice's own that lets them make tokens, and nothing else."""
    with practice_scope(member.practice_id, person_id=member.person_id):
        now = timezone.now()
        own = Role.objects.filter(name="Programs").first()
        if own is None:
            original = Role.objects.get(slug="auditor")
            own = own_roles.copy(
                original=original, name="Programs", description="", now=now, by=member
            )
            roles.set_permissions(role=own, permissions={Permission.API_TOKEN_CHANGE})
        if Permission.API_TOKEN_CHANGE not in members.permissions_of(member):
            roles.grant(member=member, role=own, now=now, by=member)


def token_of(
    member: Membership, scopes: Collection[Permission] | None = None, *, days: int = 30
) -> api_tokens.Made:
    """Make a member's token, within ``scopes`` or with all that it can hold."""
    let_make_tokens(member)
    with practice_scope(member.practice_id, person_id=member.person_id):
        held = standing.may_hold(members.permissions_of(member))
        return api_tokens.make(
            name="Records",
            scopes=held if scopes is None else scopes,
            days=days,
            now=timezone.now(),
            by=member,
        )


def program(text: str = "", **sent: Any) -> Client:
    """Return a client that shows a token with each request, or none."""
    return Client(HTTP_AUTHORIZATION=f"Bearer {text}", **sent) if text else Client(**sent)


def program_of(member: Membership, scopes: Collection[Permission] | None = None) -> Client:
    return program(token_of(member, scopes).text)
