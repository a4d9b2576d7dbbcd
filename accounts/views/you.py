"""Everybody's own page: who one is here, how one signs in, and where one is signed in."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.forms.signin import CodeForm
from accounts.selectors import factors as held
from accounts.selectors import log_reviews, presence
from accounts.services import factors, recovery, totp
from accounts.services.totp import CodeRefused
from accounts.views import browser, step_up
from accounts.views.base import MemberView
from accounts.views.offering import where_they_work
from accounts.views.signin import in_fours, square_code

PAGE = "accounts:you"
FEW_CODES = 3


class You(MemberView):
    """The page itself."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user, now = self.request.user, timezone.now()
        mine = held.of(user.pk)
        return self.page(
            "accounts/you/page.html",
            person=user,
            password_days=(now - user.password_changed_at).days,
            factors=mine,
            codes_in_all=recovery.CODES,
            asked=log_reviews.asked(member=self.request.membership),
            few_codes=mine.recovery_left <= FEW_CODES,
            sessions=presence.sessions_of(
                user.pk, key=str(self.request.session.session_key), now=now
            ),
            devices=presence.devices_of(user.pk, token=browser.token_of(request), name=user.email),
            **where_they_work(request),
        )


class NewApp(MemberView):
    """Begins to add an authenticator app, or to replace the one there is."""

    step_up = True

    def post(self, request: HttpRequest) -> HttpResponse:
        totp.begin_next(user=self.request.user)
        return redirect("accounts:you_app")


class App(MemberView):
    """The key of the app that is being set up, and its first code.

    Looking asks for a fresh second factor too: whoever sees the key can make the codes.
    """

    step_up = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        if form.is_valid():
            user, code = self.request.user, form.cleaned_data["code"]
            try:
                factors.take_app(user=user, code=code, now=timezone.now())
            except CodeRefused as refused:
                form.add_error("code", str(refused))
            else:
                return redirect(PAGE)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: CodeForm, status: int = HTTPStatus.OK) -> HttpResponse:
        secret = totp.next_secret_to_show(self.request.user)
        if secret is None or not step_up.is_fresh(self.request, timezone.now()):
            return redirect(PAGE)
        return self.page("accounts/you/app.html", status, form=form, **self.key(secret))

    def key(self, secret: str) -> dict[str, Any]:
        """Return a secret as a camera and as a person read it."""
        user = self.request.user
        return {
            "qr_svg": square_code(totp.address(user=user, secret=secret)),
            "key_groups": in_fours(secret),
            "replaces": totp.has_device(user),
        }


class RecoveryCodes(MemberView):
    """Makes new recovery codes and shows them, this once."""

    step_up = True

    def post(self, request: HttpRequest) -> HttpResponse:
        codes = factors.renew_recovery_codes(user=self.request.user, now=timezone.now())
        return self.page("accounts/you/recovery_codes.html", codes=codes)
