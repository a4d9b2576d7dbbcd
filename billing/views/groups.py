"""Groups: the list, one of them, and who joins and leaves it."""

from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import members
from accounts.views.base import StaffRequest
from audit.actions import Action
from audit.services import events
from billing.forms.groups import GroupForm, JoinForm, LeaveForm
from billing.models import Group, GroupMember, ServiceCode
from billing.selectors import days, group_lines, groups
from billing.services import appointments, group_hours, series
from billing.services import groups as services
from billing.views.base import BillingView

HOURS_SHOWN = 12
FIELD_OF: dict[type[Exception], str | None] = {
    services.CodeNotNeutral: "code",
    services.CodeTaken: "code",
    services.AlreadyIn: "code",
    services.JoinsTooEarly: "joins_on",
    services.LeavesTooEarly: "last_on",
    services.AlreadyLeft: "last_on",
    services.StillToMark: None,
    group_hours.NobodyIsIn: "on",
    group_hours.NotInGroup: "on",
    appointments.IsOver: "on",
    appointments.TooFarAhead: "on",
    appointments.HasBegun: "on",
    appointments.CodeNotValid: None,
    appointments.PlaceNotUsed: "place",
    appointments.Clash: "is_meant",
    appointments.AlreadyMarked: None,
    appointments.KeyReused: None,
    series.TooMany: "times",
}
"""Refusal → the field that it is about; None: the whole form."""


class GroupsView(BillingView):
    """Base of pages about groups: the desk sees all of them, a therapist their own."""

    permission = Permission.SESSION_VIEW

    @property
    def alone(self) -> Membership | None:
        """The therapist who has groups of their own only, or None for the desk."""
        return None if self.may(Permission.CLIENT_VIEW_ALL) else self.request.membership

    def visible_groups(self) -> QuerySet[Group]:
        return groups.visible_to(
            self.request.membership, permissions=self.request.permissions
        ).select_related("therapist", "service_code")

    def refuse(self, form: Any, error: Exception) -> None:
        """Say a refusal at the field that it is about, if the form has that one."""
        name = FIELD_OF[type(error)]
        form.add_error(name if name in form.fields else None, str(error))


class GroupList(GroupsView):
    """The groups, each with how many are in it and when it meets next."""

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        page = self.paged(self.visible_groups().order_by("code"))
        return self.page(
            "billing/groups/list.html",
            page=page,
            rows=groups.rows(page.object_list, on=self.today, now=timezone.now()),
            may_plan=self.may(Permission.SESSION_RECORD),
        )


class GroupNew(GroupsView):
    """Make a group."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        likely = {"key": uuid4(), "therapist": self.alone.pk if self.alone else None}
        return self.show(self.form(initial=likely))

    def post(self, request: StaffRequest, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            group = services.make(
                code=typed["code"],
                therapist=typed["therapist"],
                service_code=get_object_or_404(ServiceCode, pk=typed["service"]),
                minutes=typed["minutes"],
                key=typed["key"],
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            self.refuse(form, error)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"{group.code} is made. Let clients join it.")
        return redirect("billing:group", group.pk)

    def form(self, *args: Any, **kwargs: Any) -> GroupForm:
        found = members.therapists()
        if self.alone is not None:
            found = found.filter(pk=self.alone.pk)
        return GroupForm(*args, therapists=found, today=self.today, **kwargs)

    def show(self, form: GroupForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("billing/groups/new.html", status, form=form)


class OneGroupView(GroupsView):
    """Base of pages about one group."""

    @cached_property
    def group(self) -> Group:
        """The group that the address names, if this person may see it; else 404."""
        return get_object_or_404(self.visible_groups(), pk=self.kwargs["pk"])


class GroupPage(OneGroupView):
    """One group: who is in it, and when it meets."""

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        found = groups.members(
            self.group, request.membership, on=self.today, permissions=request.permissions
        )
        ids = sorted(row.client.pk for row in found.rows)
        events.record(Action.GROUP_VIEWED, target=self.group, touched=ids, count=len(ids))
        ahead = groups.ahead(self.group, since=days.bounds(self.today, self.zone)[0])
        lines = group_lines.of(hour.pk for hour in ahead[:HOURS_SHOWN])
        return self.page(
            "billing/groups/detail.html",
            group=self.group,
            members=found,
            hours=[lines[hour.pk] for hour in ahead[:HOURS_SHOWN]],
            more=max(len(ahead) - HOURS_SHOWN, 0),
            may_plan=self.may(Permission.SESSION_RECORD),
        )


class GroupJoin(OneGroupView):
    """Let a client join a group."""

    permission = Permission.SESSION_RECORD

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(self.form(initial={"key": uuid4(), "joins_on": self.today}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed = form.cleaned_data
        try:
            services.join(
                group=self.group,
                client=typed["code"],
                joins_on=typed["joins_on"],
                key=typed["key"],
                is_meant=typed["is_meant"],
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            self.refuse(form, error)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, f"{typed['code'].code} is in {self.group.code}.")
        return redirect("billing:group", pk)

    def form(self, *args: Any, **kwargs: Any) -> JoinForm:
        return JoinForm(*args, visible=self.visible_clients(), **kwargs)

    def show(self, form: JoinForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page("billing/groups/join.html", status, form=form, group=self.group)


class GroupLeave(GroupsView):
    """Let a client leave a group."""

    permission = Permission.SESSION_RECORD

    @cached_property
    def member(self) -> GroupMember:
        """The membership that the address names, if group and client may be seen; else 404."""
        found = GroupMember.objects.filter(
            group__in=self.visible_groups().values("pk"),
            client__in=self.visible_clients().values("pk"),
        )
        related = ("client__merged_into", "group__therapist")
        return get_object_or_404(found.select_related(*related), pk=self.kwargs["pk"])

    def get(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        return self.show(LeaveForm(initial={"last_on": self.today}))

    def post(self, request: StaffRequest, pk: UUID, **kwargs: object) -> HttpResponse:
        form = LeaveForm(request.POST)
        if not form.is_valid():
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        typed, member = form.cleaned_data, self.member
        try:
            done = services.leave(
                member=member,
                last_on=typed["last_on"],
                cancelled_for=typed["cancelled_for"],
                now=timezone.now(),
                by=request.membership,
            )
        except tuple(FIELD_OF) as error:
            self.refuse(form, error)
            return self.show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        said = "The last day is noted."
        if done.count:
            said += f" {done.count} appointments are cancelled."
        if done.late:
            said += f" {done.late} of them late: {done.charged.dollars} waits for an invoice."
        messages.success(request, said)
        return redirect("billing:group", member.group_id)

    def show(self, form: LeaveForm, status: int = HTTPStatus.OK) -> HttpResponse:
        found = groups.members(
            self.member.group,
            self.request.membership,
            on=self.today,
            permissions=self.request.permissions,
        )
        row = next(each for each in found.rows if each.pk == self.member.pk)
        events.record(Action.CLIENT_VIEWED, target=self.member.client, touched=[row.client.pk])
        return self.page(
            "billing/groups/leave.html", status, form=form, row=row, group=self.member.group
        )
