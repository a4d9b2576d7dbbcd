"""Being signed in: which practice one works in, staying, the look of the pages, and going."""

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.context import first_page
from accounts.models import User
from accounts.selectors import doors, seats
from accounts.services import idle, sessions
from accounts.services.sessions import NotAMember
from accounts.sessions import PRACTICE
from accounts.views.asking import note_refusal, to_sign_in, wanted_url
from accounts.views.base import MemberView, OutsideView
from audit.actions import Action

THEMES = frozenset({"", "light", "dark"})


class Home(MemberView):
    """Leads to the first page that this person's roles open."""

    def get(self, request: HttpRequest) -> HttpResponse:
        first = first_page(self.request.permissions)
        return redirect(first) if first else self.page("accounts/nothing_open.html")


class SignedInView(OutsideView):
    """A page for whoever is signed in, in whichever practice or none."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return super().dispatch(request, *args, **kwargs)


class ChoosePractice(SignedInView):
    """Which practice to work in, for those who belong to several; also to switch."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        user = cast(User, request.user)
        wanted = request.POST.get("practice", "")
        mine = {str(mine): mine for mine in doors.memberships_of(user.pk)}
        if wanted not in mine:
            if wanted:
                note_refusal(request, HTTPStatus.UNPROCESSABLE_ENTITY)
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            enter(request, user, mine[wanted])
        except NotAMember as refused:
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY, str(refused))
        return redirect(wanted_url(request) or "accounts:home")

    def show(self, status: int = HTTPStatus.OK, why: str = "") -> HttpResponse:
        context = {
            "why": why,
            "choices": seats.choices(cast(User, self.request.user).pk),
            "chosen": self.request.session.get(PRACTICE, ""),
        }
        return render(self.request, "accounts/signin/practice.html", context, status=status)


class SignOut(OutsideView):
    """The way out."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            practice = request.session.get(PRACTICE)
            sessions.leave(
                practice_id=UUID(practice) if practice else None,
                person_id=request.user.pk,
                action=Action.SIGNED_OUT,
            )
            logout(request)
        return redirect("accounts:sign_in")


def enter(request: HttpRequest, user: User, practice_id: UUID) -> None:
    """Work in this practice from now on; the key changes with what it opens."""
    first = PRACTICE not in request.session
    sessions.enter(practice_id=practice_id, person_id=user.pk, is_sign_in=first, now=timezone.now())
    request.session[PRACTICE] = str(practice_id)
    request.session.cycle_key()
    idle.hold(request.session, user.pk)  # type: ignore[arg-type]  # our own engine
    # What stands in another tab belongs to the practice before: its forms are refused from now on.
    rotate_token(request)


class Stay(SignedInView):
    """Says that the person is still there; the middleware has noted it by now."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


class Theme(SignedInView):
    """Light or dark, for as long as this person is signed in."""

    def post(self, request: HttpRequest) -> HttpResponse:
        theme = request.POST.get("theme", "")
        if theme not in THEMES:
            return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
        request.session["theme"] = theme
        return redirect("accounts:home")
