"""Recording that a planned hour took place, as it did."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from billing.forms.outcomes import HeldForm
from billing.models import ServiceCode
from billing.selectors import days, known_codes, payer_rules, prices
from billing.services import outcomes as services
from billing.services import sessions
from billing.services.appointments import AlreadyMarked
from billing.views.hours import HoursView
from billing.views.sessions import FIELD_OF, IF_RIGHT, NO_LIST_FEE


class HourHold(HoursView):
    """Record that an hour took place: from when to when, which service, at which fee."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        row = self.appointment
        begins = row.starts_at.astimezone(self.zone)
        ends = datetime.fromtimestamp(row.starts_at.timestamp() + row.minutes * 60, self.zone)
        on = days.day_of(row.starts_at, self.zone)
        fit = known_codes.fit(row.service_code.code, row.minutes, on)
        service = ServiceCode.objects.filter(code=fit.code).first() or row.service_code
        begun = payer_rules.suggested(self.insured, row.place_of_service, on=on)
        initial = {
            "on": begins.date(),
            "at": begins.time(),
            "ended_at": ends.time(),
            "service": str(service.pk),
            "place": begun.place,
            "modifiers": " ".join(begun.modifiers),
        }
        return self.show(self.form(initial=initial))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        service = get_object_or_404(ServiceCode, pk=typed["service"])
        on = days.day_of(typed["started_at"], self.zone)
        warning = known_codes.fit(service.code, typed["minutes"], on).warning
        if warning and not typed["is_sure"]:
            form.add_error("is_sure", f"{warning} {IF_RIGHT}")
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        usual = prices.of(self.appointment.client, service, on=on)
        price = prices.asked(typed["fee"], usual)
        if price is None:
            form.add_error("fee", NO_LIST_FEE)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            sessions.require_may_charge(
                price, usual, may_waive=self.may(Permission.FEE_WAIVE), by=request.membership
            )
            session = services.hold(
                appointment=self.appointment,
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
        except AlreadyMarked as error:
            form.add_error(None, str(error))
        else:
            said = f"The session is recorded at {session.fee.dollars}. It waits for an invoice."
            messages.success(request, said)
            return self.back()
        return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def form(self, *args: Any, **kwargs: Any) -> HeldForm:
        return HeldForm(*args, zone=self.zone, today=self.today, insured=self.insured, **kwargs)

    @property
    def insured(self) -> Any:
        """The client, for those who may know how the client is insured; else None."""
        row = self.appointment
        client = row.client.merged_into or row.client
        return client if self.may(Permission.COVERAGE_VIEW) else None

    def show(self, form: HeldForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/appointments/hold.html", status, form=form, hour=self.hour_shown()
        )
