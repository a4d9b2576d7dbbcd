"""How long a signed-in browser may be quiet: what the strictest of its person's practices allows.

The strictest, and not the one that is open: an unattended browser can switch to any of them.
"""

from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Membership, SecurityPolicy, SignInSession
from accounts.selectors import doors, policies
from accounts.services import sessions
from accounts.sessions import OVER, PRACTICE, SessionStore, is_over
from accounts.tenancy import borrowed_scope
from audit.actions import Action

MINUTE = 60
FORGOTTEN_AFTER = timedelta(hours=1)
"""So long an ended session waits for its browser, which may still bring what was typed."""


def hold(session: SessionStore, person_id: UUID) -> None:
    """Hold a session to what its person's practices allow now. Opens each one's scope in turn."""
    session.hold_to(policies.for_person(person_id).idle_minutes * MINUTE)


def apply(practice_id: UUID, seconds: int) -> int:
    """Hold everybody of the practice in scope to its new limit, in every browser, from now on.

    Returns how many sessions that were. Call it last: sessions are no part of the transaction.
    """
    members = Membership.objects.filter(ended_at=None).exclude(person_id=None)
    living = SignInSession.objects.filter(
        ended_at=None, user_id__in=list(members.values_list("person_id", flat=True))
    )
    held = 0
    for person_id in set(living.values_list("user_id", flat=True)):
        if person_id is None:
            continue
        elsewhere = _elsewhere(person_id, practice_id)
        held += living.filter(user_id=person_id).update(idle_seconds=min([seconds, *elsewhere]))
    return held


def end_forgotten(*, now: datetime) -> int:
    """End the sessions whose browser never came back, tell the log, and return how many."""
    count = 0
    for row in SignInSession.objects.filter(ended_at=None).exclude(user_id=None):
        reason = is_over(row, now - FORGOTTEN_AFTER)
        if not reason or not SignInSession.objects.filter(pk=row.pk).delete()[0]:
            continue
        practice = SessionStore().decode(row.session_data).get(PRACTICE)
        sessions.leave(
            practice_id=UUID(practice) if practice else None,
            person_id=row.user_id,
            action=Action.SESSION_ENDED,
            reason=OVER[reason],
        )
        count += 1
    return count


def _elsewhere(person_id: UUID, practice_id: UUID) -> list[int]:
    """Return what a person's other practices allow, in seconds."""
    found = []
    for other in doors.memberships_of(person_id):
        if other != practice_id:
            with borrowed_scope(other):
                found.append(SecurityPolicy.objects.get().idle_minutes * MINUTE)
    return found
