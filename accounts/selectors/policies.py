"""The rules of signing in: of the practice in scope, and of a person in all of theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from accounts import password_rules
from accounts.models import SecurityPolicy, User
from accounts.selectors import doors, members
from accounts.tenancy import practice_scope

IDLE_MINUTES_MAX = 10
SESSIONS_MAX = 10


@dataclass(frozen=True, slots=True)
class Rules:
    """How people sign in. ``rotation_days`` is None where a password changes on evidence only."""

    rotation_days: int | None = None
    idle_minutes: int = IDLE_MINUTES_MAX
    sessions_max: int = SESSIONS_MAX


@dataclass(frozen=True, slots=True)
class PersonRules(Rules):
    """The strictest of a person's practices. ``names`` may not make up a password of theirs."""

    password_min: int = password_rules.LENGTH_MIN
    names: frozenset[str] = field(default=frozenset(), repr=False)


def current() -> Rules:
    """Return the rules of the practice in scope."""
    row = SecurityPolicy.objects.get()
    return Rules(row.rotation_days, row.idle_minutes, row.sessions_max)


def for_person(person_id: UUID) -> PersonRules:
    """Return the strictest rules of a person's practices. Opens each one's scope in turn."""
    return _strictest(_seen_from(place, person_id) for place in doors.memberships_of(person_id))


def people_overdue(rules: Rules, *, now: datetime) -> int:
    """Return how many people of the practice in scope these rules would ask for a new password."""
    if rules.rotation_days is None:
        return 0
    present = members.people().filter(ended_at=None).values_list("person_id", flat=True)
    oldest = now - timedelta(days=rules.rotation_days)
    return User.objects.filter(pk__in=list(present), password_changed_at__lte=oldest).count()


def _seen_from(practice_id: UUID, person_id: UUID) -> PersonRules:
    with practice_scope(practice_id, person_id=person_id):
        rules, member, practice = current(), members.acting(), members.practice()
        held = members.permissions_of(member) if member else frozenset()
        own = {member.display_name} if member else set()
    return PersonRules(
        rules.rotation_days,
        rules.idle_minutes,
        rules.sessions_max,
        password_rules.length_min(held),
        frozenset({practice.name, practice.discreet_name, *own}),
    )


def _strictest(found: Iterable[PersonRules]) -> PersonRules:
    every = list(found)
    if not every:
        return PersonRules()
    return PersonRules(
        min((rules.rotation_days for rules in every if rules.rotation_days), default=None),
        min(rules.idle_minutes for rules in every),
        min(rules.sessions_max for rules in every),
        max(rules.password_min for rules in every),
        frozenset().union(*(rules.names for rules in every)),
    )
