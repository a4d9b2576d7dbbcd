"""Invitations: a link by e-mail that lets one person in, once, within 24 hours.

Whether an address could sign in here before is nobody's business but its owner's: inviting says
the same and does the same for both.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import password_rules
from accounts.ids import NIL, uuid7
from accounts.models import Invitation, Membership, Practice, Role, User
from accounts.selectors import doors, members, roles, terms
from accounts.selectors import invitations as found
from accounts.selectors.terms import Term
from accounts.services import mail, passwords, users
from accounts.services import members as joining
from accounts.services.members import NotYoursToGive
from accounts.services.roles import NotForATime, one_at_a_time
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.services import events

LIFE = timedelta(hours=24)


class AlreadyHere(Exception):
    """Somebody with this address works in the practice already."""

    def __init__(self) -> None:
        super().__init__("Somebody with this address is in your practice already.")


class InvitationOver(Exception):
    """The link is unknown, used, taken back, older than a day, or its sender may not send it now.

    Nothing tells which.
    """

    def __init__(self) -> None:
        super().__init__("This invitation cannot be used any more.")


class KnownHere(Exception):
    """The address can sign in already: its owner signs in to accept."""


@transaction.atomic
def invite(
    *,
    email: str,
    display_name: str,
    role: Role,
    now: datetime,
    by: Membership,
    term: Term | None = None,
) -> Invitation:
    """Write the letter with the link. An earlier link to the same address stops working.

    With a ``term`` the role begins and ends by itself, whenever the link is used.

    Raises:
        AlreadyHere: a present member of this practice signs in with the address.
        NotYoursToGive: the inviter would give more than they hold.
        NotForATime: the role guards the practice, and so has no end.
    """
    # One at a time, so that only one link to an address is ever open.
    practice = Practice.objects.select_for_update(no_key=True).get()
    name = users.canonical_name(email)
    if not found.roles_to_give(by).filter(pk=role.pk).exists():
        raise NotYoursToGive
    if term and not terms.may_end_by_itself(roles.permissions_of([role.pk])[role.pk]):
        raise NotForATime
    if _is_here(name):
        raise AlreadyHere
    for earlier in found.waiting(now=now).filter(email=name):
        _take_back(earlier, now, by)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=name,
        display_name=display_name,
        role=role,
        digest=found.digest(token),
        invited_at=now,
        invited_by=by,
        expires_at=now + LIFE,
        starts_at=term.starts_at if term else None,
        ends_at=term.ends_at if term else None,
    )
    letter = {
        "token": token,
        "practice": practice.name,
        "inviter": by.display_name,
        "role": role.name,
        "expires_at": invitation.expires_at,
    }
    mail.queue(to=name, template="invitation", now=now, context=letter)
    events.record(Action.MEMBER_INVITED, target=invitation, role=role.slug)
    return invitation


@transaction.atomic
def resend(*, invitation: Invitation, now: datetime, by: Membership) -> Invitation:
    """Send a new link in the place of one that was lost or has expired.

    Raises:
        InvitationOver: it was accepted, or taken back.
        AlreadyHere, NotYoursToGive: as for inviting.
    """
    one_at_a_time()
    row = Invitation.objects.select_related("role").get(pk=invitation.pk)
    if row.accepted_at or row.revoked_at:
        raise InvitationOver
    if row.expires_at > now:
        _take_back(row, now, by)
    return invite(
        email=row.email,
        display_name=row.display_name,
        role=row.role,
        now=now,
        by=by,
        term=_term_of(row),
    )


@transaction.atomic
def revoke(*, invitation: Invitation, now: datetime, by: Membership) -> None:
    """Take an invitation back: its link stops working.

    Raises:
        InvitationOver: it cannot be accepted any more anyway.
    """
    if not _take_back(invitation, now, by):
        raise InvitationOver


def take_back_all(*, email: str, sent_by: Membership, now: datetime, by: Membership) -> int:
    """Take back what waits for an address and what a member sent; return how many there were."""
    open_now = found.waiting(now=now)
    mine = open_now.filter(email=email) | open_now.filter(invited_by=sent_by)
    return sum(_take_back(invitation, now, by) for invitation in mine)


def accept(*, token: str, user: User, now: datetime) -> UUID:
    """Let in a person who has signed in, and return the practice. Opens its scope.

    Raises:
        InvitationOver: the link opens nothing, or is meant for another address.
    """
    practice_id = doors.practice_of_token(found.digest(token))
    if practice_id is None:
        raise InvitationOver
    with practice_scope(practice_id, person_id=user.pk):
        invitation = _claimed(token, now)
        if invitation.email != user.email:
            raise InvitationOver
        _let_in(invitation, user.pk, now)
    return practice_id


def accept_as_newcomer(*, token: str, password: str, now: datetime) -> UUID:
    """Let in a person who could not sign in here before, and return the practice. Opens its scope.

    The membership opens nothing by itself: they sign in next, and set up a second factor.

    Raises:
        InvitationOver: the link opens nothing.
        KnownHere: the address can sign in already.
        PasswordRefused: the password is not fit for the role.
    """
    practice_id, person_id = doors.practice_of_token(found.digest(token)), uuid7()
    if practice_id is None:
        raise InvitationOver
    with practice_scope(practice_id, person_id=person_id):
        invitation = _claimed(token, now)
        _require_fit(password, invitation)
        # The gate is another connection and commits now. Should this scope fail after it, the
        # link stays open, and its owner signs in with this password to accept.
        try:
            with transaction.atomic(using="gate"):
                users.create(
                    email=invitation.email, password=password, now=now, person_id=person_id
                )
        except IntegrityError as taken:
            raise KnownHere from taken
        _let_in(invitation, person_id, now)
    return practice_id


def _require_fit(password: str, invitation: Invitation) -> None:
    practice = members.practice()
    held = roles.permissions_of([invitation.role_id])[invitation.role_id]
    address = invitation.email.rpartition(".")[0]
    passwords.require_fit(
        password,
        length_min=password_rules.length_min(held),
        names={practice.name, practice.discreet_name, invitation.display_name, address},
    )


def _is_here(email: str) -> bool:
    """Say whether a present member has this address, by the same work for every address."""
    person = User.objects.filter(email=email).values_list("pk", flat=True).first()
    return Membership.objects.filter(ended_at=None, person_id=person or NIL).exists()


def _take_back(invitation: Invitation, now: datetime, by: Membership) -> bool:
    if _locked(now, pk=invitation.pk) is None:
        return False
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=now, revoked_by=by)
    events.record(Action.INVITATION_REVOKED, target=invitation)
    return True


def _claimed(token: str, now: datetime) -> Invitation:
    """Lock an invitation that lets somebody in, if its sender may still give what it gives."""
    # Rights change under this lock: nobody loses theirs between this look and the joining.
    one_at_a_time()
    row = _locked(now, digest=found.digest(token))
    if row is None or not found.is_covered(row):
        raise InvitationOver
    return row


def _locked(now: datetime, **which: UUID | bytes) -> Invitation | None:
    """Lock an open invitation: whoever comes second waits, and finds it used."""
    open_now = found.waiting(now=now).filter(**which).select_related("role", "invited_by")
    return open_now.select_for_update(of=("self",), no_key=True).first()


def _term_of(invitation: Invitation) -> Term | None:
    if invitation.starts_at is None or invitation.ends_at is None:
        return None
    return Term(invitation.starts_at, invitation.ends_at)


def _let_in(invitation: Invitation, person_id: UUID, now: datetime) -> None:
    """Let somebody in by the hand of whoever invited them; the log says so first."""
    events.record(
        Action.INVITATION_ACCEPTED,
        target=invitation,
        inviter=str(invitation.invited_by_id),
        role=invitation.role.slug,
    )
    member = joining.join(
        person_id=person_id,
        display_name=invitation.display_name,
        role=invitation.role,
        now=now,
        by=invitation.invited_by,
        term=_term_of(invitation),
    )
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=now, accepted_by=member)
