"""Inviting somebody into the practice, and the page behind the link."""

from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils import timezone

from accounts.forms.invitations import InvitationForm
from accounts.forms.passwords import NewPasswordForm
from accounts.models import Invitation, User
from accounts.permissions import Permission
from accounts.selectors import invitations
from accounts.selectors.invitations import Offer
from accounts.services import invitations as services
from accounts.services.members import NotYoursToGive
from accounts.services.passwords import PasswordRefused
from accounts.services.roles import NotForATime
from accounts.views.asking import wanted_url
from accounts.views.base import OutsideView, PracticeView, StaffRequest

REFUSED = {
    services.AlreadyHere: "email",
    NotYoursToGive: "role",
    NotForATime: "ends_at",
}


class Invitations(PracticeView):
    """Who was invited, and the form to invite somebody."""

    permission = Permission.MEMBER_CHANGE
    step_up = True

    def get(self, request: StaffRequest) -> HttpResponse:
        return self.show(InvitationForm(roles=self.roles, now=timezone.now()))

    def post(self, request: StaffRequest) -> HttpResponse:
        now = timezone.now()
        form = InvitationForm(request.POST, roles=self.roles, now=now)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = {name: form.cleaned_data[name] for name in ("email", "display_name", "role")}
        try:
            sent = services.invite(**typed, term=form.term, now=now, by=request.membership)
        except tuple(REFUSED) as refused:
            form.add_error(REFUSED[type(refused)], str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"A link is on its way to {sent.email}. It works for 24 hours.")
        return redirect("accounts:invitations")

    @cached_property
    def roles(self) -> Any:
        return invitations.roles_to_give(self.request.membership)

    def show(self, form: InvitationForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "accounts/invitations/list.html",
            status=status,
            form=form,
            invitations=invitations.sent(now=timezone.now()),
        )


class InvitationChange(PracticeView):
    """Something done to one invitation, after which the list is shown again."""

    permission = Permission.MEMBER_CHANGE
    step_up = True

    def post(self, request: StaffRequest, invitation_id: UUID) -> HttpResponse:
        invitation = get_object_or_404(Invitation, pk=invitation_id)
        try:
            messages.success(request, self.change(invitation, timezone.now()))
        except (services.InvitationOver, *REFUSED) as refused:
            messages.warning(request, str(refused))
        return redirect("accounts:invitations")

    def change(self, invitation: Invitation, now: datetime) -> str:
        raise NotImplementedError


class InvitationResend(InvitationChange):
    """Send a new link; the one before stops working."""

    def change(self, invitation: Invitation, now: datetime) -> str:
        sent = services.resend(invitation=invitation, now=now, by=self.request.membership)
        return f"A new link is on its way to {sent.email}. The one before stopped working."


class InvitationRevoke(InvitationChange):
    """Take an invitation back."""

    def change(self, invitation: Invitation, now: datetime) -> str:
        services.revoke(invitation=invitation, now=now, by=self.request.membership)
        return f"The invitation to {invitation.email} is taken back."


class Accept(OutsideView):
    """What a link opens: a first password for a newcomer, signing in for anybody else."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        offer = invitations.offer(token, now=timezone.now())
        if offer:
            return self.show(offer, NewPasswordForm())
        if request.user.is_authenticated and invitations.was_accepted_by(token, request.user.pk):
            return redirect("accounts:home")
        return self.over()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        offer = invitations.offer(token, now=timezone.now())
        if offer is None:
            return self.over()
        if offer.is_known:
            return self.join(offer, token)
        form = NewPasswordForm(request.POST)
        if form.is_valid():
            try:
                services.accept_as_newcomer(
                    token=token, password=form.cleaned_data["new_password"], now=timezone.now()
                )
            except services.InvitationOver:
                return self.over()
            except services.KnownHere:
                return redirect("accounts:invitation", token)
            except PasswordRefused as refused:
                form.add_error("new_password", str(refused))
            else:
                return redirect(reverse("accounts:sign_in") + "?why=joined")
        return self.show(offer, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def join(self, offer: Offer, token: str) -> HttpResponse:
        """Let in whoever is signed in under the invited address; nobody else is asked."""
        if not self.is_for_me(offer):
            return self.show(offer, NewPasswordForm(), HTTPStatus.FORBIDDEN)
        try:
            services.accept(token=token, user=cast(User, self.request.user), now=timezone.now())
        except services.InvitationOver:
            return self.over()
        return redirect("accounts:choose_practice")

    def is_for_me(self, offer: Offer) -> bool:
        user = self.request.user
        return user.is_authenticated and user.email == offer.email

    def show(
        self, offer: Offer, form: NewPasswordForm, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        context = {
            "offer": offer,
            "form": form,
            "is_signed_in": self.request.user.is_authenticated,
            "is_for_me": self.is_for_me(offer),
            "sign_in_url": f"{reverse('accounts:sign_in')}?next={self.request.path}",
        }
        template = "accounts/invitations/accept.html"
        return render(self.request, template, context, status=status)

    def over(self) -> HttpResponse:
        template = "accounts/invitations/over.html"
        return render(self.request, template, status=HTTPStatus.NOT_FOUND)


def accept_on_the_way(request: HttpRequest, user: User, now: datetime) -> None:
    """Accept the invitation that somebody was asked to sign in for, once both factors were shown.

    Who belongs to no practice yet could not sign in otherwise.
    """
    token = _token_of(wanted_url(request))
    if token:
        try:
            services.accept(token=token, user=user, now=now)
        except services.InvitationOver:
            return


def _token_of(path: str) -> str:
    try:
        found = resolve(path)
    except Resolver404:
        return ""
    return str(found.kwargs["token"]) if found.view_name == "accounts:invitation" else ""
