"""Choosing a new password: because it is due, by one's own wish, or by an administrator's."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.forms.passwords import NewPasswordForm, OwnPasswordForm
from accounts.models import Membership, PasswordDue
from accounts.permissions import Permission
from accounts.selectors import members, policies
from accounts.services import passwords, signin
from accounts.services.passwords import PasswordRefused, WrongPassword
from accounts.services.sessions import NotAMember
from accounts.services.tries import NameRests
from accounts.views import step_up
from accounts.views.base import MemberView, PracticeView, StaffRequest
from accounts.views.browser import device_of
from accounts.views.entering import go_on
from accounts.views.signin import SecondStep


class NewPassword(SecondStep):
    """The last step of signing in where a new password is due: nobody is signed in before."""

    template = "accounts/signin/new_password.html"
    form_class = NewPasswordForm
    is_after = True

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewPasswordForm(request.POST)
        if form.is_valid():
            try:
                return self.choose(form.cleaned_data["new_password"])
            except (PasswordRefused, NotAMember) as refused:
                form.add_error("new_password", str(refused))
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def choose(self, password: str) -> HttpResponse:
        now = timezone.now()
        user = signin.give_new_password(ticket=self.ticket, password=password, now=now)
        return go_on(self.request, user, now)

    def show(self, form: Form, status: int = HTTPStatus.OK) -> HttpResponse:
        if passwords.due(self.held.user, now=timezone.now()) is PasswordDue.REPORTED:
            return render(self.request, "accounts/signin/reported.html", status=status)
        if isinstance(form, NewPasswordForm):
            form.needing(policies.for_person(self.held.user.pk).password_min)
        return super().show(form, status)

    def extra(self) -> dict[str, Any]:
        why = passwords.due(self.held.user, now=timezone.now())
        return {**super().extra(), "why": why.label if why else ""}


class OwnPassword(MemberView):
    """One's own password, by one's own wish. It stands outside the request's transaction.

    What was typed is never repeated, so a fresh second factor is asked for before the form.
    """

    scope_free = True
    step_up = True

    def get(self, request: StaffRequest) -> HttpResponse:
        return step_up.ask(self.request) or self.show(OwnPasswordForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        if "new_password" not in request.POST:
            return redirect("accounts:password")
        form = OwnPasswordForm(request.POST)
        if form.is_valid():
            try:
                return self.change(form)
            except (WrongPassword, NameRests) as refused:
                form.add_error("present_password", str(refused))
            except PasswordRefused as refused:
                form.add_error("new_password", str(refused))
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def change(self, form: OwnPasswordForm) -> HttpResponse:
        passwords.change_own(
            user=self.request.user,
            present=form.cleaned_data["present_password"],
            password=form.cleaned_data["new_password"],
            practice_id=self.request.practice.pk,
            keep=str(self.request.session.session_key),
            device_id=device_of(self.request, self.request.user.email),
            now=timezone.now(),
        )
        update_session_auth_hash(self.request, self.request.user)
        messages.success(self.request, "Your new password is set. Other browsers are signed out.")
        return redirect("accounts:you")

    def show(self, form: OwnPasswordForm, status: int = HTTPStatus.OK) -> HttpResponse:
        rules = policies.for_person(self.request.user.pk)
        return self.page(
            "accounts/security/password.html",
            status=status,
            form=form.needing(rules.password_min),
            ends_at=passwords.ends_at(self.request.user, rules),
        )


class OrderPassword(PracticeView):
    """Asking a colleague for a new password, where the old one may be known to others."""

    permission = Permission.MEMBER_CHANGE
    step_up = True

    @cached_property
    def member(self) -> Membership:
        present = members.people().filter(ended_at=None)
        return get_object_or_404(present, pk=self.kwargs["member_id"])

    def get(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        return self.page("accounts/security/order_password.html", person=self.member)

    def post(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        passwords.order(member=self.member)
        messages.success(request, f"{self.member.display_name} is asked for a new password.")
        return redirect("accounts:person", self.member.pk)
