"""Opening the session, once everything that proves a person was shown."""

from datetime import datetime

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.selectors import doors
from accounts.services import devices, idle, sessions
from accounts.services.sessions import NotAMember
from accounts.sessions import MFA_AT, PRACTICE, SIGNED_IN_AT
from accounts.views import browser
from accounts.views.asking import wanted_url
from accounts.views.invitations import accept_on_the_way
from audit.actions import Action

TICKET_COOKIE = "__Host-ticket"


def go_on(request: HttpRequest, user: User, now: datetime) -> HttpResponse:
    """Sign in: log it first, then open the session, and lead on to where they were heading."""
    accept_on_the_way(request, user, now)
    practices = doors.memberships_of(user.pk)
    if not practices:
        sessions.leave(
            practice_id=None,
            person_id=user.pk,
            action=Action.SIGN_IN_FAILED,
            reason="no membership",
        )
        raise NotAMember
    if len(practices) == 1:
        sessions.enter(practice_id=practices[0], person_id=user.pk, is_sign_in=True, now=now)
    token, origin = browser.token_of(request) or devices.new_token(), browser.origin_of(request)
    devices.remember(token=token, user=user, origin=origin, practice_id=practices[0], now=now)
    request.session.flush()
    request.session.origin = origin  # type: ignore[attr-defined]  # our own engine
    login(request, user)
    request.session[MFA_AT] = request.session[SIGNED_IN_AT] = int(now.timestamp())
    if len(practices) == 1:
        request.session[PRACTICE] = str(practices[0])
        response = redirect(wanted_url(request) or "accounts:home")
    else:
        response = redirect(with_query(request, "accounts:choose_practice"))
    request.session.save()
    idle.hold(request.session, user.pk)  # type: ignore[arg-type]  # our own engine
    sessions.keep_to_limit(user.pk, now=now)
    response.delete_cookie(TICKET_COOKIE, samesite="Strict")
    browser.mark(response, token)
    return response


def with_query(request: HttpRequest, route: str) -> str:
    """Return a route's address with what this request's query says."""
    query = request.META.get("QUERY_STRING", "")
    return reverse(route) + (f"?{query}" if query else "")
