"""Closing and reopening months as the product does: one person asks to reopen, another agrees."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from accounts.services.approvals import Waiting
from ledger.models import PeriodClose, PeriodReopen
from ledger.selectors import periods as months
from ledger.selectors.months import first_month
from ledger.services import known, periods, totals

YEAR_END = date(2026, 12, 31)


class ClosingBooks:
    """Books whose months are closed and reopened; ``points`` are the moments that were settled.

    What cannot be done just now is left out.
    """

    def __init__(self, by: Membership) -> None:
        self.by = by
        self.points: list[datetime | None] = [None]

    def close(self, month: date) -> None:
        if self.has_begun(month) and not months.is_closed(month):
            periods.close(month=month, today=YEAR_END, by=self.by)

    def close_softly(self, month: date) -> None:
        if self.has_begun(month) and months.standing(month) is None:
            periods.close_softly(month=month, today=YEAR_END, by=self.by)

    def has_begun(self, month: date) -> bool:
        begins = first_month()
        return begins is not None and begins <= month

    def reopen(self, month: date) -> None:
        if months.standing(month) is not None:
            reopen(month, by=self.by)

    def settle(self) -> None:
        self.points.append(known.settle())

    def drop(self) -> None:
        totals.drop()

    def renew(self) -> None:
        totals.renew()


def second_person(but: Membership) -> Membership:
    """Return an administrator of the practice in scope, who may agree."""
    held = Membership.objects.filter(
        grants__role__slug="administrator", grants__withdrawn_at=None, ended_at=None
    )
    return held.exclude(pk=but.pk).order_by("pk")[0]


def agree(asked: Waiting, *, by: Membership) -> None:
    approvals.decide(
        approval=Approval.objects.get(pk=asked.approval_id),
        decision=approvals.Decision.APPROVED,
        by=by,
        now=timezone.now(),
    )


def reopen(
    month: date, *, by: Membership, reason: periods.Reason = periods.Reason.CORRECTION
) -> PeriodReopen:
    """Take a close back, with an administrator as the second person."""
    asked = periods.reopen(month=month, reason=reason, now=timezone.now(), by=by)
    assert isinstance(asked, Waiting)
    agree(asked, by=second_person(by))
    reopened = periods.reopen(month=month, reason=reason, now=timezone.now(), by=by)
    assert isinstance(reopened, PeriodReopen)
    return reopened


def approved(closed: PeriodClose, *, by: Membership) -> UUID:
    """Let two people agree about a close, and spend it; return the approval's id."""
    terms: dict[str, Any] = {
        "act": Act.REOPENING,
        "amount_cents": 0,
        "already_cents": 0,
        "subject_kind": "ledger.periodclose",
        "subject_id": closed.pk,
        "label": "2026-01",
        "by": by,
        "now": timezone.now(),
    }
    asked = approvals.require(**terms)
    assert isinstance(asked, Waiting)
    agree(asked, by=second_person(by))
    cleared = approvals.require(**terms)
    assert cleared.approval_id is not None
    return cleared.approval_id
