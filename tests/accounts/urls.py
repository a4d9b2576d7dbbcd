"""Addresses that exist in tests only: views that fail, refuse and stand outside the scope."""

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.tenancy import in_scope, practice_scope
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events


class Writing(PracticeView):
    """Writes a row and an event, then answers as the class says."""

    permission = Permission.CLIENT_VIEW

    def post(self, request: StaffRequest) -> HttpResponse:
        Membership.objects.create(display_name="Written", person_id=None, created_at=timezone.now())
        return HttpResponse("written")

    def get(self, request: StaffRequest) -> HttpResponse:
        request.membership.display_name = "Renamed"
        request.membership.save(update_fields=["display_name"])
        events.record(Action.CLIENT_LISTED, count=1)
        return self.finish()

    def finish(self) -> HttpResponse:
        return HttpResponse("done")


class Crashing(Writing):
    def finish(self) -> HttpResponse:
        raise RuntimeError("on purpose")


class Answering500(Writing):
    def finish(self) -> HttpResponse:
        return HttpResponse(status=HTTPStatus.INTERNAL_SERVER_ERROR)


class Refusing(Writing):
    def finish(self) -> HttpResponse:
        raise PermissionDenied


class Missing(Writing):
    def finish(self) -> HttpResponse:
        raise Http404


class BrokenAtCommit(Writing):
    def finish(self) -> HttpResponse:
        transaction.on_commit(lambda: None)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.context', '', true)")
        return HttpResponse("done")


class Swallowing(Writing):
    def finish(self) -> HttpResponse:
        transaction.set_rollback(True)
        return HttpResponse("done")


class ScopeFree(PracticeView):
    permission = Permission.CLIENT_VIEW
    scope_free = True

    def get(self, request: StaffRequest) -> HttpResponse:
        if in_scope():
            return HttpResponse(status=HTTPStatus.CONFLICT)
        with practice_scope(request.practice.pk, person_id=request.user.pk):
            return HttpResponse(str(Membership.objects.filter(person_id=request.user.pk).count()))


class ScopeFreeMissing(ScopeFree):
    def get(self, request: StaffRequest) -> HttpResponse:
        raise Http404


class SteppingUp(PracticeView):
    permission = Permission.CLIENT_VIEW
    step_up = True

    def post(self, request: StaffRequest) -> HttpResponse:
        return HttpResponse(f"did {request.POST['what']}")


def plain(request: HttpRequest) -> HttpResponse:
    """A function that nobody gave a permission."""
    return HttpResponse("plain")


def crashing(request: HttpRequest) -> HttpResponse:
    """The same, for whoever asks."""
    raise RuntimeError("on purpose")


urlpatterns = [
    path("test/writing/", Writing.as_view(), name="writing"),
    path("test/crashing/", Crashing.as_view(), name="crashing"),
    path("test/answering-500/", Answering500.as_view(), name="answering_500"),
    path("test/refusing/", Refusing.as_view(), name="refusing"),
    path("test/missing/", Missing.as_view(), name="missing"),
    path("test/broken-at-commit/", BrokenAtCommit.as_view(), name="broken_at_commit"),
    path("test/swallowing/", Swallowing.as_view(), name="swallowing"),
    path("test/scope-free/", ScopeFree.as_view(), name="scope_free"),
    path("test/scope-free-missing/", ScopeFreeMissing.as_view(), name="scope_free_missing"),
    path("test/stepping-up/", SteppingUp.as_view(), name="stepping_up"),
    path("webhooks/crashing/", crashing, name="crashing_outside"),
    path("webhooks/plain/", plain, name="plain"),
    path("", include("config.urls")),
]
