"""Signing in, step by step, and out again."""

import math
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

import segno
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from accounts.forms.factors import PasskeyForm
from accounts.forms.signin import CodeForm, RecoveryForm, SignInForm
from accounts.models import SignInTicket, User
from accounts.services import factors, passkeys, signin, totp
from accounts.services.sessions import NotAMember
from accounts.services.totp import CodeRefused
from accounts.services.tries import NameRests
from accounts.views.asking import note_refusal
from accounts.views.base import OutsideView
from accounts.views.browser import device_of
from accounts.views.entering import TICKET_COOKIE, go_on, with_query
from accounts.views.offering import where_they_work

TICKET_SALT = "accounts.sign_in.ticket"

WHY = {
    "elsewhere": "You were signed out because you signed in elsewhere.",
    "ended": "This sign-in was ended. Sign in again.",
    "hours": "You were signed out 12 hours after you signed in.",
    "idle": "You were signed out because nothing had happened for a while.",
    "joined": "You are in. Sign in with your new password; then you set up a second step.",
    "longer": "You were given a role that needs a longer password. You choose it after both steps.",
    "left": str(NotAMember()),
    "password": "You were signed out because your password was changed.",
    "ordered": "An administrator asks you for a new password. You choose it after both steps.",
    "remote": "You signed this browser out from another one.",
    "reset": "Your new password is set. Sign in with it, and with your second step.",
    "reported": "All your sign-ins were ended. A letter leads you to a new password.",
    "reported_reset": "Your new password is set. Sign in with it, and look at your second steps:"
    " remove what is not yours.",
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
            device_id = device_of(request, form.cleaned_data["email"])
            ticket = signin.give_password(
                **form.cleaned_data, now=timezone.now(), device_id=device_id
            )
        except (signin.NotAccepted, NameRests) as refused:
            form.add_error("password", signin.told(refused))
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
    field: ClassVar[str] = "code"
    is_after: ClassVar[bool] = False
    """Whether it comes after the proof, where a new password is due."""
    ticket: str
    held: SignInTicket

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.ticket = request.get_signed_cookie(TICKET_COOKIE, default="", salt=TICKET_SALT) or ""
        try:
            self.held = signin.holder(ticket=self.ticket, now=timezone.now())
            if self.is_after and self.held.proved_at is None:
                return redirect(with_query(request, "accounts:sign_in_code"))
            if self.held.proved_at and not self.is_after:
                return redirect(with_query(request, "accounts:new_password"))
            return super().dispatch(request, *args, **kwargs)
        except signin.NewPasswordNeeded:
            return redirect(with_query(request, "accounts:new_password"))
        except signin.TicketOver:
            note_refusal(request, HTTPStatus.UNAUTHORIZED)
            return redirect(reverse("accounts:sign_in") + "?why=ticket")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                return self.prove(form.cleaned_data[self.field], timezone.now())
            except (CodeRefused, NameRests, NotAMember) as refused:
                form.add_error(self.field, str(refused))
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    @property
    def device_id(self) -> UUID | None:
        """The known device that whoever holds the ticket comes from."""
        return device_of(self.request, self.held.user.email)

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
        user = self.held.user
        if not factors.has_any(user):
            return redirect(with_query(request, "accounts:enroll"))
        if not totp.has_device(user):
            return redirect(with_query(request, "accounts:sign_in_passkey"))
        return super().get(request)

    def prove(self, code: str, now: datetime) -> HttpResponse:
        user = signin.give_code(ticket=self.ticket, code=code, now=now, device_id=self.device_id)
        return go_on(self.request, user, now)

    def extra(self) -> dict[str, Any]:
        has_passkey = passkeys.has_any(self.held.user)
        return {
            **super().extra(),
            "passkey_form": PasskeyForm() if has_passkey else None,
            **where_they_work(self.request),
        }


class SignInRecovery(SecondStep):
    """The second step for somebody without their phone: a recovery code."""

    template = "accounts/signin/recovery.html"
    form_class = RecoveryForm

    def prove(self, code: str, now: datetime) -> HttpResponse:
        user = signin.give_recovery_code(
            ticket=self.ticket, code=code, now=now, device_id=self.device_id
        )
        return go_on(self.request, user, now)


class Enroll(SecondStep):
    """A first sign-in: setting up the app, then the recovery codes, shown once."""

    template = "accounts/signin/enrol.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._led_elsewhere() or super().get(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._led_elsewhere() or super().post(request)

    def _led_elsewhere(self) -> HttpResponse | None:
        """Show nothing of a key to whoever knows the password of somebody with a second step."""
        if factors.has_any(self.held.user):
            return redirect(with_query(self.request, "accounts:sign_in_code"))
        if totp.secret_to_show(self.held.user) is None:
            raise signin.TicketOver
        return None

    def prove(self, code: str, now: datetime) -> HttpResponse:
        user, codes = signin.confirm_device(
            ticket=self.ticket, code=code, now=now, device_id=self.device_id
        )
        return self.keep_codes(user, codes, now)

    def keep_codes(self, user: User, codes: list[str], now: datetime) -> HttpResponse:
        """Sign in, and show the recovery codes on the way, this once."""
        if signin.awaits_password(ticket=self.ticket, now=now):
            onward: HttpResponse = redirect(with_query(self.request, "accounts:new_password"))
        else:
            onward = go_on(self.request, user, now)
        context = {"codes": codes, "next_url": onward["Location"]}
        response = render(self.request, "accounts/signin/recovery_codes.html", context)
        response.cookies.update(onward.cookies)
        return response

    def extra(self) -> dict[str, Any]:
        secret = totp.secret_to_show(self.held.user) or ""
        address = totp.address(user=self.held.user, secret=secret)
        return {
            "qr_svg": square_code(address),
            "key_groups": in_fours(secret),
            "passkey_form": PasskeyForm(),
            **where_they_work(self.request),
        }


def in_fours(secret: str) -> list[str]:
    """Return a secret as one types it."""
    return [secret[start : start + 4] for start in range(0, len(secret), 4)]


def square_code(address: str) -> SafeString:
    """Return the square code as SVG without any style of its own."""
    drawing = segno.make_qr(address, error="m").svg_inline(
        scale=4, border=2, light="#fff", dark="#101614", omitsize=True
    )
    return mark_safe(drawing)  # noqa: S308  # segno draws it from the address; nothing is typed
