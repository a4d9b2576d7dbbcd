"""A signed-in person coming and going, and the sessions that are ended or renewed for them."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Membership, SignInSession
from accounts.selectors import absences, members, policies, presence
from accounts.sessions import PRACTICE, SessionStore, digest
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.services import events


class NotAMember(Exception):
    """The person does not belong to this practice, or does not any more."""

    def __init__(self) -> None:
        super().__init__("You do not belong to this practice any more. Ask its administrator.")


class MembershipRests(NotAMember):
    """The person was away for more than 90 days: a colleague lets them back in first."""

    def __init__(self) -> None:
        Exception.__init__(
            self,
            "Your access rests because you were not here for 90 days."
            " Ask an administrator to let you back in.",
        )


class NoSuchSession(Exception):
    """This person is not signed in there, or not any more."""


def enter(*, practice_id: UUID, person_id: UUID, is_sign_in: bool, now: datetime) -> None:
    """Note and log that a person came into a practice: by signing in, or by switching to it.

    Raises:
        NotAMember: they have no membership there now.
        MembershipRests: they were away for more than 90 days.
    """
    with practice_scope(practice_id, person_id=person_id):
        member = members.acting()
        if member is None:
            raise NotAMember
        is_resting = absences.rests(member, now=now)
        if is_resting:
            events.record(Action.SIGN_IN_FAILED, reason="away for more than 90 days")
        else:
            Membership.objects.filter(pk=member.pk).update(entered_at=now)
            how = Action.SIGNED_IN if is_sign_in else Action.PRACTICE_ENTERED
            events.record(how, target=members.practice())
    if is_resting:
        raise MembershipRests


def leave(
    *, practice_id: UUID | None, person_id: UUID | None, action: Action, reason: str = ""
) -> None:
    """Log that a person's session ended, in the practice they were in or the installation's log."""
    scope = practice_scope(practice_id, person_id=person_id) if practice_id else None
    with scope or installation_scope(person_id=person_id):
        if reason:
            events.record(action, reason=reason)
        else:
            events.record(action)


def end_all(person_id: UUID, *, why: str = "ended") -> int:
    """End every session of a person, and return how many. The caller tells the log.

    ``why`` is what the browser's next request is told: a key of ``accounts.views.signin.WHY``.
    """
    return _end(_living(person_id), why)


def end_others(person_id: UUID, *, keep: str, why: str = "ended") -> int:
    """End every session of a person but the one whose cookie holds the key ``keep``."""
    return _end(_living(person_id).exclude(session_key=digest(keep)), why)


def end_one(*, handle: UUID, person_id: UUID) -> None:
    """Sign a person out in one of their browsers, and tell the open scope's log.

    Raises:
        NoSuchSession: it is nobody's, or somebody else's.
    """
    if not _end(_living(person_id).filter(handle=handle), "remote"):
        raise NoSuchSession
    events.record(Action.SESSION_ENDED_FROM_ELSEWHERE, count=1)


def stay_here_only(*, person_id: UUID, key: str) -> None:
    """Sign a person out everywhere but in the browser with this key; tell the open scope's log."""
    count = end_others(person_id, keep=key, why="remote")
    events.record(Action.SESSION_ENDED_FROM_ELSEWHERE, count=count)


def keep_to_limit(person_id: UUID, *, now: datetime) -> None:
    """End a person's oldest sessions beyond what the strictest of their practices allows."""
    living = presence.living_sessions(person_id, now=now)
    if len(living) <= 1:
        return
    for row in living[policies.for_person(person_id).sessions_max :]:
        if _end(_living(person_id).filter(handle=row.handle), "elsewhere"):
            practice = SessionStore().decode(row.session_data).get(PRACTICE)
            leave(
                practice_id=UUID(practice) if practice else None,
                person_id=person_id,
                action=Action.SESSION_ENDED,
                reason="signed in elsewhere",
            )


def renew(person_id: UUID) -> None:
    """Let each session of a person get a new key with its next answer: their rights changed."""
    _living(person_id).update(renewal_asked_at=Now())


def _living(person_id: UUID) -> QuerySet[SignInSession]:
    return SignInSession.objects.filter(user_id=person_id, ended_at=None)


def _end(sessions: QuerySet[SignInSession], why: str) -> int:
    return sessions.update(ended_at=Now(), end_reason=why)
