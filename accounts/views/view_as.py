"""Looking at the pages as a role: its rail and its buttons, and nobody's records.

What somebody may not open themselves stays closed: in its place stands in words what the role
sees and may do there. Nothing can be changed meanwhile.
"""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.context import first_page, place_of
from accounts.permissions import WORDS, Permission
from accounts.selectors import roles
from accounts.selectors.seats import Viewed
from accounts.sessions import PRACTICE
from accounts.views.asking import StaffRequest, match, note_refusal, route_name
from accounts.views.base import SAFE_METHODS, MemberView, PracticeView
from audit.actions import Action
from audit.services import events

FLAG = "view_as"
LIFE = timedelta(minutes=15)
ALLOWED = frozenset({"accounts:sign_out", "accounts:stay", "accounts:view_as_stop"})
"""What can be sent while looking as a role: it leaves, or says that somebody is there."""


class ViewAs(PracticeView):
    """Begins to look at the pages as a role."""

    permission = Permission.ROLE_CHANGE

    def post(self, request: StaffRequest, role_id: UUID) -> HttpResponse:
        role = get_object_or_404(roles.in_use(), pk=role_id)
        request.session[FLAG] = {
            "role": str(role.pk),
            "practice": request.session[PRACTICE],
            "until": int((timezone.now() + LIFE).timestamp()),
        }
        events.record(Action.ROLE_VIEWED_AS, target=role)
        return redirect("accounts:home")


class ViewAsStop(MemberView):
    """Ends it."""

    def post(self, request: StaffRequest) -> HttpResponse:
        looked = request.session.pop(FLAG, None)
        return redirect("accounts:role", looked["role"]) if looked else redirect("accounts:home")


def wanted(request: HttpRequest) -> UUID | None:
    """Return the role as which the pages are to be shown now, if one is."""
    flag = request.session.get(FLAG)
    if not flag or flag["practice"] != request.session.get(PRACTICE):
        return None
    is_over = flag["until"] <= timezone.now().timestamp()
    return None if is_over else UUID(flag["role"])


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Refuse to change anything while somebody looks as a role, wherever it is sent."""
    if request.method in SAFE_METHODS or route_name(request) in ALLOWED or wanted(request) is None:
        return None
    note_refusal(request, HTTPStatus.FORBIDDEN)
    return render(request, "accounts/view_as/refused.html", status=HTTPStatus.FORBIDDEN)


def answer(
    request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    """Answer a member's request; as the viewed role would be answered, while one is viewed."""
    staff = cast(StaffRequest, request)
    if staff.viewed is None:
        if wanted(request):
            del request.session[FLAG]
        return get_response(request)
    instead = refusal(request) or _told(staff, staff.viewed)
    if instead is not None:
        return instead
    # Never more than both may: a page that both open has parts that only one of them sees.
    staff.permissions &= staff.viewed.permissions
    staff.role_names = [staff.viewed.name]
    return get_response(request)


def _told(request: StaffRequest, viewed: Viewed) -> HttpResponse | None:
    """Return what stands in the place of a page that is not opened, or None for one that is."""
    found = match(request)
    if found is None:
        return None
    if found.view_name == "accounts:home":
        first = first_page(viewed.permissions)
        return redirect(first) if first else _page(request, viewed, None)
    view = getattr(found.func, "view_class", None)
    if not isinstance(view, type) or not issubclass(view, PracticeView):
        return _page(request, viewed, None)
    needed = view.permission
    if needed is None or needed in request.permissions & viewed.permissions:
        return None
    return _page(request, viewed, needed)


def _page(request: StaffRequest, viewed: Viewed, needed: Permission | None) -> HttpResponse:
    title = WORDS[needed][0] if needed else ""
    near = {permission for permission in WORDS if WORDS[permission][0] == title}
    request.role_names = [viewed.name]
    context = {
        "role_name": viewed.name,
        "place": place_of(request.path) or title or "First page",
        "opens": needed in viewed.permissions,
        "may": roles.words_of(viewed.permissions & near),
    }
    return render(request, "accounts/view_as/told.html", context)
