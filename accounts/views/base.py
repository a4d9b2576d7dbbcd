"""What every page of a practice stands on: what one may do there, and how it is answered."""

from contextlib import nullcontext
from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views import View

from accounts.permissions import Permission
from accounts.tenancy import in_scope
from accounts.views import step_up, typed
from accounts.views.asking import StaffRequest, give_up, note_refusal, to_sign_in

__all__ = ["MemberView", "OutsideView", "PracticeView", "StaffRequest"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STATUSES = {PermissionDenied: HTTPStatus.FORBIDDEN, Http404: HTTPStatus.NOT_FOUND}


class LostWrite(Exception):
    """A request would have said that it succeeded after its transaction was given up."""


class PracticeView(View):
    """A page of the practice. ``permission`` has no default: nothing is open by itself.

    ``change_permission`` is needed on top of it for anything but looking.
    ``scope_free`` views, which talk to other servers, stand outside the request's transaction and
    open short scopes of their own. ``step_up`` views ask for a second factor of the last five
    minutes before anything that changes.
    """

    permission: ClassVar[Permission | None]
    change_permission: ClassVar[Permission | None] = None
    scope_free: ClassVar[bool] = False
    step_up: ClassVar[bool] = False
    request: StaffRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not hasattr(request, "membership"):
            return to_sign_in(request)
        looks = self.request.method in SAFE_METHODS
        try:
            if not self.needed <= self.request.permissions:
                raise PermissionDenied
            with nullcontext() if looks or not in_scope() else transaction.atomic():
                response = _kept(self.answer(*args, **kwargs))
                typed.forget_sent(self.request, response)
                return response
        except (PermissionDenied, Http404) as refused:
            if looks and in_scope():
                # Looking needs no savepoint: the middleware gives all of it up, and tells.
                give_up(request)
            else:
                note_refusal(request, STATUSES[type(refused)])
            raise

    @property
    def needed(self) -> frozenset[Permission]:
        """Everything that this request needs the person to hold."""
        changes = self.request.method not in SAFE_METHODS
        asked = (self.permission, self.change_permission if changes else None)
        return frozenset(permission for permission in asked if permission is not None)

    def answer(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.step_up and self.request.method not in SAFE_METHODS:
            asked = step_up.ask(self.request)
            if asked is not None:
                return asked
        return super().dispatch(self.request, *args, **kwargs)

    def may(self, permission: Permission) -> bool:
        """Say whether this person holds another permission than the view's own."""
        return permission in self.request.permissions

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Answer with a whole page."""
        return render(self.request, template, context, status=status)

    def fragment(
        self, template: str, status: int = 200, *, page: str = "", **context: Any
    ) -> HttpResponse:
        """Answer htmx with the fragment, and a plain form with the ``page`` that includes it."""
        whole = page if page and not self.request.htmx else template
        return render(self.request, whole, context, status=status)

    def done(self, template: str, *, to: str, **context: Any) -> HttpResponse:
        """Answer what is done: htmx gets the fragment, a plain form goes on to another page."""
        if self.request.htmx:
            return render(self.request, template, context)
        return redirect(to)


def _kept(response: HttpResponseBase) -> HttpResponseBase:
    """Never say that something succeeded which will be rolled back."""
    if in_scope() and response.status_code < 500 and transaction.get_rollback():
        raise LostWrite("The transaction was given up, and the answer did not say so.")
    return response


class MemberView(PracticeView):
    """A page that everybody in the practice has; the permission test lists each one."""

    permission = None


class OutsideView(View):
    """A page outside any practice: signing in and out, health. The permission test lists them."""

    outside: ClassVar[bool] = True
