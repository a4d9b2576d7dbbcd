"""The list of clients, and adding to it. A client's own page belongs to billing."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import PracticeView, StaffRequest
from audit.actions import Action
from audit.services import events
from clients.forms.clients import ClientForm
from clients.selectors import clients, families
from clients.selectors.duplicates import Alike
from clients.services import clients as services

ON_A_PAGE = 50


class ClientList(PracticeView):
    """The clients whom this person may see."""

    permission = Permission.CLIENT_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        visible = clients.visible_to(
            request.membership, on=timezone.localdate(), permissions=request.permissions
        )
        page: Any = Paginator(clients.by_code(families.kept(visible)), ON_A_PAGE).get_page(
            request.GET.get("page")
        )
        rows = clients.rows(
            page.object_list, on=timezone.localdate(), permissions=request.permissions
        )
        events.record(Action.CLIENT_LISTED, touched=[row.pk for row in rows], count=len(rows))
        page.object_list = rows
        return self.page(
            "clients/list.html",
            page=page,
            may_add=self.may(Permission.CLIENT_CREATE),
            may_import=self.may(Permission.CLIENT_IMPORT),
            may_export=self.may(Permission.CLIENT_EXPORT),
        )


class ClientNew(PracticeView):
    """Add a client."""

    permission = Permission.CLIENT_CREATE

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show(ClientForm())

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = ClientForm(request.POST)
        known: Sequence[Alike] = ()
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY, known)
        try:
            client = services.add(**form.cleaned_data, now=timezone.now(), by=request.membership)
        except services.NoName as error:
            form.add_error("family_name", str(error))
        except services.NotYetBorn as error:
            form.add_error("birth_date", str(error))
        except services.LooksKnown as error:
            form.ask_whether_another_person()
            known = error.known
            shown = [client.pk for client in known]
            events.record(Action.CLIENT_SEARCHED, touched=shown, count=len(shown))
        else:
            messages.success(request, f"{client.code} is added.")
            return redirect("billing:client", client.pk)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY, known)

    def show(
        self, form: ClientForm, status: int = HTTPStatus.OK, known: Sequence[Alike] = ()
    ) -> HttpResponse:
        may_merge = self.may(Permission.CLIENT_MERGE)
        return self.page(
            "clients/new.html", status=status, form=form, known=known, may_merge=may_merge
        )
