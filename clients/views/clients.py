"""The list of clients, searching it, and adding to it. A client's own page belongs to billing."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events
from clients.forms.clients import ClientForm
from clients.models import Client
from clients.selectors import clients, search
from clients.services import clients as services

ON_A_PAGE = 50
FOUND_SHOWN = 100


class ClientList(PracticeView):
    """The clients whom this person may see."""

    permission = Permission.CLIENT_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        visible = clients.visible_to(
            request.membership, on=timezone.localdate(), permissions=request.permissions
        )
        page: Any = Paginator(clients.by_code(visible), ON_A_PAGE).get_page(request.GET.get("page"))
        page.object_list = self.rows(page.object_list, Action.CLIENT_LISTED)
        return self.page("clients/list.html", page=page, may_add=self.may(Permission.CLIENT_CREATE))

    def rows(self, shown: Iterable[Client], action: Action) -> list[clients.Row]:
        """Return clients as lines, and tell the log whose records are shown."""
        rows = clients.rows(shown, on=timezone.localdate(), permissions=self.request.permissions)
        events.record(action, touched=[row.pk for row in rows], count=len(rows))
        return rows


class ClientSearch(ClientList):
    """Clients by a part of a name. What was typed is posted, so that it stands in no address."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return redirect("clients:list")

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        text = request.POST.get("q", "")[:200]
        if not text.strip():
            return redirect("clients:list")
        visible = clients.visible_to(
            request.membership, on=timezone.localdate(), permissions=request.permissions
        )
        found = search.matching(visible, text, permissions=request.permissions)
        first = clients.by_code(visible.filter(pk__in=found[:FOUND_SHOWN]))
        return self.page(
            "clients/found.html",
            rows=self.rows(first, Action.CLIENT_SEARCHED),
            count=len(found),
            may_add=self.may(Permission.CLIENT_CREATE),
        )


class ClientNew(PracticeView):
    """Add a client."""

    permission = Permission.CLIENT_CREATE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.page("clients/new.html", form=ClientForm())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = ClientForm(request.POST)
        if not form.is_valid():
            return self.page("clients/new.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
        try:
            client = services.add(**form.cleaned_data, now=timezone.now(), by=request.membership)
        except services.NoName as error:
            form.add_error("family_name", str(error))
        except services.NotYetBorn as error:
            form.add_error("birth_date", str(error))
        except services.LooksKnown as error:
            form.add_error(None, f"{error} Look there first, or say that this is another person.")
            form.ask_whether_another_person()
        else:
            return redirect("billing:client", client.pk)
        return self.page("clients/new.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
