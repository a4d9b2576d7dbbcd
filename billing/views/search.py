"""Finding a client, with what is open: as one types, or as a page of its own."""

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.selectors import found
from billing.views.base import BillingView
from clients.selectors import search

LONGEST = 200
SHOWN = 100
SHOWN_AT_ONCE = 8
"""Of so many a person finds one at a glance; letters more make them fewer."""


class ClientSearch(BillingView):
    """Clients by a part of a name. What was typed is posted, so that it stands in no address."""

    permission = Permission.CLIENT_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return redirect("clients:list")

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        text = request.POST.get("q", "")[:LONGEST].strip()
        is_whole = not request.htmx or request.htmx.target == "main"
        if len(text) < 2 and text.isascii() and not is_whole:
            return HttpResponse()  # A single letter finds half the practice: wait for the next.
        if not text:
            return redirect("clients:list")
        matches = search.find(
            self.visible_clients(),
            text,
            permissions=request.permissions,
            limit=SHOWN if is_whole else SHOWN_AT_ONCE,
        )
        rows = found.rows(matches.first, on=self.today, permissions=request.permissions)
        events.record(Action.CLIENT_SEARCHED, touched=matches.first, count=matches.count)
        return self.page(
            "billing/search/found.html" if is_whole else "billing/search/_found.html",
            rows=rows,
            count=matches.count,
            may_add=self.may(Permission.CLIENT_CREATE),
        )
