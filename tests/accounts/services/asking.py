"""Asking a second person, in short: a refund of $350.00 on one payment unless told otherwise."""

from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from accounts.services.approvals import Cleared, Decision, Waiting
from tests.accounts.conftest import NOW

LATER = NOW + timedelta(hours=1)
PAYMENT = UUID(int=182)


def ask(
    by: Membership,
    cents: int = 350_00,
    *,
    already: int = 0,
    act: Act = Act.REFUND,
    subject: UUID = PAYMENT,
    now: datetime = NOW,
) -> Cleared | Waiting:
    return approvals.require(
        act=act,
        amount_cents=cents,
        already_cents=already,
        subject_kind="billing.payment",
        subject_id=subject,
        label="R-00012",
        by=by,
        now=now,
    )


def waiting(
    by: Membership, cents: int = 350_00, *, act: Act = Act.REFUND, subject: UUID = PAYMENT
) -> Approval:
    answer = ask(by, cents, act=act, subject=subject)
    assert isinstance(answer, Waiting)
    return Approval.objects.get(pk=answer.approval_id)


def approved(
    by: Membership, decider: Membership, cents: int = 350_00, *, subject: UUID = PAYMENT
) -> Approval:
    request = waiting(by, cents, subject=subject)
    approvals.decide(approval=request, decision=Decision.APPROVED, by=decider, now=LATER)
    return request
