"""What each role may do, and changing it: the difference is shown before it is saved."""

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.forms.people import RolePermissionsForm
from accounts.models import Role as RoleRow
from accounts.permissions import WORDS, Permission
from accounts.selectors import roles
from accounts.selectors.roles import HeldRole
from accounts.services import roles as role_service
from accounts.views.base import PracticeView, StaffRequest


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """What can be granted, and which roles hold it."""

    words: str
    cells: list[bool]


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """What can be granted, and whether one role holds it."""

    value: str
    words: str
    held: bool


class Roles(PracticeView):
    """The matrix of roles and permissions."""

    permission = Permission.MEMBER_VIEW

    def get(self, request: StaffRequest) -> HttpResponse:
        found = roles.all_roles()
        groups = [
            {
                "title": title,
                "rows": [
                    MatrixRow(words, [permission in role.permissions for role in found])
                    for permission, words in rows
                ],
            }
            for title, rows in roles.grouped().items()
        ]
        return self.page("accounts/roles/list.html", roles=found, groups=groups)


class Role(PracticeView):
    """One role. Saving takes two steps: the change in words first, then the change."""

    permission = Permission.MEMBER_VIEW
    change_permission = Permission.ROLE_CHANGE
    step_up = True

    @cached_property
    def role(self) -> HeldRole:
        found = roles.held(self.kwargs["role_id"])
        if found is None:
            raise Http404
        return found

    def get(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        return self.show(RolePermissionsForm(), self.role.permissions)

    def post(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        form = RolePermissionsForm(request.POST)
        if not form.is_valid():
            return self.show(form, self.role.permissions, HTTPStatus.UNPROCESSABLE_ENTITY)
        wanted = frozenset(Permission(value) for value in form.cleaned_data["permissions"])
        if wanted == self.role.permissions:
            return redirect("accounts:role", role_id)
        if request.POST.get("seen") != self.seen:
            return self.preview(wanted)
        try:
            role_service.set_permissions(
                role=RoleRow.objects.get(pk=self.role.pk), permissions=wanted
            )
        except role_service.LastAdministrator as refused:
            form.add_error("permissions", str(refused))
            return self.show(form, wanted, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"The role {self.role.name} is changed.")
        return redirect("accounts:role", role_id)

    @property
    def seen(self) -> str:
        """What the role held when the difference was shown: it must still hold that."""
        return " ".join(sorted(self.role.permissions))

    def preview(self, wanted: frozenset[Permission]) -> HttpResponse:
        return self.page(
            "accounts/roles/preview.html",
            role=self.role,
            added=[
                words for may, (_, words) in WORDS.items() if may in wanted - self.role.permissions
            ],
            taken=[
                words for may, (_, words) in WORDS.items() if may in self.role.permissions - wanted
            ],
            wanted=sorted(wanted),
            seen=self.seen,
        )

    def show(
        self, form: RolePermissionsForm, ticked: frozenset[Permission], status: int = HTTPStatus.OK
    ) -> HttpResponse:
        groups: list[dict[str, Any]] = [
            {
                "title": title,
                "rows": [PermissionRow(may.value, words, may in ticked) for may, words in rows],
            }
            for title, rows in roles.grouped().items()
        ]
        return self.page(
            "accounts/roles/role.html",
            status=status,
            role=self.role,
            groups=groups,
            may_change=self.may(Permission.ROLE_CHANGE),
            form=form,
        )
