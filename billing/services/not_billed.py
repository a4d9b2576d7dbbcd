"""What no invoice will hold: decided for a reason, above one's limit by two, and taken back."""

from datetime import datetime

from django.db import transaction

from accounts.models import Act, Membership
from accounts.services import approvals
from accounts.services.approvals import AskedBySomebodyElse, Waiting
from audit.actions import Action
from audit.services import events
from billing.models import (
    MissedFee,
    NotBilled,
    NotBilledTakenBack,
    OutcomeTakenBack,
    Session,
)
from billing.selectors import add_ons, not_billed, standing
from billing.services import numbers
from ledger.money import Money

__all__ = ["AskedBySomebodyElse", "Waiting", "bill_after_all", "keep_back"]

Reason = NotBilled.Reason


class StandsOnInvoice(Exception):
    """An invoice holds it, so it is billed."""


class AddOnsWait(StandsOnInvoice):
    """An add-on of the session waits for an invoice."""


class NotKeptBack(Exception):
    """It waits for an invoice as it is."""


class MarkedByMistake(Exception):
    """The hour was marked by mistake, so there is nothing to bill."""


@transaction.atomic
def keep_back(
    *, hour: Session | MissedFee, reason: str, now: datetime, by: Membership
) -> NotBilled | Waiting:
    """Let no invoice hold a session, or a fee for a missed hour; it leaves the list of what waits.

    Above one's limit of waivers a second person is asked, and nothing changes yet. What is kept
    back already stays so.

    Raises:
        StandsOnInvoice: an invoice holds it.
        AddOnsWait: it has add-ons that wait for an invoice.
        AskedBySomebodyElse: another person waits for an answer about it.
    """
    numbers.lock(numbers.HOURS)  # Nobody issues or marks meanwhile.
    if (known := not_billed.of(hour)) is not None:
        return known
    session = hour if isinstance(hour, Session) else None
    fee = hour if isinstance(hour, MissedFee) else None
    of_it = {"session": session} if session else {"missed_fee": fee}
    lines = standing.lines().filter(**of_it).select_related("invoice")
    if (line := lines.first()) is not None:
        raise StandsOnInvoice(f"It stands on {line.invoice.number}, so it is billed.")
    waiting = add_ons.of_sessions([hour.pk]).get(hour.pk, [])
    if waiting:
        raise AddOnsWait(f"Mark {waiting[0].code} not to be billed first: it is beside this one.")
    amount = worth(hour)
    if amount:
        answer = approvals.require(
            act=Act.WAIVER,
            amount_cents=amount.cents,
            already_cents=0,
            subject_kind="billing.session" if session else "billing.missedfee",
            subject_id=hour.pk,
            label=str(hour.client),
            by=by,
            now=now,
        )
        if isinstance(answer, Waiting):
            return answer
    row = NotBilled.objects.create(
        session=session,
        missed_fee=fee,
        reason=reason,
        amount=amount,
        decided_at=now,
        decided_by=by,
    )
    events.record(
        Action.SESSION_NOT_BILLED if session else Action.MISSED_FEE_WAIVED,
        target=hour,
        label=str(hour.client),
        touched=[hour.client_id],
        amount_cents=amount.cents,
        reason=str(Reason(reason).label).lower(),
    )
    return row


@transaction.atomic
def bill_after_all(*, row: NotBilled, now: datetime, by: Membership) -> None:
    """Let a session or a fee that was kept back wait for an invoice again.

    Raises:
        NotKeptBack: that was taken back before.
        MarkedByMistake: its hour was marked by mistake, or it is an add-on.
    """
    numbers.lock(numbers.HOURS)
    if not not_billed.standing().filter(pk=row.pk).exists():
        raise NotKeptBack("It waits for an invoice already.")
    hour = row.hour
    if OutcomeTakenBack.objects.filter(**_of_outcome(hour)).exists():
        raise MarkedByMistake(
            "The appointment was marked by mistake. Mark it anew: that can be billed."
        )
    if add_ons.primaries_of([hour.pk]):
        raise MarkedByMistake("An add-on that was taken off is added anew, on its session's page.")
    NotBilledTakenBack.objects.create(not_billed=row, taken_back_at=now, taken_back_by=by)
    events.record(
        Action.SESSION_BILLED_AFTER_ALL,
        target=hour,
        label=str(hour.client),
        touched=[hour.client_id],
        amount_cents=row.amount.cents,
    )


def worth(hour: Session | MissedFee) -> Money:
    """Return what would be billed, in cents."""
    return hour.fee if isinstance(hour, Session) else hour.amount


def _of_outcome(hour: Session | MissedFee) -> dict[str, object]:
    if isinstance(hour, Session):
        return {"outcome__session": hour}
    return {"outcome": hour.outcome_id}
