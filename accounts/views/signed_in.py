"""Where one is signed in, and the devices one is known by: one's own only."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.models import User
from accounts.services import devices, sessions
from accounts.services.devices import LinkOver, NoSuchDevice
from accounts.services.sessions import NoSuchSession
from accounts.views.base import MemberView, OutsideView
from accounts.views.presence import SignedInView

PAGE = "accounts:you"


class EndSession(MemberView):
    """Signs out one of the browsers in which this person is signed in."""

    def post(self, request: HttpRequest, handle: UUID) -> HttpResponse:
        try:
            sessions.end_one(handle=handle, person_id=self.request.user.pk)
        except NoSuchSession:
            raise Http404 from None
        return redirect(PAGE)


class EndOthers(MemberView):
    """Signs out every browser but this one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        key = str(self.request.session.session_key)
        sessions.stay_here_only(person_id=self.request.user.pk, key=key)
        return redirect(PAGE)


class ForgetDevice(MemberView):
    """Forgets one of the devices that this person is known by."""

    def post(self, request: HttpRequest, device_id: UUID) -> HttpResponse:
        try:
            devices.forget(device_id=device_id, person_id=self.request.user.pk)
        except NoSuchDevice:
            raise Http404 from None
        return redirect(PAGE)


class Report(SignedInView):
    """Says that somebody else signed in as this person: everything ends, this browser's too."""

    def post(self, request: HttpRequest) -> HttpResponse:
        devices.not_me(person_id=cast(User, request.user).pk, now=timezone.now())
        return redirect("accounts:sign_in")


class NotMe(OutsideView):
    """The same, by the link of a letter; looking at it changes nothing."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            device = devices.reported(token=token)
        except LinkOver as over:
            return self.show(HTTPStatus.NOT_FOUND, over=str(over))
        return self.show(device=device)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            device = devices.reported(token=token)
        except LinkOver as over:
            return self.show(HTTPStatus.NOT_FOUND, over=str(over))
        devices.not_me(person_id=device.user_id, now=timezone.now())
        return self.show(done=True)

    def show(self, status: int = HTTPStatus.OK, **context: object) -> HttpResponse:
        return render(self.request, "accounts/signin/not_me.html", context, status=status)
