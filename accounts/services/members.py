"""People joining a practice, and coming back to it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership, Role
from accounts.selectors import absences
from accounts.selectors.invitations import roles_to_give
from accounts.selectors.terms import Term
from accounts.services import roles
from audit.actions import Action
from audit.services import events


class NotYoursToGive(Exception):
    """The role lets people do more than its giver may, or is given by two."""

    def __init__(self) -> None:
        super().__init__("Choose one of the roles that you may give.")


class NotAway(Exception):
    """The member is neither gone nor resting, so there is nothing to come back from."""

    def __init__(self) -> None:
        super().__init__("This person can come in already.")


@transaction.atomic
def add(
    *,
    person_id: UUID,
    display_name: str,
    role: Role,
    now: datetime,
    by: Membership,
    term: Term | None = None,
) -> Membership:
    """Let a person into the practice with a first role, for good or for a term."""
    member = Membership.objects.create(
        person_id=person_id, display_name=display_name, created_at=now
    )
    events.record(Action.MEMBER_ADDED, target=member)
    roles.grant(member=member, role=role, now=now, by=by, term=term)
    return member


@transaction.atomic
def join(
    *,
    person_id: UUID,
    display_name: str,
    role: Role,
    now: datetime,
    by: Membership,
    term: Term | None = None,
) -> Membership:
    """Let a person in who may have been here before; who never left gets the role as well."""
    before = _locked(person_id=person_id)
    if before is None:
        return add(
            person_id=person_id, display_name=display_name, role=role, now=now, by=by, term=term
        )
    if before.ended_at or absences.rests(before, now=now):
        _let_in(before, now, by)
    roles.grant(member=before, role=role, now=now, by=by, term=term)
    return before


@transaction.atomic
def readmit(*, member: Membership, now: datetime, by: Membership) -> None:
    """Let somebody back in whose membership rests, with the roles that they still hold.

    Raises:
        NotAway: the membership does not rest, or was ended.
    """
    held = _locked(pk=member.pk)
    if held is None or held.ended_at or not absences.rests(held, now=now):
        raise NotAway
    _let_in(held, now, by)


@transaction.atomic
def let_back_in(*, member: Membership, role: Role, now: datetime, by: Membership) -> None:
    """Let somebody back in whose membership was ended, with one new role; the old ones stay gone.

    Raises:
        NotAway: the membership was not ended.
        NotYoursToGive: whoever lets them in may not give this role, or may not any more.
    """
    held = _locked(pk=member.pk)
    if held is None or not held.ended_at:
        raise NotAway
    if not roles_to_give(by).filter(pk=role.pk).exists():
        raise NotYoursToGive
    _let_in(held, now, by)
    roles.grant(member=held, role=role, now=now, by=by)


def _let_in(member: Membership, now: datetime, by: Membership) -> None:
    Membership.objects.filter(pk=member.pk).update(
        ended_at=None, ended_by=None, readmitted_at=now, readmitted_by=by
    )
    events.record(Action.MEMBER_READMITTED, target=member)


def _locked(**which: UUID) -> Membership | None:
    # The practice first, as whoever takes a role does: nobody waits for whoever waits for them.
    roles.one_at_a_time()
    return Membership.objects.select_for_update(no_key=True).filter(**which).first()
