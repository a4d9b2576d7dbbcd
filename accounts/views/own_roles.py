"""Roles of a practice's own: made by copying, named, retired; and built-in ones put back."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.forms.people import RoleCopyForm, RoleNameForm
from accounts.models import Role
from accounts.permissions import Permission
from accounts.selectors import roles
from accounts.selectors.roles import BUILT_IN, HeldRole
from accounts.services import own_roles as services
from accounts.services.own_roles import BuiltInStays, NameTaken, StillHeld
from accounts.services.roles import (
    ChangedMeanwhile,
    HeldForATime,
    LastAdministrator,
    MadeByTwo,
)
from accounts.views import differences
from accounts.views.base import PracticeView, StaffRequest


class RoleNew(PracticeView):
    """Makes a role that begins as another one."""

    permission = Permission.ROLE_CHANGE
    step_up = True

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.show(RoleCopyForm(initial={"original": request.GET.get("from", "")}))

    def post(self, request: StaffRequest) -> HttpResponse:
        form = RoleCopyForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            made = services.copy(now=timezone.now(), by=request.membership, **form.cleaned_data)
        except NameTaken as refused:
            form.add_error("name", str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"The role {made.name} is made. Change what it may do here.")
        return redirect("accounts:role", made.pk)

    def show(self, form: RoleCopyForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("accounts/roles/new.html", status=status, form=form)


class OwnRoleView(PracticeView):
    """A page about one role, for whoever may change roles."""

    permission = Permission.ROLE_CHANGE
    step_up = True

    @cached_property
    def role(self) -> Role:
        return get_object_or_404(roles.in_use(), pk=self.kwargs["role_id"])


class RoleRename(OwnRoleView):
    """Gives a role of the practice's own another name."""

    def get(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        stands = {"name": self.role.name, "description": self.role.description}
        return self.show(RoleNameForm(initial=stands))

    def post(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        form = RoleNameForm(request.POST)
        if form.is_valid():
            try:
                services.rename(role=self.role, **form.cleaned_data)
            except (BuiltInStays, NameTaken) as refused:
                form.add_error("name", str(refused))
            else:
                return redirect("accounts:role", role_id)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: RoleNameForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("accounts/roles/rename.html", status=status, form=form, role=self.role)


class RoleRetire(OwnRoleView):
    """Gives a role of the practice's own out of use."""

    def get(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        return self.page("accounts/roles/retire.html", role=self.role, refused="")

    def post(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        try:
            services.retire(role=self.role, now=timezone.now(), by=request.membership)
        except (BuiltInStays, StillHeld) as refused:
            return self.page(
                "accounts/roles/retire.html",
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                role=self.role,
                refused=str(refused),
            )
        messages.success(request, f"The role {self.role.name} is retired.")
        return redirect("accounts:roles")


class RoleRestore(PracticeView):
    """Puts a built-in role back to what it was in the beginning, with its limits."""

    permission = Permission.ROLE_CHANGE
    step_up = True

    @property
    def role(self) -> HeldRole:
        found = roles.held(self.kwargs["role_id"])
        if found is None or not found.is_built_in:
            raise Http404
        return found

    def get(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        return self.show()

    def post(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        role = self.role
        if request.POST.get("seen") != _stand(role):
            return self.show(HTTPStatus.CONFLICT, refused="Somebody changed this role meanwhile.")
        try:
            services.restore(
                role=Role.objects.get(pk=role.pk),
                seen=role.permissions,
                seen_limits=role.limits,
                now=timezone.now(),
                by=request.membership,
            )
        except ChangedMeanwhile as refused:
            return self.show(HTTPStatus.CONFLICT, refused=str(refused))
        except (HeldForATime, LastAdministrator, MadeByTwo) as refused:
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY, refused=str(refused))
        messages.success(request, f"The role {role.name} is as it was in the beginning.")
        return redirect("accounts:role", role_id)

    def show(self, status: int = HTTPStatus.OK, *, refused: str = "") -> HttpResponse:
        role = self.role
        beginning = BUILT_IN[role.slug]
        return self.page(
            "accounts/roles/restore.html",
            status=status,
            role=role,
            added=roles.words_of(beginning.permissions - role.permissions),
            taken=roles.words_of(role.permissions - beginning.permissions),
            limits=differences.of_limits(role.limits, beginning.limits),
            seen=_stand(role),
            refused=refused,
        )


def _stand(role: HeldRole) -> str:
    """Return what a role holds, as a form sends it back: it must still hold that."""
    held = [*sorted(role.permissions), *(f"{act}={c}" for act, c in sorted(role.limits.items()))]
    return " ".join(held)
