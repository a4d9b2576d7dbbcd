"""What no invoice will hold: deciding it, the list of it, and billing it after all."""

from functools import cached_property
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.outcomes import ReasonForm
from billing.models import MissedFee, Session
from billing.selectors import not_billed, sessions, unbilled
from billing.selectors.sessions import SessionRow
from billing.services import not_billed as services
from billing.views.base import BillingView
from billing.views.outcomes import WAITS


class KeepBack(BillingView):
    """Base of deciding that no invoice will hold something."""

    permission = Permission.FEE_WAIVE

    @cached_property
    def hour(self) -> Session | MissedFee:
        raise NotImplementedError

    def shown(self) -> SessionRow:
        raise NotImplementedError

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(ReasonForm())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            answer = services.keep_back(
                hour=self.hour,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                by=request.membership,
            )
        except (services.StandsOnInvoice, services.AskedBySomebodyElse) as error:
            form.add_error(None, str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        is_waiting = isinstance(answer, services.Waiting)
        messages.success(request, WAITS if is_waiting else "It is not billed. The list is shorter.")
        return self.onward("billing:unbilled")

    def show(self, form: ReasonForm, status: int = HTTPStatus.OK) -> HttpResponse:
        hour = self.hour
        row = self.shown()
        events.record(Action.SESSION_VIEWED, target=hour, label=row.code, touched=[hour.client_id])
        return self.page("billing/not_billed/new.html", status, form=form, row=row)


class SessionKeepBack(KeepBack):
    """Let no invoice hold a session."""

    @cached_property
    def hour(self) -> Session:
        visible = sessions.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        related = ("client", "therapist", "service_code")
        return get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])

    def shown(self) -> SessionRow:
        [row] = sessions.rows([self.hour], zone=self.zone, permissions=self.request.permissions)
        return row


class MissedFeeWaive(KeepBack):
    """Waive the fee for an hour that was missed."""

    @cached_property
    def hour(self) -> MissedFee:
        seen = self.visible_clients()
        related = ("client", "therapist", "service_code", "outcome")
        found = MissedFee.objects.filter(client__in=seen).select_related(*related)
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def shown(self) -> SessionRow:
        [row] = unbilled.fee_rows([self.hour], permissions=self.request.permissions)
        return row


class NotBilledList(BillingView):
    """What is not billed, and why, the latest first."""

    permission = Permission.SESSION_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        visible = not_billed.visible(self.visible_clients())
        page = self.paged(visible)
        rows = unbilled.kept_rows(page.object_list, zone=self.zone, permissions=request.permissions)
        events.record(
            Action.SESSION_LISTED, touched={row.hour.client_id for row in rows}, count=len(rows)
        )
        return self.page(
            "billing/not_billed/list.html",
            page=page,
            rows=rows,
            may_change=self.may(Permission.FEE_WAIVE),
        )


class BillAfterAll(BillingView):
    """Let something wait for an invoice again."""

    permission = Permission.FEE_WAIVE
    http_method_names = ["post"]

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        row = get_object_or_404(not_billed.visible(self.visible_clients()), pk=pk)
        try:
            services.bill_after_all(row=row, now=timezone.now(), by=request.membership)
        except (services.NotKeptBack, services.MarkedByMistake) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "It waits for an invoice again.")
        return redirect("billing:not_billed")
