"""Signing in, step by step, and out again."""

import math
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

import segno
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from accounts.forms.signin import CodeForm, RecoveryForm, SignInForm
from accounts.models import SignInTicket
from accounts.services import signin, totp
from accounts.services.sessions import NotAMember
from accounts.services.totp import CodeRefused
from accounts.services.tries import NameRests
from accounts.views.base import OutsideView
from accounts.views.entering import TICKET_COOKIE, go_on, with_query

TICKET_SALT = "accounts.sign_in.ticket"

WHY = {
    "hours": "You were signed out 12 hours after you signed in.",
    "idle": "You were signed out because nothing had happened for a while.",
    "left": str(NotAMember()),
    "ticket": str(signin.TicketOver()),
}


class SignIn(OutsideView):
    """The first step: address and password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("accounts:home")
        return self.show(SignInForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SignInForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            ticket = signin.give_password(**form.cleaned_data, now=timezone.now())
        except (signin.NotAccepted, NameRests) as refused:
            form.add_error("password", str(refused))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        step = "accounts:enroll" if ticket.needs_device else "accounts:sign_in_code"
        response = redirect(with_query(request, step))
        response.set_signed_cookie(
            TICKET_COOKIE,
            ticket.text,
            salt=TICKET_SALT,
            max_age=int(signin.TICKET_LIFE.total_seconds()),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
        return response

    def show(self, form: SignInForm, status: int = HTTPStatus.OK) -> HttpResponse:
        ended = getattr(self.request.session, "ended", None)
        why = WHY.get(ended.reason if ended else self.request.GET.get("why", ""), "")
        context = {"form": form, "why": why}
        return render(self.request, "accounts/signin/password.html", context, status=status)


class SecondStep(OutsideView):
    """What may be asked of somebody who holds a ticket, and of nobody else."""

    template: ClassVar[str]
    form_class: ClassVar[type[Form]] = CodeForm
    ticket: str
    held: SignInTicket

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.ticket = request.get_signed_cookie(TICKET_COOKIE, default="", salt=TICKET_SALT) or ""
        try:
            self.held = signin.holder(ticket=self.ticket, now=timezone.now())
            return super().dispatch(request, *args, **kwargs)
        except signin.TicketOver:
            return redirect(reverse("accounts:sign_in") + "?why=ticket")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                return self.prove(form.cleaned_data["code"], timezone.now())
            except (CodeRefused, NameRests, NotAMember) as refused:
                form.add_error("code", str(refused))
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def prove(self, code: str, now: datetime) -> HttpResponse:
        raise NotImplementedError

    def show(self, form: Form, status: int = HTTPStatus.OK) -> HttpResponse:
        context = {"form": form, **self.extra()}
        return render(self.request, self.template, context, status=status)

    def extra(self) -> dict[str, Any]:
        left = self.held.expires_at - timezone.now()
        return {"minutes_left": max(1, math.ceil(left.total_seconds() / 60))}


class SignInCode(SecondStep):
    """The second step: the six digits of the app."""

    template = "accounts/signin/code.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if not totp.has_device(self.held.user):
            return redirect(with_query(request, "accounts:enroll"))
        return super().get(request)

    def prove(self, code: str, now: datetime) -> HttpResponse:
        return go_on(self.request, signin.give_code(ticket=self.ticket, code=code, now=now), now)


class SignInRecovery(SecondStep):
    """The second step for somebody without their phone: a recovery code."""

    template = "accounts/signin/recovery.html"
    form_class = RecoveryForm

    def prove(self, code: str, now: datetime) -> HttpResponse:
        user = signin.give_recovery_code(ticket=self.ticket, code=code, now=now)
        return go_on(self.request, user, now)


class Enroll(SecondStep):
    """A first sign-in: setting up the app, then the recovery codes, shown once."""

    template = "accounts/signin/enrol.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if totp.secret_to_show(self.held.user) is None:
            return redirect(with_query(request, "accounts:sign_in_code"))
        return super().get(request)

    def prove(self, code: str, now: datetime) -> HttpResponse:
        user, codes = signin.confirm_device(ticket=self.ticket, code=code, now=now)
        onward = go_on(self.request, user, now)
        context = {"codes": codes, "next_url": onward["Location"]}
        return render(self.request, "accounts/signin/recovery_codes.html", context)

    def extra(self) -> dict[str, Any]:
        secret = totp.secret_to_show(self.held.user) or ""
        address = totp.address(user=self.held.user, secret=secret)
        return {
            "qr_svg": square_code(address),
            "key_groups": [secret[start : start + 4] for start in range(0, len(secret), 4)],
        }


def square_code(address: str) -> SafeString:
    """Return the square code as SVG without any style of its own."""
    drawing = segno.make_qr(address, error="m").svg_inline(
        scale=4, border=2, light="#fff", dark="#101614", omitsize=True
    )
    return mark_safe(drawing)  # noqa: S308  # segno draws it from the address; nothing is typed
