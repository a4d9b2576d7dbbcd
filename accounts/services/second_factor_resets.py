"""Resetting the second factor of somebody who lost their phone and their codes.

Two administrators agree, and the person gets a letter; whoever works elsewhere too waits for the
operator. Their password stays: at the next sign-in it leads to setting up a new second factor, and
to nothing else.
"""

import logging
from datetime import datetime

from django.conf import settings
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

logger = logging.getLogger(__name__)

LABEL = "A second step"
"""What the log calls it: whose it is stands there as an id."""


class NotOneself(Exception):
    """Somebody would reset their own second factor."""

    def __init__(self) -> None:
        super().__init__("You change your own second step on your own page.")


@transaction.atomic
def ask_or_do(*, member: Membership, now: datetime, by: Membership) -> Waiting | None:
    """Ask a second administrator, or do what one has agreed to. None: they have agreed.

    Somebody who works in other practices too has walls there that this would open as well: then
    the operator is asked by letter. Neither the answer nor the log nor the person's page says which
    it is.

    Raises:
        NotOneself
        approvals.AskedBySomebodyElse: a colleague has asked and waits.
    """
    if member.pk == by.pk or member.person_id is None:
        raise NotOneself
    answer = approvals.require_for_member(
        act=Act.SECOND_FACTOR_RESET, member=member, label=LABEL, by=by, now=now
    )
    if isinstance(answer, Waiting):
        return answer
    events.record(Action.MFA_RESET_AGREED, target=member)
    user = User.objects.get(pk=member.person_id)
    if set(doors.memberships_of(user.pk)) == {current_scope().practice_id}:
        reset(user=user, now=now)
    else:
        _leave_to_operator(user, now)
    return None


def _leave_to_operator(user: User, now: datetime) -> None:
    logger.warning("A reset of the second step of %s waits for the operator.", user.pk)
    if settings.OPERATOR_MAIL:
        context = {"email": user.email}
        mail.queue(
            to=settings.OPERATOR_MAIL, template="reset_for_operator", now=now, context=context
        )


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
