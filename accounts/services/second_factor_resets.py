"""Resetting the second factor of somebody who lost their phone and their codes.

Two administrators agree, and the person gets a letter. Their password stays: at the next sign-in it
leads to setting up a new second factor, and to nothing else.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import (
    Act,
    Membership,
    Passkey,
    RecoveryCode,
    SignInTicket,
    TotpDevice,
    User,
)
from accounts.selectors import doors
from accounts.services import approvals, mail, sessions
from accounts.services.approvals import Waiting
from accounts.tenancy import current_scope
from audit.actions import Action
from audit.services import events

KIND = "accounts.membership"
LABEL = "A second step"
"""What the log calls it: whose it is stands there as an id."""


class NotOneself(Exception):
    """Somebody would reset their own second factor."""

    def __init__(self) -> None:
        super().__init__("You change your own second step on your own page.")


class BelongsElsewhere(Exception):
    """The person works in other practices too, whose walls this would open as well."""

    def __init__(self) -> None:
        super().__init__("Only the operator of this installation can reset it for this person.")


@transaction.atomic
def ask_or_do(*, member: Membership, now: datetime, by: Membership) -> Waiting | None:
    """Ask a second administrator, or do what one has agreed to. None: it is done.

    Raises:
        NotOneself
        BelongsElsewhere: the person belongs to another practice of this installation too.
        approvals.AskedBySomebodyElse: a colleague has asked and waits.
    """
    if member.pk == by.pk or member.person_id is None:
        raise NotOneself
    if set(doors.memberships_of(member.person_id)) != {current_scope().practice_id}:
        raise BelongsElsewhere
    answer = approvals.require(
        act=Act.SECOND_FACTOR_RESET,
        amount_cents=0,
        subject_kind=KIND,
        subject_id=member.pk,
        label=LABEL,
        by=by,
        now=now,
    )
    if isinstance(answer, Waiting):
        return answer
    reset(user=User.objects.get(pk=member.person_id), now=now)
    events.record(Action.MFA_RESET, target=member, reason="two administrators agreed")
    return None


def reset(*, user: User, now: datetime) -> None:
    """Take every second factor from a person and sign them out; write to them. In a scope.

    The caller tells the log. What the gate holds is changed at once, before the scope's commit.
    """
    mail.queue(to=user.email, template="second_factor_reset", now=now, context={"at": now})
    with transaction.atomic(using="gate"):
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        for kind in (Passkey, RecoveryCode, TotpDevice):
            kind._default_manager.filter(user=user).delete()
        SignInTicket.objects.filter(user=user, used_at=None).update(used_at=now)
        sessions.end_all(user.pk)
