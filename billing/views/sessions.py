"""Recording sessions, and those that wait for an invoice."""

from functools import cached_property
from http import HTTPStatus
from itertools import groupby
from typing import Any
from uuid import UUID

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
from billing.selectors import known_codes, known_details, packages, prices, unbilled
from billing.selectors.sessions import SessionRow
from billing.services import codings
from billing.services import sessions as services
from billing.views.base import BillingView, wanted_id
from clients.selectors import assignments, clients

IF_RIGHT = "If start, stop and service are right, say so here."
NO_LIST_FEE = "The list has no fee for that day. Enter one."
FIELD_OF: dict[type[Exception], str] = {
    services.NotYetHeld: "on",
    services.CodeNotValid: "service",
    services.LessThanAgreed: "fee",
    codings.PlaceNotUsed: "place",
    codings.ModifierNotUsed: "modifiers",
}
"""Refusal → the field that it is about."""


class SessionNew(BillingView):
    """Record a session that took place."""

    permission = Permission.SESSION_RECORD

    @cached_property
    def client(self) -> Any:
        client_id = wanted_id(self.request.GET.get("client"))
        return self.kept_client(client_id) if client_id else None

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        likely: dict[str, Any] = {"on": self.today, "place": known_details.OFFICE}
        if self.client is not None:
            events.record(Action.CLIENT_VIEWED, target=self.client, touched=[self.client.pk])
            likely["therapist"] = assignments.only_therapist(self.client, on=self.today)
        return self.show(self.form(initial=likely))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        service = get_object_or_404(ServiceCode, pk=typed["service"])
        warning = known_codes.fit(service.code, typed["minutes"], typed["on"]).warning
        if warning and not typed["is_sure"]:
            form.add_error("is_sure", f"{warning} {IF_RIGHT}")
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        usual = prices.of(typed["code"], service, on=typed["on"])
        price = prices.asked(typed["fee"], usual)
        if price is None:
            form.add_error("fee", NO_LIST_FEE)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            services.require_may_charge(
                price, usual, may_waive=self.may(Permission.FEE_WAIVE), by=request.membership
            )
            services.record(
                client=typed["code"],
                therapist=typed["therapist"],
                service_code=service,
                started_at=typed["started_at"],
                minutes=typed["minutes"],
                fee=price,
                coding=form.coding,
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            form.add_error(FIELD_OF[type(error)], str(error))
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
            sees_payers=self.may(Permission.COVERAGE_VIEW),
            **kwargs,
        )

    def show(self, form: SessionForm, status: int = HTTPStatus.OK) -> HttpResponse:
        client = self.client
        shown = clients.show(client, permissions=self.request.permissions) if client else None
        return self.page("billing/sessions/new.html", status, form=form, client=shown)


class Unbilled(BillingView):
    """What stands on no invoice yet, by therapist; whoever may, picks and issues."""

    permission = Permission.SESSION_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        return self.show()

    def show(self, problem: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
        permissions = self.request.permissions
        waiting = unbilled.visible_to(
            self.request.membership, on=self.today, permissions=permissions
        )
        page = self.paged(waiting.keys())
        rows = unbilled.rows(page.object_list, zone=self.zone, permissions=permissions)
        rows = packages.marked(rows)
        events.record(
            Action.SESSION_LISTED, touched={row.client_id for row in rows}, count=len(rows)
        )
        tally = waiting.tally()
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
            may_waive=self.may(Permission.FEE_WAIVE),
            has_packages=any(row.package for row in rows),
            codable=self.codable(rows),
        )

    def codable(self, rows: list[SessionRow]) -> set[UUID]:
        """Return of which sessions this person says where they took place."""
        sees_all = self.may(Permission.CLIENT_VIEW_ALL)
        own = self.request.membership.pk
        may_record = self.may(Permission.SESSION_RECORD)
        return {
            row.pk
            for row in rows
            if may_record and not row.is_fee and (sees_all or row.therapist_id == own)
        }
