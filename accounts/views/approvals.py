"""What waits for a second person, and what became of one's own requests."""

from typing import ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.models import Approval
from accounts.permissions import Permission
from accounts.selectors import approvals
from accounts.services import approvals as services
from accounts.services.approvals import Decision, MayNotDecide, NotWaiting, NotYours
from accounts.views.base import MemberView, PracticeView, StaffRequest

ANSWERS: dict[str, Decision] = {"approve": Decision.APPROVED, "refuse": Decision.REFUSED}


class Approvals(PracticeView):
    """What waits for this person's answer, and under it what they asked for themselves."""

    permission = Permission.APPROVAL_DECIDE

    def get(self, request: StaffRequest) -> HttpResponse:
        now = timezone.now()
        waiting = approvals.waiting_for(request.membership, request.permissions, now=now)
        return self.page(
            "accounts/approvals/list.html",
            waiting=approvals.shown(waiting, now=now),
            own=approvals.shown(approvals.asked_by(request.membership), now=now),
        )


class OwnApprovals(MemberView):
    """What somebody asked a second person for, and what became of it."""

    def get(self, request: StaffRequest) -> HttpResponse:
        own = approvals.asked_by(request.membership)
        return self.page(
            "accounts/approvals/own.html", own=approvals.shown(own, now=timezone.now())
        )


class Answer(PracticeView):
    """Agrees to a request of another person, or refuses it."""

    permission = Permission.APPROVAL_DECIDE
    step_up: ClassVar[bool] = True

    def post(self, request: StaffRequest, approval_id: UUID) -> HttpResponse:
        approval = get_object_or_404(Approval, pk=approval_id)
        decision = ANSWERS.get(request.POST.get("answer", ""))
        if decision is None:
            raise Http404
        try:
            services.decide(
                approval=approval, decision=decision, by=request.membership, now=timezone.now()
            )
        except (MayNotDecide, NotWaiting, NotYours) as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, f"{approval.label} is {decision.label.lower()}.")
        return redirect("accounts:approvals")


class Withdraw(MemberView):
    """Takes back one's own request."""

    def post(self, request: StaffRequest, approval_id: UUID) -> HttpResponse:
        own = approvals.asked_by(request.membership)
        approval = get_object_or_404(own, pk=approval_id)
        try:
            services.withdraw(approval=approval, by=request.membership, now=timezone.now())
        except NotWaiting as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, f"The request for {approval.label} is taken back.")
        to = "approvals" if self.may(Permission.APPROVAL_DECIDE) else "own_approvals"
        return redirect(f"accounts:{to}")
