"""Who of the practice in scope can change roles now, and whether a second one can agree to it."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.ids import NIL
from accounts.models import Act, Membership, User
from accounts.permissions import Permission
from accounts.selectors import absences, approvals, members, terms


def present() -> dict[UUID, bool]:
    """Return who is present and can change roles, with whether they can come in: none who rests."""
    found = {member.person_id or NIL: member for member in _holders()}
    active = User.objects.filter(pk__in=found, is_active=True).values_list("pk", flat=True)
    now = _database_clock()
    return {pk: not absences.rests(found[pk], now=now) for pk in active}


def has_second(by: Membership) -> bool:
    """Say whether somebody else than a member is there to agree that a person may change roles.

    A practice of one administrator is not held up, and neither is what founds or mends one.
    """
    if by.person_id is None:
        return False
    now = _database_clock()
    return any(
        not absences.rests(other, now=now) and approvals.may_decide(other, Act.ADMINISTRATOR)
        for other in _holders().exclude(pk=by.pk)
    )


def _holders() -> QuerySet[Membership]:
    return members.people().filter(
        terms.endless("grants__"),
        ended_at=None,
        grants__role__group__permissions__codename=Permission.ROLE_CHANGE.codename,
    )


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]  # timestamptz
