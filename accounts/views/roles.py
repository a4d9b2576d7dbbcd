"""What each role may do, and changing it: the difference is shown before it is saved."""

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.forms.people import LimitsForm, MatrixForm, cell, cells
from accounts.models import Role as RoleRow
from accounts.permissions import Permission
from accounts.selectors import explain, people, roles
from accounts.selectors.roles import HeldRole
from accounts.services import roles as services
from accounts.services.roles import (
    Change,
    ChangedMeanwhile,
    HeldForATime,
    LastAdministrator,
    MadeByTwo,
)
from accounts.views import differences
from accounts.views.base import PracticeView, StaffRequest
from accounts.views.differences import OfRole


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether one role holds one permission; ``label`` names both to who hears the page."""

    value: str
    label: str
    held: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What can be granted, and which of the shown roles hold it."""

    codename: str
    words: str
    cells: list[Cell]


class RolesView(PracticeView):
    """Roles to look at, and to change by one form: the change in words first, then the change."""

    permission = Permission.MEMBER_VIEW
    change_permission = Permission.ROLE_CHANGE
    step_up = True

    def shown_roles(self) -> list[HeldRole]:
        raise NotImplementedError

    def show(self, status: int = HTTPStatus.OK) -> HttpResponse:
        raise NotImplementedError

    def change(self) -> HttpResponse:
        """Show what would change; once that was seen, save it for all roles at once."""
        form = MatrixForm(self.request.POST, found=self.shown_roles())
        if not form.is_valid():
            messages.warning(self.request, "A role is not there any more. Nothing was changed.")
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY)
        found = [differences.of(wish) for wish in form.wishes()]
        if any(each.is_stale for each in found):
            return self.preview(found, HTTPStatus.CONFLICT)
        if not any(each.is_change for each in found):
            return redirect(self.request.path)
        if "save" not in self.request.POST:
            return self.preview(found)
        try:
            services.change(changes=_changes(found), by=self.request.membership)
        except ChangedMeanwhile:
            again = MatrixForm(self.request.POST, found=self.shown_roles())
            again.full_clean()
            found = [differences.of(wish) for wish in again.wishes()]
            return self.preview(found, HTTPStatus.CONFLICT)
        except (HeldForATime, LastAdministrator, MadeByTwo) as refused:
            return self.preview(found, HTTPStatus.UNPROCESSABLE_ENTITY, refused=str(refused))
        messages.success(self.request, _saved(found))
        return redirect(self.request.path)

    def preview(
        self, found: list[OfRole], status: int = HTTPStatus.OK, *, refused: str = ""
    ) -> HttpResponse:
        return self.page(
            "accounts/roles/preview.html",
            status=status,
            differences=[each for each in found if each.is_change or each.is_stale],
            is_change=any(each.is_change for each in found),
            action=self.request.path,
            refused=refused,
        )

    def groups(self, found: list[HeldRole]) -> list[dict[str, object]]:
        """Return everything that can be granted, with a cell for each of these roles."""
        return [
            {
                "title": title,
                "rows": [
                    Row(
                        may.codename,
                        words,
                        [
                            Cell(
                                cell(role.pk, may), f"{role.name}: {words}", may in role.permissions
                            )
                            for role in found
                        ],
                    )
                    for may, words in rows
                ],
            }
            for title, rows in roles.grouped().items()
        ]


class Roles(RolesView):
    """The matrix of roles and permissions."""

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.show()

    def post(self, request: StaffRequest) -> HttpResponse:
        return self.change()

    def shown_roles(self) -> list[HeldRole]:
        return roles.all_roles()

    def show(self, status: int = HTTPStatus.OK) -> HttpResponse:
        found = self.shown_roles()
        return self.page(
            "accounts/roles/list.html",
            status=status,
            roles=found,
            groups=self.groups(found),
            retired=roles.retired(),
            may_change=self.may(Permission.ROLE_CHANGE),
            seen=[each for role in found for each in cells(role.pk, role.permissions)],
        )


class Role(RolesView):
    """One role: what it may do, up to which sums alone, and who holds it."""

    @cached_property
    def role(self) -> HeldRole:
        found = roles.held(self.kwargs["role_id"])
        if found is None:
            raise Http404
        return found

    def get(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        return self.show()

    def post(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        return self.change() if self.role else self.show()

    def shown_roles(self) -> list[HeldRole]:
        return [role for role in roles.all_roles() if role.pk == self.role.pk]

    def show(self, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "accounts/roles/role.html",
            status=status,
            role=self.role,
            groups=self.groups([self.role]),
            may_change=self.may(Permission.ROLE_CHANGE),
            seen=cells(self.role.pk, self.role.permissions),
            limits_form=LimitsForm(stand=self.role.limits),
            holders=people.holders_of(self.role.pk),
        )


class Right(PracticeView):
    """Who holds one permission, and why."""

    permission = Permission.MEMBER_VIEW

    def get(self, request: StaffRequest, codename: str) -> HttpResponse:
        for title, rows in roles.grouped().items():
            for may, words in rows:
                if may.codename == codename:
                    return self.page(
                        "accounts/roles/right.html",
                        title=title,
                        words=words,
                        holders=explain.of_permission(may),
                        roles=[role for role in roles.all_roles() if may in role.permissions],
                    )
        raise Http404


def _changes(found: list[OfRole]) -> list[Change]:
    rows = RoleRow.objects.in_bulk([each.role.pk for each in found])
    return [
        Change(rows[each.role.pk], each.role.permissions, each.wanted)
        for each in found
        if each.is_change
    ]


def _saved(found: list[OfRole]) -> str:
    names = [each.role.name for each in found if each.is_change]
    if len(names) == 1:
        return f"The role {names[0]} is changed."
    return f"The roles {', '.join(names[:-1])} and {names[-1]} are changed."
