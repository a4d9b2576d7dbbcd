"""Who asks, for what, and how one leads them on or tells the log of it."""

import re
import time
from contextlib import AbstractContextManager, nullcontext
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, resolve, reverse
from django.urls.exceptions import Resolver404
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Membership, Practice, User
from accounts.permissions import Permission
from accounts.selectors.seats import Viewed
from accounts.sessions import PRACTICE, SessionStore
from accounts.tenancy import in_scope, installation_scope, practice_scope
from accounts.views import pages
from accounts.views.strangers import BOUND
from audit.actions import Action
from audit.services import events

OUR_ADDRESS = re.compile(r"/(?:[\w-]+/)*(?:\?[\w=&-]*)?", re.ASCII)
"""Names between single slashes: nothing that a browser could read as another host."""


class StaffRequest(HttpRequest):
    """A request of a signed-in member of the practice in scope, as the middleware leaves it."""

    user: User
    session: SessionStore
    htmx: HtmxDetails
    practice: Practice
    membership: Membership
    role_names: list[str]
    permissions: frozenset[Permission]
    approvals_waiting: int
    viewed: Viewed | None


def match(request: HttpRequest) -> ResolverMatch | None:
    """Return which route a request asks for, before Django itself resolves it."""
    if not hasattr(request, "_route"):
        try:
            found: ResolverMatch | None = resolve(request.path_info)
        except Resolver404:
            found = None
        request._route = found  # type: ignore[attr-defined]  # kept for the request's own time
    return cast("ResolverMatch | None", request._route)  # type: ignore[attr-defined]  # set above


def route_name(request: HttpRequest) -> str:
    """Return the name of the route, never its parameters."""
    found = match(request)
    return found.view_name if found else ""


def view_says(request: HttpRequest, attribute: str) -> bool:
    """Return a flag of the view class that a request asks for."""
    found = match(request)
    return (
        bool(getattr(getattr(found.func, "view_class", None), attribute, False)) if found else False
    )


def to_sign_in(request: HttpRequest, why: str = "") -> HttpResponse:
    """Lead somebody who is not signed in to signing in, and back to this page after it."""
    ended = getattr(request.session, "ended", None)
    asked = {"why": why or (ended.reason if ended else "")}
    if request.method == "GET" and not request.headers.get("HX-Request"):
        asked["next"] = pages.here(request) or request.path
    else:
        asked["next"] = pages.before(request)
    query = urlencode({name: value for name, value in asked.items() if value})
    return go(request, reverse("accounts:sign_in") + (f"?{query}" if query else ""))


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Lead the browser to another page, also when htmx asked for a part of one."""
    return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") else redirect(url)


def wanted_url(request: HttpRequest) -> str:
    """Return where the person was heading, if that is written as an address of ours and is one."""
    url = request.GET.get("next", "")
    if not OUR_ADDRESS.fullmatch(url):
        return ""
    try:
        resolve(url.partition("?")[0])
    except Resolver404:
        return ""
    return url


def scope_of(request: HttpRequest) -> AbstractContextManager[object]:
    """Return a scope of its own for what the log must hold whatever becomes of the request."""
    person_id = _person_of(request)
    practice = request.session.get(PRACTICE) if person_id else None
    if practice:
        return practice_scope(UUID(practice), person_id=person_id)
    return installation_scope(person_id=person_id)


def _person_of(request: HttpRequest) -> UUID | None:
    """Return who asks; nobody where the request was refused before that was looked at."""
    user = getattr(request, "user", None)
    return user.pk if user and user.is_authenticated else None


def telling(request: HttpRequest) -> AbstractContextManager[object]:
    """Return where the log can be told something: the open scope, or one of its own."""
    return nullcontext() if in_scope() else scope_of(request)


def note_refusal(request: HttpRequest, status: int) -> None:
    """Tell the log that something was refused: the route's name and the status, no parameters.

    A redirect to signing in is told as 401, for what it stands for.
    """
    mark_told(request)
    facts: dict[str, str | int] = {"route": route_name(request), "status": int(status)}
    if _person_of(request) is None:
        held = BOUND.passes((route_name(request), int(status)), seconds=time.monotonic())
        if held is None:
            return
        facts |= {"more": held} if held else {}
    with telling(request):
        events.record(Action.REQUEST_REFUSED, **facts)  # type: ignore[arg-type]  # named freely


def mark_told(request: HttpRequest) -> None:
    """Say that the log has heard of what becomes of a request."""
    request._is_told = True  # type: ignore[attr-defined]  # kept for the request's own time


def is_told(request: HttpRequest) -> bool:
    """Return whether the log has heard of it."""
    return getattr(request, "_is_told", False)


def give_up(request: HttpRequest) -> None:
    """Let nothing stay of what a request did, once its answer is written."""
    request._is_given_up = True  # type: ignore[attr-defined]  # kept for the request's own time


def is_given_up(request: HttpRequest) -> bool:
    """Return whether nothing of a request is to stay."""
    return getattr(request, "_is_given_up", False)


def note_failure(request: HttpRequest) -> None:
    """Tell the log that a request failed: its own events went with its transaction."""
    with telling(request):
        events.record(Action.REQUEST_FAILED, route=route_name(request))
