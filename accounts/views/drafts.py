"""Keeping what stands in the forms of a page while somebody types."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.services import drafts
from accounts.views import pages, typed
from accounts.views.asking import StaffRequest, note_refusal
from accounts.views.base import MemberView


class Drafts(MemberView):
    """Keeps what a page's forms hold, for whoever typed it; or throws away what was kept.

    A quiet route: typing alone keeps nobody signed in, since a page can also type by itself.
    """

    def post(self, request: StaffRequest) -> HttpResponse:
        page = pages.known(request.POST.get("page", ""))
        if not page:
            return self.refuse(HTTPStatus.BAD_REQUEST)
        if typed.is_too_long(request):
            return self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if "throw_away" in request.POST:
            drafts.throw_away(member=request.membership, path=page)
            return redirect(page)
        if request.POST.get("practice") != request.practice.slug:
            # A tab that still shows another practice of theirs: it stays there.
            return self.refuse(HTTPStatus.CONFLICT)
        drafts.keep(
            member=request.membership,
            path=page,
            typed=typed.of_page(request.POST),
            now=timezone.now(),
        )
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def refuse(self, status: HTTPStatus) -> HttpResponse:
        note_refusal(self.request, status)
        return HttpResponse(status=status)
