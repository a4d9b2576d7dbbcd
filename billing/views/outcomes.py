"""What became of planned hours: held, cancelled, missed, and what was marked by mistake."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from billing.forms.outcomes import CancelForm, RestForm, TakeBackForm, WaiverForm
from billing.models import AppointmentOutcome
from billing.selectors import days, missed
from billing.services import outcomes as services
from billing.services import series
from billing.services.appointments import AlreadyMarked
from billing.views.hours import HoursView

Kind = AppointmentOutcome.Kind
WAITS = (
    "A second person was asked, because this is above what you waive alone. Once somebody has"
    " agreed under Approvals, do the same again."
)


class MarkView(HoursView):
    """Base of marking an hour as not held, with what that costs."""

    permission = Permission.SESSION_RECORD

    def marked(self, request: StaffRequest, marked: services.Marked) -> HttpResponse:
        """Say what was marked, and what became of the fee."""
        said = "It is marked: " + str(Kind(marked.outcome.kind).label).lower() + "."
        if marked.outcome.is_free:
            said += " It is the client's first, which is free."
        elif marked.fee is not None and isinstance(marked.waiver, services.Waiting):
            said += f" {marked.fee.amount.dollars} is charged for now. {WAITS}"
        elif marked.fee is not None and marked.waiver is not None:
            said += f" {marked.fee.amount.dollars} is waived."
        elif marked.fee is not None:
            said += f" {marked.fee.amount.dollars} waits for an invoice."
        messages.success(request, said)
        return self.back()

    def due(self, kind: Kind) -> missed.Due:
        return missed.due(self.appointment, kind, zone=self.zone)

    def may_waive(self, kind: Kind) -> bool:
        """Say whether there is a fee, and this person may waive it."""
        return self.may(Permission.FEE_WAIVE) and bool(self.due(kind).amount)


class HourCancel(MarkView):
    """Cancel an hour; told too late by the client, it costs what the policy says."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        now = timezone.localtime()
        return self.show(self.form(initial={"told_on": now.date(), "told_at": now.time()}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            marked = services.cancel(
                appointment=self.appointment,
                told_at=typed["moment"],
                cancelled_for=typed["cancelled_for"],
                waive=form.waived,
                now=timezone.now(),
                by=request.membership,
            )
        except (services.ToldInFuture, services.ToldTooEarly) as error:
            form.add_error("told_at", str(error))
        except (AlreadyMarked, services.AskedBySomebodyElse) as error:
            form.add_error(None, str(error))
        else:
            return self.marked(request, marked)
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: Any, **kwargs: Any) -> CancelForm:
        may_waive = self.may_waive(Kind.LATE_CANCELLED)
        return CancelForm(*args, zone=self.zone, may_waive=may_waive, **kwargs)

    def show(self, form: CancelForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/appointments/cancel.html",
            status,
            form=form,
            hour=self.hour_shown(),
            last_call=missed.last_call(self.appointment, zone=self.zone),
            due=self.due(Kind.LATE_CANCELLED).sentence,
        )


class HourMiss(MarkView):
    """Say that the client did not come, which costs what the policy says."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        return self.show(self.form())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            marked = services.miss(
                appointment=self.appointment,
                waive=form.waived,
                now=timezone.now(),
                by=request.membership,
            )
        except (services.NotYet, AlreadyMarked, services.AskedBySomebodyElse) as error:
            form.add_error(None, str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.marked(request, marked)

    def form(self, *args: Any) -> WaiverForm:
        return WaiverForm(*args, may_waive=self.may_waive(Kind.NO_SHOW))

    def show(self, form: WaiverForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/appointments/miss.html",
            status,
            form=form,
            hour=self.hour_shown(),
            due=self.due(Kind.NO_SHOW).sentence,
        )


class HourCancelRest(HoursView):
    """Cancel an hour of a series and the later ones."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(RestForm())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = RestForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            self.require_series()
            done = series.cancel_rest(
                appointment=self.appointment,
                cancelled_for=form.cleaned_data["cancelled_for"],
                now=timezone.now(),
                by=request.membership,
            )
        except AlreadyMarked as error:
            form.add_error(None, str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        said = f"{done.count} appointments are cancelled."
        if done.late:
            said += f" {done.late} of them late: {done.charged.dollars} waits for an invoice."
        messages.success(request, said)
        return redirect("billing:appointment", pk)

    def require_series(self) -> None:
        self.require_own()
        if self.appointment.series_id is None:
            raise Http404

    def show(self, form: RestForm, status: int = HTTPStatus.OK) -> HttpResponse:
        self.require_series()
        ahead = [row for row in series.later(self.appointment) if self.is_ahead(row.starts_at)]
        late = missed.late_among(ahead, timezone.now(), zone=self.zone)
        return self.page(
            "billing/appointments/cancel_rest.html",
            status,
            form=form,
            hour=self.hour_shown(),
            later=[(row.starts_at, row in late) for row in ahead],
        )

    def is_ahead(self, moment: datetime) -> bool:
        return days.day_of(moment, self.zone) > self.today


class OutcomeTakeBack(HoursView):
    """Take back what was marked by mistake."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        return self.show(TakeBackForm())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        form = TakeBackForm(request.POST)
        form.is_valid()
        hour = self.hour_shown()
        if hour.outcome_id is None:
            form.add_error(None, "Nothing is marked, or it was taken back already.")
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if (hour.session_id or hour.fee_id) and not self.may(Permission.FEE_WAIVE):
            form.add_error(None, "It has a fee, which your roles do not let you take back.")
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        outcome = AppointmentOutcome.objects.get(pk=hour.outcome_id)
        try:
            answer = services.take_back(outcome=outcome, now=timezone.now(), by=request.membership)
        except (
            AlreadyMarked,
            services.WasMoved,
            services.LeftTheGroup,
            services.StandsOnInvoice,
            services.AskedBySomebodyElse,
        ) as error:
            form.add_error(None, str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        is_waiting = isinstance(answer, services.Waiting)
        messages.success(request, WAITS if is_waiting else "It is taken back. Mark it anew.")
        return self.back()

    def show(self, form: TakeBackForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/appointments/take_back.html", status, form=form, hour=self.hour_shown()
        )
