"""Who sits where: a person in the practice in scope, and everything that follows from it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from accounts.models import Membership, Practice
from accounts.permissions import Permission
from accounts.selectors import approvals, doors, members
from accounts.tenancy import Entry, current_scope, practice_scope

ROLES_TOLD = 14
"""Of more the log tells how many: so many fit into a fact."""


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
    role_ids: list[UUID]
    role_names: list[str]
    permissions: frozenset[Permission]
    networks: list[str]
    is_network_bound: bool
    approvals_waiting: int
    viewed: Viewed | None

    @property
    def acting(self) -> dict[str, str]:
        """In which roles somebody acts, and as which one they look, as the log tells it."""
        held = sorted(map(_short, self.role_ids))
        more = [f"+{len(held) - ROLES_TOLD}"] if len(held) > ROLES_TOLD else []
        told = {"in_roles": " ".join([*held[:ROLES_TOLD], *more])}
        return told | ({"as_role": _short(self.viewed.role_id)} if self.viewed else {})


@dataclass(frozen=True, slots=True)
class Choice:
    """A practice that a person can enter."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class _Held:
    """A role, and whether the member holds it."""

    role_id: UUID
    name: str
    is_network_bound: bool
    is_held: bool
    codenames: list[str]


TAKEN = "SELECT {practice}, {member}, networks, roles FROM seat_of(%s, %s)"
ENTERED = "SELECT {practice}, {member}, networks, roles FROM enter(%s, %s)"
"""Every request pays for this, and building the same from models costs more than running it."""


@contextmanager
def seated(
    practice_id: UUID, *, person_id: UUID | None, now: datetime, viewed: UUID | None = None
) -> Iterator[Seat | None]:
    """Open a practice's scope for a person by the statement that also returns their seat."""
    entry = Entry(_statement(ENTERED), (viewed,))
    with practice_scope(practice_id, person_id=person_id, entry=entry) as scope:
        yield _seat(scope.entered, now=now, viewed=viewed)


def taken(*, now: datetime, viewed: UUID | None = None) -> Seat | None:
    """Return the seat of who acts in the open scope, or None if they left or never belonged.

    One query, and another for those who may have to answer what others asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(TAKEN), [current_scope().person_id, viewed])
        return _seat(cursor.fetchall(), now=now, viewed=viewed)


def _seat(rows: list[tuple[Any, ...]], *, now: datetime, viewed: UUID | None) -> Seat | None:
    if not rows:
        return None
    *values, networks, told = rows[0]
    end = len(_columns(Practice))
    practice = Practice.from_db("default", _columns(Practice), values[:end])
    member = Membership.from_db("default", _columns(Membership), values[end:])
    roles = [_Held(UUID(role_id), *rest) for role_id, *rest in json.loads(told)]
    held = [role for role in roles if role.is_held]
    permissions = _permissions(held)
    return Seat(
        practice,
        member,
        [role.role_id for role in held],
        sorted({role.name for role in held}),
        permissions,
        networks,
        any(role.is_network_bound for role in held),
        approvals.number_waiting(member, permissions, now=now),
        _viewed(roles, viewed) if Permission.ROLE_CHANGE in permissions else None,
    )


def choices(person_id: UUID) -> list[Choice]:
    """Return the practices that a person belongs to, by name. Opens each one's scope in turn."""
    found = []
    for practice_id in doors.memberships_of(person_id):
        with practice_scope(practice_id, person_id=person_id):
            found.append(Choice(practice_id, members.practice().name))
    return sorted(found, key=lambda choice: (choice.name, choice.id))


@cache
def _statement(asking: str) -> str:
    columns = {
        name: ", ".join(f"({name}).{column}" for column in _columns(model))
        for name, model in {"practice": Practice, "member": Membership}.items()
    }
    return asking.format(**columns)


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _short(role_id: UUID) -> str:
    """Return of a role's id what tells it from every other one of its practice."""
    return role_id.hex[-12:]


def _viewed(roles: list[_Held], viewed: UUID | None) -> Viewed | None:
    asked = [role for role in roles if role.role_id == viewed]
    return Viewed(asked[0].role_id, asked[0].name, _permissions(asked)) if asked else None


def _permissions(roles: list[_Held]) -> frozenset[Permission]:
    by_codename = _by_codename()
    codenames = {codename for role in roles for codename in role.codenames}
    return frozenset(by_codename[codename] for codename in codenames & by_codename.keys())


@cache
def _by_codename() -> dict[str, Permission]:
    return {permission.codename: permission for permission in Permission}
