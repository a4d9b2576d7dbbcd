"""The roles of the practice in scope, and what each may do."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import Role
from accounts.permissions import WORDS, Permission


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role with what it may do, and how many people hold it now."""

    pk: UUID
    slug: str
    name: str
    description: str
    people_count: int
    permissions: frozenset[Permission]


def all_roles() -> list[HeldRole]:
    """Return the practice's roles by name. Two queries."""
    roles = Role.objects.select_related("group").prefetch_related("group__permissions")
    present = Q(grants__withdrawn_at=None, grants__member__ended_at=None)
    counted = roles.annotate(people_count=Count("grants", filter=present)).order_by("name", "id")
    return [
        HeldRole(
            role.pk,
            role.slug,
            role.name,
            role.description,
            role.people_count,
            _permissions({held.codename for held in role.group.permissions.all()}),
        )
        for role in counted
    ]


def held(role_id: UUID) -> HeldRole | None:
    """Return one role, or None where the practice has no such role."""
    return next((role for role in all_roles() if role.pk == role_id), None)


def grouped() -> dict[str, list[tuple[Permission, str]]]:
    """Return what can be granted, by group, in the order in which it is read."""
    groups: dict[str, list[tuple[Permission, str]]] = {}
    for permission, (title, words) in WORDS.items():
        groups.setdefault(title, []).append((permission, words))
    return groups


def _permissions(codenames: set[str]) -> frozenset[Permission]:
    return frozenset(permission for permission in Permission if permission.codename in codenames)
