"""Hours of groups: planning them, one of them with everybody in it, marking, moving, cancelling."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.permissions import Permission
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.groups import GroupHourForm, GroupMoveForm
from billing.forms.outcomes import TakeBackForm
from billing.models import GroupHour
from billing.selectors import group_lines, groups, known_details, today
from billing.services import codings, group_hours, group_marks, sessions
from billing.views.groups import FIELD_OF, GroupsView, OneGroupView
from billing.views.hours import day_url

REFUSED_AT_ONCE = (
    group_marks.NoFee,
    group_marks.NotSure,
    sessions.NotYetHeld,
    sessions.CodeNotValid,
    codings.PlaceNotUsed,
    codings.ModifierNotUsed,
)
"""Why nobody is marked by one press."""


class GroupHourNew(OneGroupView):
    """Plan an hour of a group, once or again."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        likely = {"key": uuid4(), "on": self.today, "minutes": self.group.minutes}
        return self.show(self.form(initial=likely))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        again = typed["occurrences"]
        try:
            made = group_hours.plan(
                group=self.group,
                starts_at=typed["starts_at"],
                minutes=typed["minutes"],
                place=typed["place"] or known_details.OFFICE,
                every_weeks=int(typed["every_weeks"]) if again is not None else 1,
                occurrences=again if again is not None else 1,
                key=typed["key"],
                is_meant=typed["is_meant"],
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            self.refuse(form, error)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        hours = "An hour" if len(made) == 1 else f"{len(made)} hours"
        be = "is" if len(made) == 1 else "are"
        messages.success(request, f"{hours} of {self.group.code} {be} planned.")
        return redirect("billing:group", pk)

    def form(self, *args: Any, **kwargs: Any) -> GroupHourForm:
        return GroupHourForm(*args, zone=self.zone, today=self.today, alone=self.alone, **kwargs)

    def show(self, form: GroupHourForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("billing/groups/plan.html", status, form=form, group=self.group)


class GroupHourView(GroupsView):
    """Base of pages about one hour of a group."""

    @cached_property
    def hour(self) -> GroupHour:
        """The hour that the address names, if this person may see its group; else 404."""
        found = GroupHour.objects.filter(group__in=self.visible_groups().values("pk"))
        related = ("group__therapist", "group__service_code")
        return get_object_or_404(found.select_related(*related), pk=self.kwargs["pk"])

    def shown(self) -> dict[str, Any]:
        """Return what pages show of the hour, and say whose places were looked at."""
        request, hour = self.request, self.hour
        found = group_lines.places(
            hour, request.membership, on=self.today, permissions=request.permissions
        )
        ids = {row.client_id for row in found.rows}
        events.record(Action.GROUP_HOUR_VIEWED, target=hour, touched=ids, count=len(ids))
        return {
            "line": group_lines.of([hour.pk])[hour.pk],
            "group": hour.group,
            "places": found,
            "rows": today.rows_of(
                request.membership, found.rows, on=self.today, permissions=request.permissions
            ),
        }


class GroupHourPage(GroupHourView):
    """One hour of a group: who is expected, what became of each, and one press for the rest."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(TakeBackForm())

    def show(self, form: TakeBackForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "billing/groups/hour.html",
            status,
            form=form,
            may_mark=self.may(Permission.SESSION_RECORD),
            has_begun=self.hour.starts_at <= timezone.now(),
            **self.shown(),
        )


class GroupHourHold(GroupHourPage):
    """Mark everybody who is still expected as present."""

    permission = Permission.SESSION_RECORD

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        found = group_lines.places(
            self.hour, request.membership, on=self.today, permissions=request.permissions
        )
        try:
            done = group_marks.hold(
                hour=self.hour,
                among=[row.appointment_id for row in found.rows if row.appointment_id],
                may_see_coverage=self.may(Permission.COVERAGE_VIEW),
                now=timezone.now(),
                by=request.membership,
            )
        except REFUSED_AT_ONCE as error:
            form = TakeBackForm(request.POST)
            form.is_valid()
            form.add_error(None, str(error))
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if done.count == 0:
            said = "Everybody was marked already. Nothing is recorded twice."
        elif done.count == 1:
            said = f"One session is recorded, {done.fees.dollars}. It waits for an invoice."
        else:
            said = f"{done.count} sessions are recorded, {done.fees.dollars} in all."
            said += " Each waits for an invoice of its own client."
        messages.success(request, said)
        return redirect("billing:group_hour", pk)


class GroupHourMove(GroupHourView):
    """Move an hour of a group with everybody who is expected in it."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        begins = self.hour.starts_at.astimezone(self.zone)
        likely = {
            "key": uuid4(),
            "on": begins.date(),
            "at": begins.time(),
            "minutes": self.hour.minutes,
        }
        return self.show(self.form(initial=likely))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            new = group_hours.move(
                hour=self.hour,
                starts_at=typed["starts_at"],
                minutes=typed["minutes"],
                key=typed["key"],
                is_meant=typed["is_meant"],
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            self.refuse(form, error)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, "It is moved, with everybody who is expected.")
        return redirect(day_url(new.starts_at, self))

    def form(self, *args: Any, **kwargs: Any) -> GroupMoveForm:
        return GroupMoveForm(*args, zone=self.zone, today=self.today, **kwargs)

    def show(self, form: GroupMoveForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("billing/groups/move.html", status, form=form, **self.shown())


class GroupHourCancel(GroupHourView):
    """Cancel an hour of a group for everybody, because the practice cannot."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        later = groups.ahead(self.hour.group, since=self.hour.starts_at)
        return self.page("billing/groups/cancel.html", later=len(later) - 1, **self.shown())

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        hours = [self.hour]
        if request.POST.get("which") == "LATER":
            hours = groups.ahead(self.hour.group, since=self.hour.starts_at)
        count = group_hours.cancel(hours=hours, now=timezone.now(), by=request.membership)
        said = f"{count} appointments are cancelled. Nobody is charged."
        messages.success(request, said if count else "Nobody was expected any more.")
        return redirect("billing:group_hour", pk)
