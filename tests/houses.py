"""Practices with people in them, founded through the product's own services."""

import time
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.ids import NIL, uuid7
from accounts.models import Membership, Role, RoleGrant, User
from accounts.permissions import BUILT_IN_ROLES
from accounts.selectors import doors
from accounts.selectors import members as members_found
from accounts.services import members, practices
from accounts.sessions import MFA_AT, PRACTICE, SIGNED_IN_AT, SessionStore
from accounts.tenancy import installation_scope, practice_scope

FOUNDED_AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
PASSWORD = "correct horse battery staple"  # of people who exist in tests only


@dataclass(frozen=True, slots=True)
class House:
    """A founded practice and its people by role slug."""

    id: UUID
    slug: str
    automaton: Membership
    people: dict[str, Membership]


def prepare_installation() -> None:
    """Give the installation its data key, as provision_context does."""
    with installation_scope():
        keys.create()


@cache
def hashed_password() -> str:
    return make_password(PASSWORD)


@cache
def _harbor_lane() -> House:
    """Found Harbor Lane, or find it where the database was kept from a run before."""
    kept = doors.practice_ids()
    if not kept:
        return found("harbor-lane", "Harbor Lane")
    with practice_scope(kept[0]):
        Membership.objects.exclude(person_id=None).update(entered_at=timezone.now())
        held = RoleGrant.objects.filter(withdrawn_at=None).select_related("member", "role")
        people = {grant.role.slug: grant.member for grant in held}
        return House(kept[0], "harbor-lane", members_found.automaton(), people)


def settle() -> None:
    """See to it that Harbor Lane is there, committed, before any test begins."""
    _harbor_lane()


def harbor_lane() -> House:
    """Return Harbor Lane; what a test does to its people's objects, the next one does not see."""
    return deepcopy(_harbor_lane())


def found(slug: str, name: str) -> House:
    """Found a practice with a person of each built-in role."""
    practice_id = uuid7()
    users = {
        role.slug: User.objects.create(
            email=f"{role.slug}@{slug}.example",
            password=hashed_password(),
            password_is_long=True,
            created_at=FOUNDED_AT,
            password_changed_at=FOUNDED_AT,
        )
        for role in BUILT_IN_ROLES
    }
    with practice_scope(practice_id):
        automaton = practices.found(
            slug=slug,
            name=name,
            discreet_name=name,
            time_zone="America/New_York",
            rotation_days=None,
            now=FOUNDED_AT,
        )
        people = {
            role.slug: members.add(
                person_id=users[role.slug].pk,
                display_name=f"{role.name} of {name}",
                role=Role.objects.get(slug=role.slug),
                now=FOUNDED_AT,
                by=automaton,
            )
            for role in BUILT_IN_ROLES
        }
        # Nobody's membership rests, however long ago the practice was founded.
        Membership.objects.exclude(person_id=None).update(entered_at=timezone.now())
    return House(practice_id, slug, automaton, people)


def user_of(member: Membership) -> User:
    """Return the user behind the gate whose membership this is."""
    return User.objects.get(pk=member.person_id or NIL)


def browser_of(member: Membership) -> Client:
    """Return a test client whose session has passed both factors, as this member."""
    user = user_of(member)
    now = int(time.time())
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            MFA_AT: now,
            SIGNED_IN_AT: now,
            PRACTICE: str(member.practice_id),
        }
    )
    session.create()
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return browser
