"""Founding a practice."""

from datetime import datetime
from uuid import UUID

from accounts import keys
from accounts.ids import uuid7
from accounts.models import ApprovalLimit, Membership, Practice, Role, SecurityPolicy
from accounts.permissions import BUILT_IN_ROLES
from accounts.services import roles
from accounts.services.roles import Change
from accounts.tenancy import current_scope
from audit.actions import Action
from audit.services import events

AUTOMATON_NAME = "Quietledger"
IDLE_MINUTES = 10
SESSIONS_MAX = 3


def found(
    *,
    slug: str,
    name: str,
    discreet_name: str,
    time_zone: str,
    rotation_days: int | None,
    now: datetime,
) -> Membership:
    """Write a practice into its own open scope, with its data key, automaton, roles and rules.

    ``rotation_days`` (90, 180 or 365) is how long a password lasts, None if it changes on
    evidence only: nobody but the practice can choose between the two.
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
            group_id=roles.open_group(built_in.slug),
            slug=built_in.slug,
            name=built_in.name,
            description=built_in.description,
        )
        # Nobody else sees this practice yet, so nobody has to wait or to stay.
        roles.write(Change(role, frozenset(), built_in.permissions))
        ApprovalLimit.objects.bulk_create(
            ApprovalLimit(
                role=role, act=act, limit_cents=cents, changed_at=now, changed_by=automaton
            )
            for act, cents in built_in.limits.items()
        )
    profiles = SecurityPolicy.PasswordProfile
    SecurityPolicy.objects.create(
        password_profile=profiles.CALENDAR if rotation_days else profiles.COMPROMISE,
        rotation_days=rotation_days,
        idle_minutes=IDLE_MINUTES,
        sessions_max=SESSIONS_MAX,
        changed_at=now,
        changed_by=automaton,
    )
    return automaton


def new_id() -> UUID:
    """Return an id for a practice that is about to be founded."""
    return uuid7()
