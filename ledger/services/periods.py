"""Closing a month of the books, and taking a close back. Both are rows, with who and when.

A month is closed softly first, to all but those who keep the books, and then to everybody; either
step may be left out. Taking a close back leaves the month as it was before that close.
"""

from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from accounts.services.approvals import Waiting
from audit.actions import Action
from audit.services import events
from ledger.models import (
    CloseKind,
    Period,
    PeriodClose,
    PeriodReopen,
    PeriodSnapshot,
    ReopenReason,
)
from ledger.selectors import frozen, months, periods
from ledger.services import known, totals

Reason = ReopenReason


class AlreadyClosed(Exception):
    """The month is closed."""


class NotClosed(Exception):
    """The month is not closed, so it cannot be reopened."""


class NotOver(Exception):
    """The month is not over, so it cannot be closed."""


class BeforeTheBooks(Exception):
    """The month lies before the first entry, so there is nothing of it to close."""


class OtherReason(Exception):
    """The second person agreed for another reason than is given now."""


@transaction.atomic
def close_softly(*, month: date, today: date, by: Membership) -> PeriodClose:
    """Close the month of ``month`` to all but those whose roles let them post late.

    Raises:
        NotOver: ``today``, local to the practice, is not past the month.
        BeforeTheBooks: it lies before the month of the first entry.
        AlreadyClosed: it is closed, in either way.
    """
    closed = _close(month, today, CloseKind.SOFT, by)
    events.record(Action.PERIOD_SOFT_CLOSED, target=closed.period)
    return closed


@transaction.atomic
def close(*, month: date, today: date, by: Membership) -> PeriodClose:
    """Close the month of the date ``month``: the database refuses entries dated inside it.

    Its statements are frozen with it, as known at this moment, and its totals are made. Whoever
    posts anywhere in the books waits meanwhile.

    Raises:
        NotOver: ``today``, local to the practice, is not past the month.
        BeforeTheBooks: it lies before the month of the first entry.
        AlreadyClosed: it is closed to everybody.
        known.Busy: somebody has been posting for longer than two seconds.
    """
    known.hold()
    closed = _close(month, today, CloseKind.HARD, by)
    totals.make(close=closed)
    known_at = known.settle()
    content = frozen.statements(month=closed.period.month, known_at=known_at)
    sha256 = frozen.fingerprint(content)
    PeriodSnapshot.objects.create(close=closed, known_at=known_at, content=content, sha256=sha256)
    events.record(Action.PERIOD_CLOSED, target=closed.period, sha256=sha256)
    return closed


@transaction.atomic
def reopen(*, month: date, reason: Reason, now: datetime, by: Membership) -> PeriodReopen | Waiting:
    """Ask a second person to take back the close of a month, or take it back once one agreed.

    Raises:
        NotClosed: no close stands over it.
        OtherReason: what was agreed to is another reason.
        approvals.AskedBySomebodyElse: a colleague has asked, and waits.
    """
    first = month.replace(day=1)
    _lock(first)
    standing = periods.standing(first)
    if standing is None:
        raise NotClosed(f"{first:%B %Y} is not closed.")
    label = f"{standing.period.audit_label}, {reason.in_short}"
    answer = approvals.require(
        act=Act.REOPENING,
        amount_cents=0,
        already_cents=0,
        subject_kind=PeriodClose._meta.label_lower,
        subject_id=standing.pk,
        label=label,
        by=by,
        now=now,
    )
    # What is not about money always has one.
    agreed = Approval.objects.get(pk=cast(UUID, answer.approval_id))
    if agreed.label != label:
        raise OtherReason(
            f"The request that stands gives another reason: {agreed.label}. Keep to it, or take"
            " the request back and ask again."
        )
    if isinstance(answer, Waiting):
        return answer
    reopened = PeriodReopen.objects.create(
        close=standing, reason=reason, approval=agreed, reopened_by=by
    )
    if standing.kind == CloseKind.HARD:
        totals.renew_items()
    events.record(Action.PERIOD_REOPENED, target=standing.period, reason=reason.label)
    return reopened


def reason_of(label: str) -> Reason | None:
    """Return the reason that the label of a request for approval gives."""
    return next((reason for reason in Reason if label.endswith(f", {reason.in_short}")), None)


def _close(month: date, today: date, kind: CloseKind, by: Membership) -> PeriodClose:
    first = month.replace(day=1)
    if (today.year, today.month) <= (first.year, first.month):
        raise NotOver(f"{first:%B %Y} is not over.")
    begins = months.first_month()
    if begins is None or first < begins:
        raise BeforeTheBooks(f"{first:%B %Y} lies before the first entry of the books.")
    _lock(first)
    standing = periods.standing(first)
    if standing is not None and (kind == CloseKind.SOFT or standing.kind == CloseKind.HARD):
        raise AlreadyClosed(f"{first:%B %Y} is closed.")
    period, _ = Period.objects.get_or_create(month=first)
    return PeriodClose.objects.create(period=period, kind=kind, closed_by=by)


def _lock(first: date) -> None:
    """Wait for whoever posts into the month, so that the close is later than their entries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(ledger_period_lock(current_practice_id(), %s))", [first]
        )
