"""The people of the practice in scope, as their colleagues see them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Act, Membership, Passkey, RoleGrant, TotpDevice, User
from accounts.selectors import absences, approvals, members, terms


@dataclass(frozen=True, slots=True)
class Login:
    """How a person signs in, and since when with a second step: read through the gate, by id."""

    email: str
    second_step_since: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague. ``second_step`` is "on" or "off", or "renewed" once two agreed to reset it.

    That is said until it is set up anew, whoever takes the old one away: where somebody works in
    other practices too it is the operator, and nobody here reads that from this.

    ``entered_at`` is when they last came into this practice: what they do in others stays there.
    """

    pk: UUID
    person_id: UUID
    display_name: str
    initials: str
    email: str
    role_names: list[str]
    second_step: str
    entered_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    is_resting: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """That a person holds, will hold or held a role; with a term, it ends by itself."""

    pk: UUID
    role_name: str
    granted_by: str
    granted_at: datetime
    withdrawn_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """A colleague who holds a role, since when and by whom."""

    pk: UUID
    display_name: str
    granted_at: datetime
    granted_by: str


def everybody(*, now: datetime) -> list[Person]:
    """Return the people of the practice, those who left included, by name. Seven queries."""
    return _shown(members.people(), now)


def person(member: Membership, *, now: datetime) -> Person:
    """Return one colleague."""
    return _shown([member], now)[0]


def grants_of(member: Membership, *, now: datetime) -> list[Grant]:
    """Return every role that a member was given, newest first."""
    grants = RoleGrant.objects.filter(member=member).select_related("role", "granted_by")
    return [
        Grant(
            grant.pk,
            grant.role.name,
            grant.granted_by.display_name,
            grant.granted_at,
            grant.withdrawn_at,
            grant.starts_at,
            grant.ends_at,
            bool(grant.withdrawn_at or (grant.ends_at and grant.ends_at <= now)),
        )
        for grant in grants.order_by("-granted_at", "-id")
    ]


def holders_of(role_id: UUID) -> list[RoleHolder]:
    """Return who holds a role now, by name. One query."""
    held = RoleGrant.objects.filter(terms.standing(), role=role_id, member__ended_at=None)
    people = held.exclude(member__person_id=None).select_related("member", "granted_by")
    return [
        RoleHolder(
            grant.member_id,
            grant.member.display_name,
            grant.granted_at,
            grant.granted_by.display_name,
        )
        for grant in people.order_by("member__display_name", "id")
    ]


def _shown(found: Iterable[Membership], now: datetime) -> list[Person]:
    rows = [(member, member.person_id) for member in found]
    roles = defaultdict(list)
    held = RoleGrant.objects.filter(terms.standing(), member__in=[member for member, _ in rows])
    for member_id, name in held.order_by("role__name").values_list("member_id", "role__name"):
        roles[member_id].append(name)
    logins = _logins({person_id for _, person_id in rows if person_id})
    resets = approvals.last_spent(Act.SECOND_FACTOR_RESET)
    nothing = Login("", None)
    return [
        Person(
            member.pk,
            person_id,
            member.display_name,
            member.initials,
            (login := logins.get(person_id, nothing)).email,
            roles[member.pk],
            _second_step(login.second_step_since, resets.get(member.pk)),
            member.entered_at,
            member.created_at,
            member.ended_at,
            not member.ended_at and absences.rests(member, now=now),
        )
        for member, person_id in rows
        if person_id
    ]


def _logins(person_ids: set[UUID]) -> dict[UUID, Login]:
    apps = TotpDevice.objects.filter(user__in=person_ids)
    passkeys = Passkey.objects.filter(user__in=person_ids)
    since: dict[UUID, datetime] = {}
    for user_id, confirmed_at in [
        *apps.values_list("user_id", "confirmed_at"),
        *passkeys.values_list("user_id", "created_at"),
    ]:
        if confirmed_at:
            since[user_id] = min(since.get(user_id, confirmed_at), confirmed_at)
    return {
        user.pk: Login(user.email, since.get(user.pk))
        for user in User.objects.filter(pk__in=person_ids)
    }


def _second_step(since: datetime | None, reset_at: datetime | None) -> str:
    if reset_at and (since is None or since <= reset_at):
        return "renewed"
    return "on" if since else "off"
