"""Roles: what they hold, and who holds them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from accounts.models import Membership, Practice, Role, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import members
from audit.actions import Action
from audit.services import events


class LastAdministrator(Exception):
    """The change would leave the practice without anybody who may change roles."""


@transaction.atomic
def set_permissions(*, role: Role, permissions: Iterable[Permission]) -> None:
    """Let a role hold exactly these permissions; it takes effect at everybody's next request.

    Raises:
        LastAdministrator: nobody could change roles afterwards.
    """
    _one_at_a_time()
    codenames = sorted(permission.codename for permission in permissions)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_role_permissions(%s, %s)", [role.pk, codenames])
    _require_an_administrator()
    events.record(Action.ROLE_PERMISSIONS_CHANGED, target=role, permissions=len(codenames))


@transaction.atomic
def grant(*, member: Membership, role: Role, now: datetime, by: Membership) -> RoleGrant:
    """Give a role to a member; giving it twice changes nothing."""
    held, is_new = RoleGrant.objects.get_or_create(
        member=member,
        role=role,
        withdrawn_at=None,
        defaults={"granted_at": now, "granted_by": by},
    )
    if is_new:
        events.record(Action.ROLE_GRANTED, target=role, member=str(member.pk))
    return held


@transaction.atomic
def withdraw(*, member: Membership, role: Role, now: datetime, by: Membership) -> None:
    """Take a role from a member; it takes effect at their next request.

    Raises:
        LastAdministrator: nobody could change roles afterwards.
    """
    _one_at_a_time()
    changed = RoleGrant.objects.filter(member=member, role=role, withdrawn_at=None).update(
        withdrawn_at=now, withdrawn_by=by
    )
    if not changed:
        return
    _require_an_administrator()
    events.record(Action.ROLE_WITHDRAWN, target=role, member=str(member.pk))


def _one_at_a_time() -> None:
    """Lock the practice: two who take each other's role at once would both see the other stay.

    It comes before any other lock, so that nobody waits for whoever waits for them.
    """
    Practice.objects.select_for_update(no_key=True).get()


def _require_an_administrator() -> None:
    present = list(members.people().filter(ended_at=None))
    if present and not any(Permission.ROLE_CHANGE in members.permissions_of(m) for m in present):
        raise LastAdministrator("Somebody must stay who can change roles.")
