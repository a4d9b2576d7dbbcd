"""Who may do what, and why: each permission with the roles that give it, since when, by whom."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership, RoleGrant
from accounts.permissions import WORDS, Permission
from accounts.selectors import members, roles, terms
from audit.actions import Action
from audit.selectors import log

SOMEBODY = "somebody unknown"
CHANGES_READ = 500
"""How many changes of roles the log is asked for, newest first."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A role that gives somebody a permission.

    ``added_at`` is when the role itself gained it, where that was after the person got the role.
    """

    role_id: UUID
    role_name: str
    granted_at: datetime
    granted_by: str
    added_at: datetime | None
    added_by: str


@dataclass(frozen=True, slots=True)
class Right:
    """A permission in words, and why somebody holds it."""

    codename: str
    words: str
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Group:
    """Rights that are read together."""

    title: str
    rights: list[Right]


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who holds a permission, and why."""

    pk: UUID
    display_name: str
    reasons: list[Reason]


Added = dict[tuple[UUID, str], tuple[datetime, str]]
"""(role, codename) → when the role last gained the permission, and by whom."""


def of_member(member: Membership) -> list[Group]:
    """Return what a member may do now, in plain words, with every reason. Five queries."""
    grants = list(_grants().filter(member=member))
    held = roles.permissions_of({grant.role_id for grant in grants})
    added = _added()
    groups: dict[str, list[Right]] = defaultdict(list)
    for permission, (title, words) in WORDS.items():
        reasons = [_reason(g, permission, added) for g in grants if permission in held[g.role_id]]
        if reasons:
            groups[title].append(Right(permission.codename, words, reasons))
    return [Group(title, rights) for title, rights in groups.items()]


def of_permission(permission: Permission) -> list[Holder]:
    """Return the people present who hold a permission, by name, with every reason."""
    grants = _grants().filter(
        member__ended_at=None,
        member__person_id__isnull=False,
        role__group__permissions__codename=permission.codename,
    )
    added = _added()
    holders: dict[Membership, list[Reason]] = defaultdict(list)
    for grant in grants.order_by("member__display_name", "member_id", "role__name"):
        holders[grant.member].append(_reason(grant, permission, added))
    return [Holder(member.pk, member.display_name, why) for member, why in holders.items()]


def _grants() -> QuerySet[RoleGrant]:
    held = RoleGrant.objects.filter(terms.standing())
    return held.select_related("role", "granted_by", "member").order_by("role__name", "id")


def _reason(grant: RoleGrant, permission: Permission, added: Added) -> Reason:
    at, by = added.get((grant.role_id, permission.codename), (None, ""))
    is_later = at is not None and at > grant.granted_at
    return Reason(
        grant.role_id,
        grant.role.name,
        grant.granted_at,
        grant.granted_by.display_name,
        at if is_later else None,
        by if is_later else "",
    )


def _added() -> Added:
    """Read on the log when people last let roles do more; founding a practice is nobody's act."""
    changes = log.of_action(Action.ROLE_PERMISSIONS_CHANGED, limit=CHANGES_READ)
    names = members.names_of({each.person_id for each in changes if each.person_id})
    added: Added = {}
    for each in changes:
        for codename in str(each.facts.get("added", "")).split(", "):
            if each.target_id and each.person_id:
                by = names.get(each.person_id, SOMEBODY)
                added.setdefault((each.target_id, codename), (each.at, by))
    return added
