"""Recording sessions, and those that wait for an invoice."""

from functools import cached_property
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms import SessionForm
from billing.models import ServiceCode
from billing.selectors import sessions
from billing.services import sessions as services
from billing.views.base import BillingView, wanted_id
from clients.selectors import assignments, clients


class SessionNew(BillingView):
    """Record a session that took place."""

    permission = Permission.SESSION_RECORD

    @cached_property
    def client(self) -> Any:
        client_id = wanted_id(self.request.GET.get("client"))
        return self.kept_client(client_id) if client_id else None

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        likely: dict[str, Any] = {"on": self.today}
        if self.client is not None:
            events.record(Action.CLIENT_VIEWED, target=self.client, touched=[self.client.pk])
            likely["therapist"] = assignments.only_therapist(self.client, on=self.today)
        return self.show(self.form(initial=likely))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            services.record(
                client=typed["code"],
                therapist=typed["therapist"],
                service_code=get_object_or_404(ServiceCode, pk=typed["service"]),
                started_at=typed["started_at"],
                minutes=typed["minutes"],
                fee=typed["fee"],
                now=timezone.now(),
                by=request.membership,
            )
        except services.NotYetHeld as error:
            form.add_error("on", str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"The session of {typed['code'].code} is recorded.")
        return redirect("billing:client", typed["code"].pk)

    def form(self, *args: Any, **kwargs: Any) -> SessionForm:
        sees_all = self.may(Permission.CLIENT_VIEW_ALL)
        return SessionForm(
            *args,
            visible=self.visible_clients(),
            client=self.client,
            today=self.today,
            zone=self.zone,
            alone=None if sees_all else self.request.membership,
            **kwargs,
        )

    def show(self, form: SessionForm, status: int = HTTPStatus.OK) -> HttpResponse:
        client = self.client
        shown = clients.show(client, permissions=self.request.permissions) if client else None
        return self.page("billing/sessions/new.html", status, form=form, client=shown)


class Unbilled(BillingView):
    """The sessions that stand on no invoice, by therapist; whoever may, picks and issues."""

    permission = Permission.SESSION_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show()

    def show(self, problem: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
        permissions = self.request.permissions
        waiting = sessions.unbilled(
            sessions.visible_to(self.request.membership, on=self.today, permissions=permissions)
        )
        page = self.paged(sessions.by_therapist(waiting))
        rows = sessions.rows(page.object_list, zone=self.zone, permissions=permissions)
        events.record(
            Action.SESSION_LISTED, touched={row.client_id for row in rows}, count=len(rows)
        )
        tally = sessions.tally(waiting)
        return self.page(
            "billing/unbilled.html",
            status,
            groups=[
                {"therapist": therapist, "sessions": list(group)}
                for therapist, group in groupby(rows, key=lambda row: row.therapist)
            ],
            page=page,
            count=tally.count,
            total=tally.total,
            problem=problem,
            may_issue=self.may(Permission.INVOICE_ISSUE),
            may_record=self.may(Permission.SESSION_RECORD),
        )
