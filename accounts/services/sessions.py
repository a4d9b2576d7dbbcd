"""What the log says of a signed-in person coming and going."""

from uuid import UUID

from accounts.selectors import members
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.services import events


class NotAMember(Exception):
    """The person does not belong to this practice, or does not any more."""

    def __init__(self) -> None:
        super().__init__("You do not belong to this practice any more. Ask its administrator.")


def enter(*, practice_id: UUID, person_id: UUID, is_sign_in: bool) -> None:
    """Log that a person came into a practice: by signing in, or by switching to it.

    Raises:
        NotAMember: they have no membership there now.
    """
    with practice_scope(practice_id, person_id=person_id):
        if members.acting() is None:
            raise NotAMember
        practice = members.practice()
        events.record(Action.SIGNED_IN if is_sign_in else Action.PRACTICE_ENTERED, target=practice)


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
