"""Founding a practice."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts import keys
from accounts.ids import uuid7
from accounts.models import Membership, Practice, Role
from accounts.permissions import BUILT_IN_ROLES
from accounts.services import roles
from accounts.tenancy import current_scope
from audit.actions import Action
from audit.services import events

AUTOMATON_NAME = "Quietledger"


def found(*, slug: str, name: str, discreet_name: str, time_zone: str, now: datetime) -> Membership:
    """Write a practice into its own open scope, with its data key, automaton and roles.

    The caller makes the id, opens its scope, and calls this first. Returns the automaton.
    """
    practice = Practice.objects.create(
        id=current_scope().practice_id,
        slug=slug,
        name=name,
        discreet_name=discreet_name,
        time_zone=time_zone,
        created_at=now,
    )
    keys.create()
    events.record(Action.PRACTICE_CREATED, target=practice)
    automaton = Membership.objects.create(display_name=AUTOMATON_NAME, created_at=now)
    for built_in in BUILT_IN_ROLES:
        role = Role.objects.create(
            group_id=open_group(built_in.slug),
            slug=built_in.slug,
            name=built_in.name,
            description=built_in.description,
        )
        roles.set_permissions(role=role, permissions=built_in.permissions)
    return automaton


def open_group(slug: str) -> int:
    """Return the id of a new Django group of the practice in scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_role_group(%s)", [slug])
        return int(cursor.fetchone()[0])


def new_id() -> UUID:
    """Return an id for a practice that is about to be founded."""
    return uuid7()
