"""People joining a practice."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership, Role
from accounts.services import roles
from audit.actions import Action
from audit.services import events


@transaction.atomic
def add(
    *, person_id: UUID, display_name: str, role: Role, now: datetime, by: Membership
) -> Membership:
    """Let a person into the practice with a first role."""
    member = Membership.objects.create(
        person_id=person_id, display_name=display_name, created_at=now
    )
    events.record(Action.MEMBER_ADDED, target=member)
    roles.grant(member=member, role=role, now=now, by=by)
    return member
