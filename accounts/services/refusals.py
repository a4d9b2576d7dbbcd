"""Refused sign-ins of people whom a practice knows, told to that practice's log.

A task does it, so that the refusal itself takes as long for a name that nobody has.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import transaction

from accounts.models import SignInTry
from accounts.selectors import doors, members
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.services import events

BATCH = 500


def tell_practices(*, now: datetime) -> int:
    """Copy refused sign-ins to the logs of their people's practices; return how many there were.

    A refusal that is being told is held, so that no other worker tells it too.
    """
    with transaction.atomic(using="gate"):
        waiting = SignInTry.objects.filter(person_id__isnull=False, told_at=None)
        held = list(waiting.select_for_update(skip_locked=True).order_by("at", "id")[:BATCH])
        held.sort(key=lambda refused: (str(refused.person_id), refused.at))
        for person_id, refused in groupby(held, key=lambda refused: refused.person_id):
            if person_id is not None:
                _tell(person_id, list(refused))
        SignInTry.objects.filter(pk__in=[refused.pk for refused in held]).update(told_at=now)
    return len(held)


def _tell(person_id: UUID, refused: Sequence[SignInTry]) -> None:
    for practice_id in doors.memberships_of(person_id):
        with practice_scope(practice_id):
            member = members.people().filter(person_id=person_id).first()
            for attempt in refused:
                events.record(
                    Action.SIGN_IN_FAILED_AS,
                    target=member,
                    reason=attempt.reason,
                    tried_at=attempt.at.isoformat(timespec="seconds"),
                )
