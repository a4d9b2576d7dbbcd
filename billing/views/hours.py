"""Planned hours: the list of a day or a week, planning, one of them, and moving it."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.hours import HourForm, ScheduleForm
from billing.models import Appointment, ServiceCode
from billing.selectors import (
    appointments,
    days,
    estimates_due,
    group_lines,
    hour_page,
    known_details,
    schedule,
)
from billing.selectors.group_lines import GroupLine
from billing.services import appointments as services
from billing.services import series
from billing.services.appointments import Hour
from billing.views.base import BillingView, wanted_id
from clients.selectors import assignments, clients

FIELD_OF: dict[type[Exception], str] = {
    services.IsOver: "on",
    services.TooFarAhead: "on",
    services.HasBegun: "on",
    services.TooLate: "on",
    services.CodeNotValid: "service",
    services.PlaceNotUsed: "place",
    services.Clash: "is_meant",
    series.TooMany: "times",
}
"""Refusal → the field that it is about; the others are about the whole form."""
REFUSALS: tuple[type[Exception], ...] = (
    *FIELD_OF,
    services.KeyReused,
    services.AlreadyMarked,
    services.OfGroup,
)


class HoursView(BillingView):
    """Base of pages about planned hours."""

    @property
    def alone(self) -> Membership | None:
        """The therapist who plans and marks their own hours only, or None for the desk."""
        return None if self.may(Permission.CLIENT_VIEW_ALL) else self.request.membership

    @cached_property
    def appointment(self) -> Appointment:
        """The hour that the address names, if its client may be seen; else 404."""
        visible = appointments.visible_to(
            self.request.membership, on=self.today, permissions=self.request.permissions
        )
        related = ("client__merged_into", "therapist", "service_code", "series")
        return get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])

    def require_own(self) -> None:
        """Refuse a therapist another one's hour: they may know of it, and not mark it."""
        if not self.is_own:
            raise PermissionDenied

    def back(self) -> HttpResponse:
        """Go on to the hour, or to the group's, for those who may open it."""
        group_hour_id = self.appointment.group_hour_id
        if group_hour_id is not None and self.is_own:
            return self.onward("billing:group_hour", group_hour_id)
        return self.onward("billing:appointment", self.appointment.pk)

    @property
    def is_own(self) -> bool:
        """Whether this person marks the hour: the desk every one, a therapist their own."""
        return self.alone is None or self.appointment.therapist_id == self.alone.pk

    def hour_shown(self) -> hour_page.HourPage:
        """Return what pages show of the hour, and say that it was looked at."""
        appointment = self.appointment
        events.record(
            Action.APPOINTMENT_VIEWED,
            target=appointment,
            label=str(appointment.client),
            touched=[appointment.client_id],
        )
        return hour_page.of(appointment, zone=self.zone, permissions=self.request.permissions)


class Schedule(HoursView):
    """The hours of a day or a week, with what became of them."""

    permission = Permission.SESSION_VIEW

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = ScheduleForm(
            {"span": "day", **request.GET.dict(), "on": request.GET.get("on") or self.today},
            alone=self.alone,
        )
        is_valid = form.is_valid()
        on = form.cleaned_data.get("on") or self.today
        is_week = is_valid and form.cleaned_data.get("span") == "week"
        span = schedule.week(on) if is_week else schedule.day(on)
        therapist_id = self.alone.pk if self.alone else form.therapist_id if is_valid else None
        keys = schedule.keys(
            request.membership,
            span,
            on=self.today,
            zone=self.zone,
            permissions=request.permissions,
            therapist_id=therapist_id,
        )
        page = self.paged(keys)
        rows = group_lines.beside(page.object_list, permissions=request.permissions)
        events.record(
            Action.APPOINTMENT_LISTED,
            # The line of a group's hour names nobody.
            touched={row.client_id for row in rows if not isinstance(row, GroupLine)},
            count=len(rows),
        )
        kept = {"span": "week" if is_week else "day"}
        if therapist_id and self.alone is None:
            kept["therapist"] = str(therapist_id)
        return self.page(
            "billing/appointments/list.html",
            form=form,
            page=page,
            groups=_by_day(span, rows, self.zone) if rows else [],
            span=span,
            is_week=is_week,
            today=self.today,
            count=len(keys),
            before=urlencode({**kept, "on": span.before.isoformat()}),
            after=urlencode({**kept, "on": span.after.isoformat()}),
            here=urlencode({**kept, "on": self.today.isoformat()}),
            query=urlencode({**kept, "on": on.isoformat()}) + "&",
            may_plan=self.may(Permission.SESSION_RECORD),
            **self.estimate_due(),
        )

    def estimate_due(self) -> dict[str, Any]:
        """Return the estimate that is due for the client for whom somebody has just planned."""
        client_id = wanted_id(self.request.GET.get("planned_for"))
        if client_id is None or not self.may(Permission.ESTIMATE_MAKE):
            return {}
        client = self.kept_client(client_id)
        dues = estimates_due.of([client.pk], on=self.today)
        return {"due": dues[0], "due_client": client} if dues else {}


def _by_day(
    span: schedule.Span, rows: list[schedule.HourRow | GroupLine], zone: Any
) -> list[dict[str, Any]]:
    """Return the days that have hours on this page, each with its hours."""
    grouped: dict[Any, list[schedule.HourRow | GroupLine]] = {}
    for row in rows:
        grouped.setdefault(days.day_of(row.at, zone), []).append(row)
    return [{"on": on, "rows": grouped[on]} for on in span.days if on in grouped]


class HourNew(HoursView):
    """Plan an hour, once or again."""

    permission = Permission.SESSION_RECORD

    @cached_property
    def client(self) -> Any:
        client_id = wanted_id(self.request.GET.get("client"))
        return self.kept_client(client_id) if client_id else None

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        likely: dict[str, Any] = {"key": uuid4(), "on": self.today}
        if self.client is not None:
            events.record(Action.CLIENT_VIEWED, target=self.client, touched=[self.client.pk])
            likely["therapist"] = assignments.only_therapist(self.client, on=self.today)
        return self.show(self.form(initial=likely))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        hour = Hour(
            client=typed["code"],
            therapist=typed["therapist"],
            service_code=get_object_or_404(ServiceCode, pk=typed["service"]),
            starts_at=typed["starts_at"],
            minutes=typed["minutes"],
            place=typed["place"] or known_details.OFFICE,
        )
        told: dict[str, Any] = {
            "key": typed["key"],
            "is_meant": typed["is_meant"],
            "now": timezone.now(),
            "by": request.membership,
        }
        try:
            if typed["occurrences"] is None:
                services.plan(hour=hour, **told)
                said = f"The appointment of {typed['code'].code} is planned."
            else:
                made = series.plan(
                    hour=hour,
                    every_weeks=int(typed["every_weeks"]),
                    occurrences=typed["occurrences"],
                    **told,
                )
                said = f"{made.occurrences} appointments of {typed['code'].code} are planned."
        except REFUSALS as error:
            form.add_error(FIELD_OF.get(type(error)), str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, said)
        planned = day_url(hour.starts_at, self)
        return redirect(f"{planned}&{urlencode({'planned_for': str(typed['code'].pk)})}")

    def form(self, *args: Any, **kwargs: Any) -> HourForm:
        return HourForm(
            *args,
            visible=self.visible_clients(),
            client=self.client,
            zone=self.zone,
            today=self.today,
            alone=self.alone,
            **kwargs,
        )

    def show(self, form: HourForm, status: int = HTTPStatus.OK) -> HttpResponse:
        client = self.client
        shown = clients.show(client, permissions=self.request.permissions) if client else None
        return self.page("billing/appointments/new.html", status, form=form, client=shown)


def day_url(moment: Any, view: BillingView) -> str:
    """Return where the day of a moment is listed."""
    on = days.day_of(moment, view.zone)
    return f"{reverse('billing:schedule')}?{urlencode({'span': 'day', 'on': on.isoformat()})}"


class HourPage(HoursView):
    """One planned hour: what it will be, what became of it, and what can be done."""

    permission = Permission.SESSION_VIEW

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.page(
            "billing/appointments/detail.html",
            hour=self.hour_shown(),
            group_hour_id=self.appointment.group_hour_id if self.is_own else None,
            may_mark=self.is_own and self.may(Permission.SESSION_RECORD),
        )
