"""Coming back into the practice, and what one may do about a colleague's access."""

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.forms.invitations import RoleForm
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import absences, invitations, members
from accounts.services import members as services
from accounts.views.base import PracticeView, StaffRequest


@dataclass(frozen=True, slots=True)
class Access:
    """What may be done about somebody's access. ``form`` asks for a role when they had left."""

    state: str
    form: RoleForm | None


def access_of(member: Membership, *, request: StaffRequest) -> Access | None:
    """Return what this reader may do about a colleague's access, or None for nothing."""
    if Permission.MEMBER_CHANGE not in request.permissions or member.pk == request.membership.pk:
        return None
    if member.ended_at:
        return Access("ended", role_form(request))
    return Access("resting" if absences.rests(member, now=timezone.now()) else "present", None)


def role_form(request: StaffRequest) -> RoleForm:
    """Return the form that asks for the role of somebody who comes back."""
    return RoleForm(request.POST or None, roles=invitations.roles_to_give(request.membership))


class LetBackIn(PracticeView):
    """Let somebody back in: after a long absence, or with a new role after they had left."""

    permission = Permission.MEMBER_CHANGE
    step_up = True

    @cached_property
    def member(self) -> Membership:
        return get_object_or_404(members.people(), pk=self.kwargs["member_id"])

    def post(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        now, by = timezone.now(), request.membership
        try:
            if self.member.ended_at:
                form = role_form(request)
                if not form.is_valid():
                    return self.show(form)
                role = form.cleaned_data["role"]
                services.let_back_in(member=self.member, role=role, now=now, by=by)
            else:
                services.readmit(member=self.member, now=now, by=by)
            messages.success(request, f"{self.member.display_name} can come in again.")
        except (services.NotAway, services.NotYoursToGive) as refused:
            messages.warning(request, str(refused))
        return redirect("accounts:person", member_id)

    def show(self, form: RoleForm) -> HttpResponse:
        return self.page(
            "accounts/offboarding/let_back_in.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            person=self.member,
            access=Access("ended", form),
        )
