"""A new password by a link: asking for one, opening it, and choosing.

The link's address holds its token once, on the way in. It is moved into a cookie at once, so that
no page that anybody sees, and no Referer, has it in its address; our own log never names paths.
"""

from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.forms.passwords import NewPasswordForm, ResetAskForm
from accounts.models import PasswordDue, User
from accounts.selectors import policies
from accounts.services import resets
from accounts.services.passwords import PasswordRefused
from accounts.services.resets import LinkOver
from accounts.views.asking import note_refusal
from accounts.views.base import OutsideView

RESET_COOKIE = "__Host-reset"
RESET_SALT = "accounts.password.reset"


class ResetAsk(OutsideView):
    """Asks for the link. The answer is the same for every address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if "asked" in request.GET:
            return render(request, "accounts/signin/reset_asked.html")
        return self.show(ResetAskForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ResetAskForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        resets.ask(email=form.cleaned_data["email"], now=timezone.now())
        return redirect(reverse("accounts:reset_ask") + "?asked=1")

    def show(self, form: ResetAskForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return render(self.request, "accounts/signin/reset_ask.html", {"form": form}, status=status)


class ResetOpen(OutsideView):
    """Where the link leads. Looking at it uses nothing up, so a scanner of letters may."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        response = redirect("accounts:reset_new")
        response.set_signed_cookie(
            RESET_COOKIE,
            token,
            salt=RESET_SALT,
            max_age=int(resets.LINK_LIFE.total_seconds()),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response


class ResetNew(OutsideView):
    """Chooses the new password. It signs nobody in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.show(resets.holder(token=self.token, now=timezone.now()), NewPasswordForm())
        except LinkOver:
            return self.over()

    def post(self, request: HttpRequest) -> HttpResponse:
        form, now = NewPasswordForm(request.POST), timezone.now()
        try:
            user = resets.holder(token=self.token, now=now)
            if form.is_valid():
                resets.redeem(token=self.token, password=form.cleaned_data["new_password"], now=now)
                return self.done(was_reported=user.password_due == PasswordDue.REPORTED)
        except LinkOver:
            return self.over()
        except PasswordRefused as refused:
            form.add_error("new_password", str(refused))
        return self.show(user, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    @property
    def token(self) -> str:
        """What the link held, as the cookie brings it back."""
        age = int(resets.LINK_LIFE.total_seconds())
        held = self.request.get_signed_cookie(
            RESET_COOKIE, default="", salt=RESET_SALT, max_age=age
        )
        return held or ""

    def done(self, *, was_reported: bool) -> HttpResponse:
        said = {"why": "reset"}
        if was_reported:
            said = {"why": "reported_reset", "next": reverse("accounts:you")}
        response = redirect(f"{reverse('accounts:sign_in')}?{urlencode(said)}")
        response.delete_cookie(RESET_COOKIE, samesite="Lax")
        return response

    def over(self) -> HttpResponse:
        note_refusal(self.request, HTTPStatus.NOT_FOUND)
        return render(self.request, "accounts/signin/reset_over.html", status=HTTPStatus.NOT_FOUND)

    def show(self, user: User, form: NewPasswordForm, status: int = HTTPStatus.OK) -> HttpResponse:
        context = {"form": form.needing(policies.for_person(user.pk).password_min)}
        return render(self.request, "accounts/signin/reset_new.html", context, status=status)
