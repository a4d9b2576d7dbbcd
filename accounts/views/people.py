"""The people of the practice, and which roles they hold."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.forms.people import MemberRolesForm
from accounts.models import Act, Membership
from accounts.permissions import Permission
from accounts.selectors import administrators, approvals, explain, limits, members, people
from accounts.services import grants
from accounts.services.approvals import AskedBySomebodyElse
from accounts.services.roles import ChangedMeanwhile, LastAdministrator
from accounts.views import differences
from accounts.views.base import PracticeView, StaffRequest
from accounts.views.differences import OfPerson
from accounts.views.log import lines_by
from accounts.views.offboarding import access_of

ASKED = "A second administrator was asked. Nothing is changed yet: come back once they agreed."


class People(PracticeView):
    """Everybody in the practice."""

    permission = Permission.MEMBER_VIEW

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.page(
            "accounts/people/list.html",
            people=people.everybody(now=timezone.now()),
            may_invite=self.may(Permission.MEMBER_CHANGE),
        )


class Person(PracticeView):
    """One colleague: what they may do, and since when. A change is shown before it is saved."""

    permission = Permission.MEMBER_VIEW
    change_permission = Permission.ROLE_CHANGE
    step_up = True

    @cached_property
    def member(self) -> Membership:
        return get_object_or_404(members.people(), pk=self.kwargs["member_id"])

    def get(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        if self.member.ended_at:
            raise Http404
        form = MemberRolesForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        found = self.difference(form)
        if found.is_stale:
            return self.preview(found, HTTPStatus.CONFLICT)
        if found.is_change and "save" not in request.POST:
            return self.preview(found)
        try:
            waiting = grants.hold_exactly(
                member=self.member,
                wanted=found.wanted,
                seen=found.held,
                now=timezone.now(),
                by=request.membership,
            )
        except ChangedMeanwhile:
            return self.preview(self.difference(form), HTTPStatus.CONFLICT)
        except LastAdministrator as refused:
            return self.preview(found, HTTPStatus.UNPROCESSABLE_ENTITY, refused=str(refused))
        except AskedBySomebodyElse as refused:
            return self.preview(found, HTTPStatus.CONFLICT, refused=str(refused))
        except grants.HasLeft as refused:
            messages.warning(request, str(refused))
        else:
            if waiting:
                messages.success(request, ASKED)
        return redirect("accounts:person", self.member.pk)

    def form(self) -> MemberRolesForm:
        held = [role.pk for role in members.roles_given(self.member)]
        return MemberRolesForm(initial={"roles": held, "seen": held})

    def difference(self, form: MemberRolesForm) -> OfPerson:
        return differences.of_person(
            members.roles_given(self.member),
            seen=form.cleaned_data["seen"],
            wanted=form.cleaned_data["roles"],
        )

    def preview(
        self, found: OfPerson, status: int = HTTPStatus.OK, *, refused: str = ""
    ) -> HttpResponse:
        by_two = grants.makes_administrator(self.member, found.wanted)
        return self.page(
            "accounts/people/roles_preview.html",
            status=status,
            person=self.member,
            difference=found,
            refused=refused,
            by_two=by_two and administrators.has_second(self.request.membership),
            **self.asked(),
        )

    def asked(self) -> dict[str, object]:
        """Return how far it is that two administrators let this person change roles."""
        asked = approvals.standing(Act.ADMINISTRATOR, self.member, now=timezone.now())
        is_mine = asked is not None and asked.asked_by_id == self.request.membership.pk
        return {"asked": asked, "is_mine": is_mine}

    def show(self, form: MemberRolesForm, status: int = HTTPStatus.OK) -> HttpResponse:
        may_change = self.may(Permission.ROLE_CHANGE) and not self.member.ended_at
        return self.page(
            "accounts/people/person.html",
            status=status,
            person=people.person(self.member, now=timezone.now()),
            access=access_of(self.member, request=self.request),
            grants=people.grants_of(self.member, now=timezone.now()),
            rights=[] if self.member.ended_at else explain.of_member(self.member),
            alone=limits.alone(self.member),
            form=form if may_change else None,
            **(self.asked() if may_change else {"asked": None, "is_mine": False}),
            events=lines_by(self.member.person_id) if self.may(Permission.LOG_VIEW) else [],
        )
