"""A second person's agreement: asked for, given or refused, and spent once.

Whoever does an act that may need two people asks first, in the transaction of the act itself::

    answer = approvals.require(  # once the lock of what it is about is held
        act=Act.REFUND,
        amount_cents=refund.amount.cents,
        already_cents=refunded_of(payment).cents,
        subject_kind="billing.payment",
        subject_id=payment.pk,
        label=payment.receipt,
        by=by,
        now=now,
    )
    if isinstance(answer, Waiting):
        return answer  # nothing is written yet; the page says that a second person was asked
    ...  # write the refund here: if it fails, the approval is not spent either
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import Act, Approval, Membership
from accounts.models.second_person import name_of
from accounts.selectors import approvals, limits, members
from accounts.services import mail
from audit.actions import Action
from audit.sentences import dollars
from audit.services import events

Decision = Approval.Decision
LIFE = timedelta(hours=72)
"""How long after it was asked for an approval can be given and spent."""


class NotYours(Exception):
    """Nobody answers what they asked for themselves, or what is about themselves."""

    def __init__(self) -> None:
        super().__init__("This needs another person than you.")


class MayNotDecide(Exception):
    """The person does not hold the right to answer this, or does not hold it any more."""

    def __init__(self) -> None:
        super().__init__("Your roles do not let you answer this.")


class NotWaiting(Exception):
    """The request was answered, taken back, or is too old."""

    def __init__(self) -> None:
        super().__init__("This does not wait any more: it was answered, taken back, or is too old.")


class AskedBySomebodyElse(Exception):
    """Another person waits for an answer about the same thing."""

    def __init__(self) -> None:
        super().__init__("Somebody else has asked for this already. It waits for a second person.")


@dataclass(frozen=True, slots=True)
class Cleared:
    """The act may be done now. ``approval_id`` is None for what one person may do alone."""

    approval_id: UUID | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The act may not be done yet: a second person was asked. Until when the answer counts."""

    approval_id: UUID
    expires_at: datetime


@transaction.atomic
def require(
    *,
    act: Act,
    amount_cents: int,
    already_cents: int,
    subject_kind: str,
    subject_id: UUID,
    label: str,
    by: Membership,
    now: datetime,
) -> Cleared | Waiting:
    """Say whether a person may do an act now; above their limit, ask a second person once.

    ``already_cents`` is what was done before to the same subject: a limit is of the sum, so that
    ten small refunds of one payment are one large one.

    An approval that was given for the same act, subject and amount to the same person is spent
    here: with the surrounding transaction, and by one caller only, however many ask at once. One
    whose giver could not give it any more is not, and none from before one of its people left.
    What is not about money (``amount_cents`` 0) always needs a second person.

    Raises:
        AskedBySomebodyElse: another person waits for an answer about the same subject.
        ValueError: money of less than a cent, or less than nothing done before.
    """
    if act in limits.MONEY_ACTS:
        if amount_cents < 1 or already_cents < 0:
            raise ValueError("An act of money is about one cent at least.")
        if already_cents + amount_cents <= limits.alone_up_to(by, act):
            return Cleared(None)
    about = Approval.objects.filter(act=act, subject_kind=subject_kind, subject_id=subject_id)
    given = about.filter(
        asked_by=by,
        amount_cents=amount_cents,
        decision=Decision.APPROVED,
        spent_at=None,
        expires_at__gt=now,
    )
    unbroken = approvals.unbroken(given)
    for answered in unbroken.select_related("decided_by").order_by("asked_at", "id"):
        giver = answered.decided_by
        if giver is None or not approvals.may_decide(giver, act):
            continue
        if given.filter(pk=answered.pk).update(spent_at=now):
            return Cleared(answered.pk)
    for old in about.filter(decision="", expires_at__lte=now):
        _close(old, Decision.WITHDRAWN, members.automaton(), now)
    for other in about.filter(decision="", asked_by=by).exclude(amount_cents=amount_cents):
        _close(other, Decision.WITHDRAWN, by, now)
    request, is_new = Approval.objects.get_or_create(
        act=act,
        subject_id=subject_id,
        decision="",
        defaults={
            "subject_kind": subject_kind,
            "amount_cents": amount_cents,
            "label": label,
            "asked_at": now,
            "asked_by": by,
            "expires_at": now + LIFE,
        },
    )
    if request.asked_by_id != by.pk or request.amount_cents != amount_cents:
        raise AskedBySomebodyElse
    if is_new:
        _ask(request, by, now)
    return Waiting(request.pk, request.expires_at)


def require_for_member(
    *, act: Act, member: Membership, label: str, by: Membership, now: datetime
) -> Cleared | Waiting:
    """Say whether a person may do an act without money to a colleague now, as ``require`` does.

    Raises:
        AskedBySomebodyElse
    """
    return require(
        act=act,
        amount_cents=0,
        already_cents=0,
        subject_kind="accounts.membership",
        subject_id=member.pk,
        label=label,
        by=by,
        now=now,
    )


@transaction.atomic
def decide(*, approval: Approval, decision: str, by: Membership, now: datetime) -> None:
    """Agree to what another person asked for, or refuse it.

    Raises:
        NotYours: it was asked by, or is about, this very person.
        MayNotDecide: they do not hold the right to, at this moment.
        NotWaiting: it was answered or taken back before, or is too old.
    """
    if decision not in {Decision.APPROVED, Decision.REFUSED}:
        raise ValueError("One agrees or refuses.")
    if by.pk == approval.asked_by_id or approval.subject_id in {by.pk, by.person_id}:
        raise NotYours
    if not approvals.may_decide(by, approval.act):
        raise MayNotDecide
    if approval.expires_at <= now:
        raise NotWaiting
    if not _close(approval, Decision(decision), by, now):
        raise NotWaiting
    _answer(approval, Decision(decision), now)


@transaction.atomic
def withdraw(*, approval: Approval, by: Membership, now: datetime) -> None:
    """Take back what one asked for oneself.

    Raises:
        NotYours: another person asked for it.
        NotWaiting: it was answered or taken back before.
    """
    if approval.asked_by_id != by.pk:
        raise NotYours
    if not _close(approval, Decision.WITHDRAWN, by, now):
        raise NotWaiting


def withdraw_all(*, of: Membership, by: Membership, now: datetime) -> int:
    """End what waits of or about a leaver, so that colleagues may ask; return how much it was."""
    waiting = approvals.unanswered_of(of)
    return sum(_close(request, Decision.WITHDRAWN, by, now) for request in waiting)


def _close(approval: Approval, decision: Decision, by: Membership, now: datetime) -> bool:
    """End the waiting and say so, or say that somebody else was first."""
    waiting = Approval.objects.filter(pk=approval.pk, decision="")
    if not waiting.update(decision=decision, decided_at=now, decided_by=by):
        return False
    events.record(
        Action.APPROVAL_DECIDED,
        target=approval,
        act=_name(approval),
        amount_cents=approval.amount_cents,
        decision=str(decision.label).lower(),
    )
    return True


def _ask(request: Approval, by: Membership, now: datetime) -> None:
    events.record(
        Action.APPROVAL_ASKED,
        target=request,
        act=_name(request),
        amount_cents=request.amount_cents,
    )
    for address in approvals.addresses_of_deciders(request.act, but=by):
        mail.queue(
            to=address,
            template="approval_asked",
            now=now,
            context={"act": _words(request), "member": by.display_name},
        )


def _answer(request: Approval, decision: Decision, now: datetime) -> None:
    address = approvals.address_of(request.asked_by)
    if address:
        context = {"act": _words(request), "decision": str(decision.label).lower()}
        mail.queue(to=address, template="approval_decided", now=now, context=context)


def _name(request: Approval) -> str:
    return name_of(request.act, request.subject_kind).lower()


def _words(request: Approval) -> str:
    """Return what is asked for, such as: refund of $350.00. It names no client."""
    sum_of_money = f" of {dollars(request.amount_cents)}" if request.amount_cents else ""
    return _name(request) + sum_of_money
