"""Resetting a colleague's second step: asked here, agreed to elsewhere, done here."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.models import Act, Membership
from accounts.permissions import Permission
from accounts.selectors import approvals, members
from accounts.services import second_factor_resets as services
from accounts.services.approvals import AskedBySomebodyElse
from accounts.views.base import PracticeView, StaffRequest

REFUSED = (services.NotOneself, AskedBySomebodyElse)
AGREED = (
    "Agreed. {} is signed out and sets up a new second step; in some cases the operator of this"
    " installation has to do it, and is told."
)
"""One sentence for both: that a colleague works elsewhere too is not told here."""


class SecondFactorReset(PracticeView):
    """What it means, who has agreed, and the next step."""

    permission = Permission.MEMBER_CHANGE
    step_up = True

    @cached_property
    def member(self) -> Membership:
        present = members.people().filter(ended_at=None)
        return get_object_or_404(present, pk=self.kwargs["member_id"])

    def get(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        return self.show()

    def post(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        try:
            waiting = services.ask_or_do(
                member=self.member, now=timezone.now(), by=request.membership
            )
        except REFUSED as refused:
            return self.show(HTTPStatus.CONFLICT, str(refused))
        if waiting:
            return redirect("accounts:second_factor_reset", member_id)
        messages.success(request, AGREED.format(self.member.display_name))
        return redirect("accounts:person", member_id)

    def show(self, status: int = HTTPStatus.OK, error: str = "") -> HttpResponse:
        asked = approvals.standing(Act.SECOND_FACTOR_RESET, self.member, now=timezone.now())
        return self.page(
            "accounts/offboarding/second_factor.html",
            status=status,
            person=self.member,
            asked=asked,
            is_mine=asked is not None and asked.asked_by_id == self.request.membership.pk,
            error=error,
        )
