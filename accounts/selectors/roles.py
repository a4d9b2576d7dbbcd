"""The roles of the practice in scope, and what each may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import Role
from accounts.permissions import BUILT_IN_ROLES, WORDS, Permission
from accounts.selectors import terms

BUILT_IN = {role.slug: role for role in BUILT_IN_ROLES}


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role with what it may do, up to which cents alone, and how many people hold it now."""

    pk: UUID
    slug: str
    name: str
    description: str
    people_count: int
    permissions: frozenset[Permission]
    limits: dict[str, int]
    original_name: str
    is_built_in: bool

    @property
    def is_adjusted(self) -> bool:
        """Whether a built-in role is not what it was in the beginning."""
        beginning = BUILT_IN.get(self.slug)
        return beginning is not None and (
            beginning.permissions != self.permissions
            or beginning.limits != {act: cents for act, cents in self.limits.items() if cents}
        )


@dataclass(frozen=True, slots=True)
class RetiredRole:
    """A role that is out of use."""

    name: str
    retired_at: datetime
    retired_by: str


def in_use() -> QuerySet[Role]:
    """Return the roles that can be given, by name."""
    return Role.objects.filter(retired_at=None).order_by("name", "id")


def all_roles() -> list[HeldRole]:
    """Return the practice's roles in use by name. Four queries."""
    present = terms.standing("grants__") & Q(grants__member__ended_at=None)
    counted = (
        in_use()
        .select_related("group", "copied_from")
        .prefetch_related("group__permissions", "limits")
        .annotate(people_count=Count("grants", filter=present))
    )
    return [
        HeldRole(
            role.pk,
            role.slug,
            role.name,
            role.description,
            role.people_count,
            _permissions({held.codename for held in role.group.permissions.all()}),
            {limit.act: limit.limit_cents for limit in role.limits.all()},
            role.copied_from.name if role.copied_from else "",
            is_built_in(role.slug),
        )
        for role in counted
    ]


def held(role_id: UUID) -> HeldRole | None:
    """Return one role in use, or None where the practice has no such role."""
    return next((role for role in all_roles() if role.pk == role_id), None)


def retired() -> list[RetiredRole]:
    """Return the roles that are out of use, the last one first."""
    found = Role.objects.exclude(retired_at=None).select_related("retired_by")
    return [
        RetiredRole(role.name, role.retired_at, role.retired_by.display_name)
        for role in found.order_by("-retired_at", "id")
        if role.retired_at and role.retired_by
    ]


def permissions_of(role_ids: Iterable[UUID]) -> dict[UUID, frozenset[Permission]]:
    """Return what roles hold now, by their ids."""
    codenames: dict[UUID, set[str]] = {role_id: set() for role_id in role_ids}
    rows = Role.objects.filter(pk__in=codenames).values_list("pk", "group__permissions__codename")
    for role_id, codename in rows:
        codenames[role_id].add(codename)
    return {role_id: _permissions(names) for role_id, names in codenames.items()}


def grouped() -> dict[str, list[tuple[Permission, str]]]:
    """Return what can be granted, by group, in the order in which it is read."""
    groups: dict[str, list[tuple[Permission, str]]] = {}
    for permission, (title, words) in WORDS.items():
        groups.setdefault(title, []).append((permission, words))
    return groups


def words_of(permissions: Iterable[Permission]) -> list[str]:
    """Return permissions in plain words, in the order in which they are read."""
    wanted = frozenset(permissions)
    return [words for permission, (_, words) in WORDS.items() if permission in wanted]


def is_built_in(slug: str) -> bool:
    """Say whether every practice has the role with this slug."""
    return slug in BUILT_IN


def _permissions(codenames: set[str]) -> frozenset[Permission]:
    return frozenset(permission for permission in Permission if permission.codename in codenames)
