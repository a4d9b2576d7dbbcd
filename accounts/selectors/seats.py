"""Who sits where: a person in the practice in scope, and everything that follows from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Approval, Membership, NetworkRange, Practice, Role, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import approvals, doors, members
from accounts.tenancy import practice_scope


@dataclass(frozen=True, slots=True)
class Viewed:
    """A role as which somebody looks at the pages, without any right to what it opens."""

    role_id: UUID
    name: str
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of the practice in scope, with what they may do there now.

    ``is_network_bound``: while the practice names ``networks``, they work from there only.
    ``approvals_waiting``: how much waits for this person's answer. ``viewed``: the role that was
    asked for, if the practice has it and the person may change roles.
    """

    practice: Practice
    membership: Membership
    role_names: list[str]
    permissions: frozenset[Permission]
    networks: list[str]
    is_network_bound: bool
    approvals_waiting: int
    viewed: Viewed | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A practice that a person can enter."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A role with one thing that it may do; ``codename`` is None for a role that may nothing."""

    role_id: UUID
    name: str
    codename: str | None
    is_network_bound: bool
    is_held: bool


def taken(*, now: datetime, viewed: UUID | None = None) -> Seat | None:
    """Return the seat of who acts in the open scope, or None if they left or never belonged.

    Three queries: the member, the roles with all they hold (and the role ``viewed``), and the
    practice with what waits there.
    """
    member = members.acting()
    if member is None:
        return None
    rows = _roles(member, viewed)
    held = [row for row in rows if row.is_held]
    permissions = _permissions(held)
    practice = _practice(member, permissions, now)
    return Seat(
        practice,
        member,
        sorted({row.name for row in held}),
        permissions,
        practice.networks,  # type: ignore[attr-defined]  # annotated
        any(row.is_network_bound for row in held),
        practice.approvals_waiting,  # type: ignore[attr-defined]  # annotated
        _viewed(rows, viewed) if Permission.ROLE_CHANGE in permissions else None,
    )


def choices(person_id: UUID) -> list[Choice]:
    """Return the practices that a person belongs to, by name. Opens each one's scope in turn."""
    found = []
    for practice_id in doors.memberships_of(person_id):
        with practice_scope(practice_id, person_id=person_id):
            found.append(Choice(practice_id, members.practice().name))
    return sorted(found, key=lambda choice: (choice.name, choice.id))


def _roles(member: Membership, viewed: UUID | None) -> list[_Row]:
    grants = RoleGrant.objects.filter(member=member, withdrawn_at=None, role=OuterRef("pk"))
    roles = Role.objects.annotate(is_held=Exists(grants))
    rows = roles.filter(Q(is_held=True) | Q(pk=viewed, retired_at=None))
    return [
        _Row(*row)
        for row in rows.values_list(
            "pk", "name", "group__permissions__codename", "is_network_bound", "is_held"
        )
    ]


def _practice(member: Membership, permissions: frozenset[Permission], now: datetime) -> Practice:
    named = NetworkRange.objects.filter(removed_at=None).values("network")
    waiting = _counted(approvals.waiting_for(member, permissions, now=now))
    return Practice.objects.annotate(
        networks=ArraySubquery(named),
        approvals_waiting=Coalesce(Subquery(waiting, output_field=IntegerField()), 0),
    ).get()


def _counted(found: QuerySet[Approval]) -> QuerySet[Any, Any]:
    return found.order_by().values("practice_id").annotate(number=Count("pk")).values("number")


def _viewed(rows: list[_Row], viewed: UUID | None) -> Viewed | None:
    of_role = [row for row in rows if row.role_id == viewed]
    return Viewed(of_role[0].role_id, of_role[0].name, _permissions(of_role)) if of_role else None


def _permissions(rows: list[_Row]) -> frozenset[Permission]:
    codenames = {row.codename for row in rows}
    return frozenset(permission for permission in Permission if permission.codename in codenames)
