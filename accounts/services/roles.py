"""Roles: what they hold, and who holds them."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import password_rules
from accounts.models import Invitation, Membership, Practice, Role, RoleGrant, User
from accounts.permissions import Permission
from accounts.selectors import administrators, limits, members, terms
from accounts.selectors import roles as standing
from accounts.selectors.terms import Term
from accounts.services import sessions
from audit.actions import Action
from audit.services import events

LISTED_AT_ONCE = 8
"""How many permissions one event of the log names; a larger change takes several."""


class LastAdministrator(Exception):
    """The change would leave the practice without anybody who may change roles."""

    def __init__(self) -> None:
        super().__init__("Somebody must stay who can change roles.")


class MadeByTwo(Exception):
    """A role that somebody holds would gain the right to change roles, by one person alone."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody holds this role, and whoever may change roles is made by two of you."
            " Give them a role with this right on their own page: it asks a second administrator."
        )


class NotForATime(Exception):
    """A role that guards the practice would begin and end by itself."""

    def __init__(self) -> None:
        super().__init__(
            "This role manages people or security, and is given without an end. Take it away when"
            " it is not needed any more."
        )


class HeldForATime(Exception):
    """A role that somebody holds, or is invited to, for a time would guard the practice."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody holds this role for a time, or is invited to it so. Whoever manages people or"
            " security holds that without an end. Take the role or the invitation back first, or"
            " copy the role."
        )


class ChangedMeanwhile(Exception):
    """Somebody else changed a role after its permissions were shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a role is to hold, and what it held when that was decided."""

    role: Role
    seen: frozenset[Permission]
    wanted: frozenset[Permission]


@contextmanager
def somebody_stays() -> Iterator[None]:
    """Do one at a time what could take the last administrator away, and refuse it if it did.

    A colleague who rests does not count while another is there: nobody could let them back in.

    Two who take each other's role at once would both see the other stay. The lock comes before
    any other, so that nobody waits for whoever waits for them. The caller's transaction has to
    end with the exception; the database holds the same at commit.

    Raises:
        LastAdministrator: nobody could change roles afterwards.
    """
    one_at_a_time()
    before = administrators.present()
    yield
    after = administrators.present()
    is_lost = any(before.values()) and not any(after.values())
    if (is_lost or not after) and members.people().filter(ended_at=None).exists():
        raise LastAdministrator


@transaction.atomic
def set_permissions(*, role: Role, permissions: Iterable[Permission]) -> None:
    """Let a role hold exactly these permissions; it takes effect at everybody's next request.

    Raises:
        LastAdministrator: nobody could change roles afterwards.
    """
    with somebody_stays():
        held = standing.permissions_of([role.pk])[role.pk]
        write(Change(role, held, frozenset(permissions)))


@transaction.atomic
def change(*, changes: Collection[Change], by: Membership) -> None:
    """Change what several roles hold, all of them or none.

    Raises:
        ChangedMeanwhile: a role holds something else by now than when this was decided.
        HeldForATime: it would guard the practice, and some hold it for a time.
        MadeByTwo: it would let its people change roles, and a second person could agree to that.
        LastAdministrator: nobody could change roles afterwards.
    """
    with somebody_stays():
        # Everything is looked at before anything is written: the first change must not take from
        # the second administrator what they would have to agree with.
        held = standing.permissions_of([each.role.pk for each in changes])
        for each in changes:
            if held[each.role.pk] != each.seen:
                raise ChangedMeanwhile(f"Somebody changed the role {each.role} meanwhile.")
        if any(map(_ends_by_itself, changes)):
            raise HeldForATime
        if any(map(_makes_administrators, changes)) and administrators.has_second(by):
            raise MadeByTwo
        for each in changes:
            if each.wanted != each.seen:
                write(each)


@transaction.atomic
def grant(
    *, member: Membership, role: Role, now: datetime, by: Membership, term: Term | None = None
) -> RoleGrant:
    """Give a role to a member, for good or for a term; giving it twice changes nothing.

    One with another term takes the place of the one before.

    Raises:
        NotForATime: the role guards the practice, and so has no end.
    """
    if term and not terms.may_end_by_itself(standing.permissions_of([role.pk])[role.pk]):
        raise NotForATime
    before = members.permissions_of(member)
    same = RoleGrant.objects.filter(member=member, role=role, withdrawn_at=None)
    starts_at, ends_at = (term.starts_at, term.ends_at) if term else (None, None)
    held = same.filter(starts_at=starts_at, ends_at=ends_at).first()
    if held is not None:
        return held
    _take(same, now, by)
    held = RoleGrant.objects.create(
        member=member,
        role=role,
        granted_at=now,
        granted_by=by,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    events.record(Action.ROLE_GRANTED, target=role, member=str(member.pk), **_told(term))
    gained = standing.permissions_of([role.pk])[role.pk] - before
    if gained or limits.of_role(role):
        _raised(member, gained)
    return held


@transaction.atomic
def withdraw(*, member: Membership, role: Role, now: datetime, by: Membership) -> None:
    """Take a role from a member; it takes effect at their next request.

    Raises:
        LastAdministrator: nobody could change roles afterwards.
    """
    with somebody_stays():
        _take(RoleGrant.objects.filter(member=member, role=role, withdrawn_at=None), now, by)


def _take(held: QuerySet[RoleGrant], now: datetime, by: Membership) -> None:
    """Take what a member holds; what ended by itself makes room, and nothing is said of it."""
    taken = list(held.filter(terms.not_over()).select_related("role"))
    held.update(withdrawn_at=now, withdrawn_by=by)
    for each in taken:
        events.record(Action.ROLE_WITHDRAWN, target=each.role, member=str(each.member_id))


def open_group(slug: str) -> int:
    """Return the id of a new Django group of the practice in scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_role_group(%s)", [slug])
        return int(cursor.fetchone()[0])


def one_at_a_time() -> None:
    """Lock the practice, before any other lock: roles and who holds them change one at a time."""
    Practice.objects.select_for_update(no_key=True).get()


def _told(term: Term | None) -> dict[str, Any]:
    """Return a term as facts of an event."""
    if term is None:
        return {}
    return {"since": _minute(term.starts_at), "until": _minute(term.ends_at)}


def _minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _ends_by_itself(wanted: Change) -> bool:
    """Say whether a role comes to guard the practice that ends by itself for somebody."""
    if terms.may_end_by_itself(wanted.wanted) or not terms.may_end_by_itself(wanted.seen):
        return False
    held = RoleGrant.objects.filter(
        terms.not_over(), role=wanted.role, ends_at__isnull=False, member__ended_at=None
    )
    invited = Invitation.objects.filter(
        role=wanted.role, accepted_at=None, revoked_at=None, ends_at__gt=Now(), expires_at__gt=Now()
    )
    return held.exists() or invited.exists()


def _makes_administrators(wanted: Change) -> bool:
    held = RoleGrant.objects.filter(terms.not_over(), role=wanted.role, member__ended_at=None)
    return Permission.ROLE_CHANGE in wanted.wanted - wanted.seen and held.exists()


def write(wanted: Change) -> None:
    """Let a role hold what is wanted, under the lock that the caller took."""
    codenames = sorted(permission.codename for permission in wanted.wanted)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_role_permissions(%s, %s)", [wanted.role.pk, codenames])
    _tell(wanted)
    gained = wanted.wanted - wanted.seen
    if gained:
        raised(wanted.role, gained)


def raised(role: Role, gained: frozenset[Permission] = frozenset()) -> None:
    """Let the keys of sessions change of everybody who holds a role that lets them do more."""
    grants = RoleGrant.objects.filter(terms.not_over(), role=role)
    for held in grants.select_related("member"):
        _raised(held.member, gained)


def _tell(wanted: Change) -> None:
    """Say on the log what came and what went, a few names an event."""
    changed = [("added", each.codename) for each in sorted(wanted.wanted - wanted.seen)]
    changed += [("taken", each.codename) for each in sorted(wanted.seen - wanted.wanted)]
    for start in range(0, len(changed), LISTED_AT_ONCE):
        part = changed[start : start + LISTED_AT_ONCE]
        facts: dict[str, Any] = {
            kind: ", ".join(name for found, name in part if found == kind) for kind in dict(part)
        }
        events.record(
            Action.ROLE_PERMISSIONS_CHANGED,
            target=wanted.role,
            permissions=len(wanted.wanted),
            **facts,
        )


def _raised(member: Membership, gained: frozenset[Permission]) -> None:
    """Let the keys of somebody's sessions change with what they open.

    Where it needs a longer password than theirs they are signed out: they choose one as they
    sign in again, and until then nothing new is open.
    """
    if member.person_id is None:
        return
    needs_long = password_rules.length_min(gained) > password_rules.LENGTH_MIN
    short = User.objects.filter(pk=member.person_id, password_is_long=False)
    if needs_long and short.exists():
        sessions.end_all(member.person_id, why="longer")
    else:
        sessions.renew(member.person_id)
