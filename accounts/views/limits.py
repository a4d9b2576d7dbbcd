"""Up to which sums a role acts alone: the difference is shown before it is saved."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.forms.people import LimitsForm
from accounts.models import Role
from accounts.permissions import Permission
from accounts.selectors import roles
from accounts.selectors.roles import HeldRole
from accounts.services import limits as services
from accounts.views import differences
from accounts.views.base import PracticeView, StaffRequest


class RoleLimits(PracticeView):
    """The limits of one role."""

    permission = Permission.ROLE_CHANGE
    step_up = True

    @cached_property
    def role(self) -> HeldRole:
        found = roles.held(self.kwargs["role_id"])
        if found is None:
            raise Http404
        return found

    def get(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        return self.show(LimitsForm(stand=self.role.limits))

    def post(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        form = LimitsForm(request.POST, stand=self.role.limits)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        changed = differences.of_limits(self.role.limits, form.wanted())
        if not changed:
            return redirect("accounts:role", role_id)
        if "save" not in request.POST:
            return self.preview(form, changed)
        try:
            services.change(
                role=Role.objects.get(pk=role_id),
                seen=form.seen(),
                wanted=form.wanted(),
                now=timezone.now(),
                by=request.membership,
            )
        except services.ChangedMeanwhile as refused:
            return self.preview(form, changed, HTTPStatus.CONFLICT, refused=str(refused))
        messages.success(request, f"The limits of {self.role.name} are changed.")
        return redirect("accounts:role", role_id)

    def show(self, form: LimitsForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("accounts/roles/limits.html", status=status, form=form, role=self.role)

    def preview(
        self,
        form: LimitsForm,
        changed: list[str],
        status: int = HTTPStatus.OK,
        *,
        refused: str = "",
    ) -> HttpResponse:
        """Show the change in words; it is measured from what stands now."""
        stands = {f"seen_{act}": self.role.limits.get(act, 0) for act in form.wanted()}
        sent = {act: form.fields[act].prepare_value(cents) for act, cents in form.wanted().items()}
        return self.page(
            "accounts/roles/limits_preview.html",
            status=status,
            role=self.role,
            limits=changed,
            sent=list((sent | stands).items()),
            refused=refused,
        )
