"""Moving a planned hour, or it and the later ones of its series."""

from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from billing.forms.hours import LATER, MoveForm
from billing.models import ServiceCode
from billing.services import appointments as services
from billing.services import series
from billing.services.appointments import Hour
from billing.views.hours import FIELD_OF, REFUSALS, HoursView, day_url


class HourMove(HoursView):
    """Move an hour to another time, or this one and the later ones of its series."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        row = self.appointment
        begins = row.starts_at.astimezone(self.zone)
        initial = {
            "key": uuid4(),
            "therapist": row.therapist_id,
            "service": str(row.service_code_id),
            "on": begins.date(),
            "at": begins.time(),
            "minutes": row.minutes,
            "place": row.place_of_service,
        }
        return self.show(self.form(initial=initial))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        self.require_own()
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed, row = form.cleaned_data, self.appointment
        to = Hour(
            client=row.client.merged_into or row.client,
            therapist=typed["therapist"],
            service_code=get_object_or_404(ServiceCode, pk=typed["service"]),
            starts_at=typed["starts_at"],
            minutes=typed["minutes"],
            place=typed["place"] or row.place_of_service,
        )
        move = series.change_later if typed.get("which") == LATER else services.move
        try:
            move(
                appointment=row,
                to=to,
                key=typed["key"],
                is_meant=typed["is_meant"],
                may_waive=self.may(Permission.FEE_WAIVE),
                now=timezone.now(),
                by=request.membership,
            )
        except REFUSALS as error:
            form.add_error(FIELD_OF.get(type(error)), str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, "It is moved.")
        return redirect(day_url(to.starts_at, self))

    def form(self, *args: Any, **kwargs: Any) -> MoveForm:
        return MoveForm(
            *args,
            zone=self.zone,
            today=self.today,
            alone=self.alone,
            is_series=self.appointment.series_id is not None,
            **kwargs,
        )

    def show(self, form: MoveForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/appointments/move.html", status, form=form, hour=self.hour_shown()
        )
