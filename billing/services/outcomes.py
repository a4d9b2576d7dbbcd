"""What became of planned hours: held, cancelled, missed; and what was marked by mistake."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing.models import (
    Appointment,
    AppointmentOutcome,
    MissedFee,
    NotBilled,
    OutcomeTakenBack,
    ServiceCode,
    Session,
)
from billing.selectors import days, groups, missed
from billing.selectors.prices import Price
from billing.services import not_billed, numbers, sessions
from billing.services.appointments import AlreadyMarked, require_waiting
from billing.services.codings import Coding
from billing.services.not_billed import AskedBySomebodyElse, Waiting
from ledger.money import ZERO, Money

__all__ = ["AlreadyMarked", "AskedBySomebodyElse", "Waiting", "cancel", "hold", "miss", "take_back"]

Kind = AppointmentOutcome.Kind
CancelledFor = AppointmentOutcome.CancelledFor
WORDS = {
    Kind.LATE_CANCELLED: ("LATE", "Late cancellation"),
    Kind.NO_SHOW: ("NO-SHOW", "Missed appointment"),
}
"""What an invoice calls them: codes of no list fee, so that nobody is offered them as services."""


class NotYet(Exception):
    """The hour has not begun, so nobody missed it."""


class ToldInFuture(Exception):
    """Nobody has cancelled at a time that is not here yet."""


class ToldTooEarly(Exception):
    """Nobody has cancelled what was not planned yet."""


class WasMoved(Exception):
    """The hour was moved; the other one is moved again instead."""


class LeftTheGroup(Exception):
    """The client is no more in the group of the hour, so nobody expects them in it."""


class StandsOnInvoice(Exception):
    """What the outcome brought stands on an invoice."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What was marked: the outcome, the fee that it brought, and who is asked about its waiver."""

    outcome: AppointmentOutcome
    fee: MissedFee | None = None
    waiver: NotBilled | Waiting | None = None

    @property
    def charged(self) -> Money:
        """What was charged, in cents."""
        return self.fee.amount if self.fee is not None else ZERO


@transaction.atomic
def hold(
    *,
    appointment: Appointment,
    service_code: ServiceCode,
    started_at: datetime,
    minutes: int,
    fee: Price,
    coding: Coding | None = None,
    now: datetime,
    by: Membership,
) -> Session:
    """Record that a planned hour took place, as it did; a second time returns its session.

    ``coding`` says where it took place, and which modifiers its code carries.

    Raises:
        AlreadyMarked: something else became of it.
        sessions.NotYetHeld, sessions.CodeNotValid: as recording a session does.
        codings.PlaceNotUsed, codings.ModifierNotUsed: likewise.
    """
    numbers.lock(numbers.HOURS)
    known = _standing(appointment)
    if known is not None and known.session is not None:
        session: Session = known.session
        return session
    require_waiting(appointment)
    client = appointment.client.merged_into or appointment.client
    session = sessions.record(
        client=client,
        therapist=appointment.therapist,
        service_code=service_code,
        started_at=started_at,
        minutes=minutes,
        fee=fee,
        coding=coding,
        now=now,
        by=by,
    )
    AppointmentOutcome.objects.create(
        appointment=appointment, kind=Kind.HELD, session=session, noted_at=now, noted_by=by
    )
    return session


@transaction.atomic
def cancel(
    *,
    appointment: Appointment,
    told_at: datetime,
    cancelled_for: str,
    waive: str = "",
    now: datetime,
    by: Membership,
) -> Marked:
    """Cancel a planned hour. Where the client told it too late, the policy's fee is charged.

    ``waive`` is a reason for which the fee is not billed, or "". A second time changes nothing.

    Raises:
        AlreadyMarked: something else became of it.
        ToldInFuture: ``told_at`` is later than ``now``.
        ToldTooEarly: it is before the hour was planned.
        AskedBySomebodyElse: another person waits for an answer about the waiver.
    """
    numbers.lock(numbers.HOURS)
    known = _standing(appointment)
    if known is not None and known.kind in {Kind.CANCELLED, Kind.LATE_CANCELLED}:
        return Marked(known, missed.of_outcomes([known.pk]).get(known.pk))
    require_waiting(appointment)
    if told_at > now:
        raise ToldInFuture("This time is not here yet.")
    planned_at = appointment.planned_at.replace(second=0, microsecond=0)
    if told_at < planned_at:
        day = days.day_of(planned_at, days.zone())
        raise ToldTooEarly(f"It was planned on {day:%b %-d, %Y} only, and not cancelled before.")
    is_late = cancelled_for == CancelledFor.CLIENT and missed.is_late(
        appointment, told_at, zone=days.zone()
    )
    kind = Kind.LATE_CANCELLED if is_late else Kind.CANCELLED
    told = {"told_at": told_at, "cancelled_for": cancelled_for}
    return _mark(appointment, kind, told, waive=waive, now=now, by=by)


@transaction.atomic
def miss(*, appointment: Appointment, waive: str = "", now: datetime, by: Membership) -> Marked:
    """Say that the client did not come; the policy's fee is charged. A second time changes nothing.

    Raises:
        AlreadyMarked: something else became of it.
        NotYet: the hour has not begun.
        AskedBySomebodyElse: another person waits for an answer about the waiver.
    """
    numbers.lock(numbers.HOURS)
    known = _standing(appointment)
    if known is not None and known.kind == Kind.NO_SHOW:
        return Marked(known, missed.of_outcomes([known.pk]).get(known.pk))
    require_waiting(appointment)
    if appointment.starts_at > now:
        raise NotYet("The appointment has not begun. Cancel it, if the client has told so.")
    return _mark(appointment, Kind.NO_SHOW, {}, waive=waive, now=now, by=by)


@transaction.atomic
def take_back(
    *, outcome: AppointmentOutcome, now: datetime, by: Membership
) -> OutcomeTakenBack | Waiting:
    """Take back what was marked by mistake: the hour waits again for what became of it.

    A session or a fee that it brought is not billed; above one's limit of waivers a second person
    is asked first, and nothing changes yet.

    Raises:
        AlreadyMarked: it was taken back before.
        WasMoved: the hour was moved.
        LeftTheGroup: it is of a group that the client has left.
        StandsOnInvoice: an invoice holds what it brought.
        AskedBySomebodyElse: another person waits for an answer about it.
    """
    numbers.lock(numbers.HOURS)
    if not missed.standing().filter(pk=outcome.pk).exists():
        raise AlreadyMarked("This was taken back already.")
    if outcome.kind == Kind.MOVED:
        raise WasMoved("This appointment was moved. Move the other one instead.")
    if not groups.still_in(outcome.appointment):
        raise LeftTheGroup("The client left the group before this day. Let them join it anew.")
    brought = outcome.session or missed.of_outcomes([outcome.pk]).get(outcome.pk)
    if brought is not None:
        try:
            answer = not_billed.keep_back(
                hour=brought, reason=NotBilled.Reason.MISTAKE, now=now, by=by
            )
        except not_billed.StandsOnInvoice as error:
            raise StandsOnInvoice(str(error)) from None
        if isinstance(answer, Waiting):
            return answer
    row = OutcomeTakenBack.objects.create(outcome=outcome, taken_back_at=now, taken_back_by=by)
    client = outcome.appointment.client
    events.record(
        Action.OUTCOME_TAKEN_BACK,
        target=outcome,
        label=str(client),
        touched=[client.pk],
        outcome=str(Kind(outcome.kind).label).lower(),
    )
    return row


def _standing(appointment: Appointment) -> AppointmentOutcome | None:
    found = missed.standing().filter(appointment=appointment)
    return found.select_related("session").first()


def _mark(
    appointment: Appointment,
    kind: Kind,
    told: dict[str, object],
    *,
    waive: str,
    now: datetime,
    by: Membership,
) -> Marked:
    due = missed.due(appointment, kind, zone=days.zone())
    outcome = AppointmentOutcome.objects.create(
        appointment=appointment,
        kind=kind,
        is_free=due.is_free,
        noted_at=now,
        noted_by=by,
        **told,
    )
    client = appointment.client.merged_into or appointment.client
    facts: dict[str, Any] = {"outcome": str(kind.label).lower()}
    if due.amount:
        facts["fee_cents"] = due.amount.cents
    events.record(
        Action.APPOINTMENT_MISSED if kind in missed.MISSED else Action.APPOINTMENT_CANCELLED,
        target=appointment,
        label=str(client),
        touched=[client.pk],
        **facts,
    )
    if not due.amount or due.policy is None:
        return Marked(outcome)
    code, label = WORDS[kind]
    fee = MissedFee.objects.create(
        outcome=outcome,
        client_id=client.pk,
        therapist=appointment.therapist,
        service_code=_code(code, label, now=now, by=by),
        policy=due.policy,
        missed_on=days.day_of(appointment.starts_at, days.zone()),
        amount=due.amount,
        charged_at=now,
        charged_by=by,
    )
    waiver = not_billed.keep_back(hour=fee, reason=waive, now=now, by=by) if waive else None
    return Marked(outcome, fee, waiver)


def _code(code: str, label: str, *, now: datetime, by: Membership) -> ServiceCode:
    row, is_new = ServiceCode.objects.get_or_create(
        code=code, defaults={"label": label, "added_at": now, "added_by": by}
    )
    if is_new:
        events.record(Action.SERVICE_CODE_ADDED, target=row)
    return row
