"""Giving a role for a time: it begins and ends by itself, and can be taken before."""

from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.forms.invitations import RoleTermForm
from accounts.models import Membership, RoleGrant
from accounts.permissions import Permission
from accounts.selectors import members, roles, terms
from accounts.services import grants
from accounts.services.roles import NotForATime
from accounts.views.base import PracticeView, StaffRequest


class OfMember(PracticeView):
    """Base of what is about the terms of one colleague."""

    permission = Permission.ROLE_CHANGE
    step_up = True

    @cached_property
    def member(self) -> Membership:
        present = members.people().filter(ended_at=None)
        return get_object_or_404(present, pk=self.kwargs["member_id"])


class RoleTerm(OfMember):
    """Which role, from which minute to which."""

    def get(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        now = timezone.now()
        return self.show(self.form(now, initial={"starts_at": now}))

    def post(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        now = timezone.now()
        form = self.form(now, request.POST)
        if not form.is_valid() or form.term is None:
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        role = form.cleaned_data["role"]
        try:
            grants.hold_for(
                member=self.member, role=role, term=form.term, now=now, by=request.membership
            )
        except NotForATime as refused:
            form.add_error("role", str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        except grants.HasLeft:
            raise Http404 from None
        ends_at = timezone.localtime(form.term.ends_at)
        messages.success(
            request,
            f"{role.name} until {ends_at:%B} {ends_at.day}, {ends_at:%Y}, {ends_at:%-I:%M %p}."
            " It ends by itself.",
        )
        return redirect("accounts:person", self.member.pk)

    def form(self, now: datetime, *args: object, **kwargs: object) -> RoleTermForm:
        return RoleTermForm(*args, roles=roles.in_use(), now=now, **kwargs)

    def show(self, form: RoleTermForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("accounts/people/term.html", status=status, person=self.member, form=form)


class RoleTermEnd(OfMember):
    """Take a role that was given for a time."""

    http_method_names = ["post"]

    def post(self, request: StaffRequest, member_id: UUID, grant_id: UUID) -> HttpResponse:
        held = RoleGrant.objects.filter(terms.not_over(), member=self.member, ends_at__isnull=False)
        grant = get_object_or_404(held.select_related("member", "role"), pk=grant_id)
        grants.end_term(grant=grant, now=timezone.now(), by=request.membership)
        messages.success(request, f"{grant.role.name} is taken away.")
        return redirect("accounts:person", self.member.pk)
