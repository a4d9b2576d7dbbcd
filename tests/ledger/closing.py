"""Reopening a month as the product does: one person asks, another agrees, the first goes on."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Act, Approval, Membership
from accounts.services import approvals
from accounts.services.approvals import Waiting
from ledger.models import PeriodClose, PeriodReopen
from ledger.services import periods


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
