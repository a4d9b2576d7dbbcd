"""The product's addresses, and after them the two views that the benchmark of access asks for."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accounts.permissions import Permission
from accounts.views.base import OutsideView, PracticeView, StaffRequest

ANSWER = b"ok"


class Guarded(PracticeView):
    """A page of the practice that does nothing once its guards have let somebody in."""

    permission = Permission.CLIENT_VIEW

    def get(self, request: StaffRequest) -> HttpResponse:
        return HttpResponse(ANSWER)


class Open(OutsideView):
    """A page that everybody may ask for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(ANSWER)


def bare(request: HttpRequest) -> HttpResponse:
    """The floor: a view as Django alone serves it."""
    return HttpResponse(ANSWER)


urlpatterns = [
    path("", include("config.urls")),
    path("bench/guarded/", Guarded.as_view(), name="bench_guarded"),
    path("bench/open/", Open.as_view(), name="bench_open"),
    path("bench/bare/", bare, name="bench_bare"),
]
