"""Ending somebody's membership: at once, everywhere in the practice, and without losing history."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership, Practice, RoleGrant, SignInSession, User
from accounts.selectors import doors
from accounts.services import api_tokens, approvals, invitations, mail, roles, sessions
from accounts.sessions import PRACTICE, SessionStore
from accounts.tenancy import current_scope
from audit.actions import Action
from audit.services import events


class NotOneself(Exception):
    """Somebody would end their own membership."""

    def __init__(self) -> None:
        super().__init__("You cannot end your own access. Ask another administrator.")


class AlreadyEnded(Exception):
    """The membership has ended."""

    def __init__(self) -> None:
        super().__init__("The access of this person has ended already.")


@dataclass(frozen=True, slots=True)
class Ended:
    """What went with a membership, as counts."""

    roles: int
    sessions: int
    invitations: int


@transaction.atomic
def end(*, member: Membership, now: datetime, by: Membership) -> Ended:
    """End a membership: roles, sign-ins, tokens, invitations and requests go; the done stays.

    Every session of theirs is refused at its next request, since each asks who is a member.

    Raises:
        NotOneself, AlreadyEnded
        roles.LastAdministrator: nobody could change roles afterwards.
    """
    if member.pk == by.pk:
        raise NotOneself
    practice = Practice.objects.select_for_update(no_key=True).get()
    member = Membership.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.ended_at or member.person_id is None:
        raise AlreadyEnded
    held = RoleGrant.objects.filter(member=member, withdrawn_at=None).select_related("role")
    grants = list(held)
    for grant in grants:
        roles.withdraw(member=member, role=grant.role, now=now, by=by)
    user = User.objects.get(pk=member.person_id)
    taken_back = invitations.take_back_all(email=user.email, sent_by=member, now=now, by=by)
    approvals.withdraw_all(of=member, by=by, now=now)
    api_tokens.revoke_all(made_by=member, now=now, by=by)
    Membership.objects.filter(pk=member.pk).update(ended_at=now, ended_by=by)
    ended = Ended(len(grants), _end_sessions(user), taken_back)
    letter = {"practice": practice.name, "by": by.display_name}
    mail.queue(to=user.email, template="access_ended", now=now, context=letter)
    events.record(Action.MEMBER_ENDED, target=member, roles=ended.roles, sessions=ended.sessions)
    return ended


def open_sessions(member: Membership) -> int:
    """Return in how many browsers a member is signed in to this practice now."""
    return len(_sessions_here(member.person_id)) if member.person_id else 0


def _end_sessions(user: User) -> int:
    """End the sign-ins here. Those of somebody with other practices only leave this one."""
    here = current_scope().practice_id
    in_this_one = _sessions_here(user.pk)
    if set(doors.memberships_of(user.pk)) - {here}:
        for row, data in in_this_one:
            del data[PRACTICE]
            left = SignInSession.objects.filter(pk=row.pk)
            left.update(session_data=SessionStore().encode(data))
    else:
        sessions.end_all(user.pk, why="left")
    return len(in_this_one)


def _sessions_here(person_id: UUID) -> list[tuple[SignInSession, dict[str, object]]]:
    here = str(current_scope().practice_id)
    rows = SignInSession.objects.filter(user_id=person_id, ended_at=None)
    opened = [(row, SessionStore().decode(row.session_data)) for row in rows]
    return [(row, data) for row, data in opened if data.get(PRACTICE) == here]
