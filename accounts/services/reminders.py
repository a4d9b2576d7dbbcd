"""Letters before a password ends by the calendar: 14, 7 and 1 days before, each once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.selectors import doors, members, policies
from accounts.services import mail
from accounts.tenancy import installation_scope, practice_scope

DAYS_BEFORE = (1, 7, 14)


def send_due(*, now: datetime) -> int:
    """Write the letters that are due, and return how many. Opens each practice's scope."""
    written = 0
    for days, people in _people_by_rotation().items():
        written += _remind(people, timedelta(days=days), now)
    return written


def _people_by_rotation() -> dict[int, list[UUID]]:
    """Return days → the people whose strictest practice lets a password last as long."""
    shortest: dict[UUID, int] = {}
    for practice_id in doors.practice_ids():
        with practice_scope(practice_id):
            days = policies.current().rotation_days
            present = members.people().filter(ended_at=None) if days else []
            for person_id in (member.person_id for member in present):
                if days and person_id:
                    shortest[person_id] = min(days, shortest.get(person_id, days))
    found: dict[int, list[UUID]] = {}
    for person_id, days in shortest.items():
        found.setdefault(days, []).append(person_id)
    return found


def _remind(people: Iterable[UUID], life: timedelta, now: datetime) -> int:
    theirs = User.objects.filter(pk__in=people, is_active=True)
    soon = Q(password_changed_at__lte=now - life + timedelta(days=DAYS_BEFORE[-1]))
    # A practice that gave more time starts the letters anew.
    theirs.exclude(soon).exclude(password_reminder=0).update(password_reminder=0)
    waiting = theirs.filter(soon, password_changed_at__gt=now - life, password_due="")
    return sum(_write(user, user.password_changed_at + life, now) for user in waiting)


def _write(user: User, ends_at: datetime, now: datetime) -> bool:
    step = next(days for days in DAYS_BEFORE if ends_at - now <= timedelta(days=days))
    untold = User.objects.filter(
        Q(password_reminder=0) | Q(password_reminder__gt=step),
        pk=user.pk,
        password_changed_at=user.password_changed_at,
    )
    with installation_scope(), transaction.atomic(using="gate"):
        if not untold.update(password_reminder=step):
            return False
        mail.queue(
            to=user.email,
            template="password_reminder",
            now=now,
            context={"days": step, "ends_at": ends_at},
        )
    return True
