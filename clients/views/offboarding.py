"""Ending somebody's access, step by step: what they have, who takes over, and then the end."""

from datetime import date, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.selectors import leaving, members
from accounts.services import offboarding
from accounts.services.roles import LastAdministrator
from accounts.views.base import PracticeView, StaffRequest
from clients.services import assignments, handover

LATEST = timedelta(days=90)
DATE_INPUT = {"type": "date"}


class HandoverForm(forms.Form):
    """Who takes the clients over, and from when on."""

    to = forms.ModelChoiceField(
        queryset=Membership.objects.none(),
        label="Who takes the clients over",
        required=False,
        empty_label="Nobody yet: they are assigned one by one later",
        error_messages={"invalid_choice": "Choose a therapist of this practice."},
    )
    starts_on = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d"),
        help_text="The leaving person stops today, whichever day this is.",
        error_messages={"required": "Enter the first day.", "invalid": "Enter a date."},
    )

    def __init__(
        self, *args: object, colleagues: QuerySet[Membership], today: date, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.today = today
        cast("forms.ModelChoiceField[Membership]", self.fields["to"]).queryset = colleagues

    def clean_starts_on(self) -> date:
        first: date = self.cleaned_data["starts_on"]
        if not self.today <= first <= self.today + LATEST:
            raise forms.ValidationError("Choose a day from today on, within three months.")
        return first


class OffBoarding(PracticeView):
    """The wizard. Nothing is changed before its last step, which asks for a fresh code."""

    permission = Permission.MEMBER_CHANGE
    step_up = True

    @cached_property
    def member(self) -> Membership:
        return get_object_or_404(members.people(), pk=self.kwargs["member_id"])

    def get(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        if self.member.ended_at:
            return self.page("accounts/offboarding/done.html", left=leaving.left(self.member))
        return self.ask(self.form())

    def post(self, request: StaffRequest, member_id: UUID) -> HttpResponse:
        if self.member.ended_at:
            return redirect("clients:offboarding", member_id)
        form = self.form()
        if not form.is_valid():
            return self.ask(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if "confirmed" not in request.POST:
            return self.preview(form)
        try:
            with transaction.atomic():
                self.end(form)
        except (
            offboarding.NotOneself,
            offboarding.AlreadyEnded,
            assignments.NotATherapist,
            LastAdministrator,
        ) as refused:
            form.add_error(None, str(refused))
            return self.ask(form, HTTPStatus.CONFLICT)
        return redirect("clients:offboarding", member_id)

    def end(self, form: HandoverForm) -> None:
        """Hand over first: a colleague takes over from somebody who is still here."""
        now, by = timezone.now(), self.request.membership
        handover.hand_over(
            member=self.member,
            to=form.cleaned_data["to"],
            starts_on=form.cleaned_data["starts_on"],
            today=timezone.localdate(),
            now=now,
            by=by,
        )
        offboarding.end(member=self.member, now=now, by=by)

    def form(self) -> HandoverForm:
        return HandoverForm(
            self.request.POST or None,
            initial={"starts_on": timezone.localdate()},
            colleagues=members.therapists().exclude(pk=self.member.pk),
            today=timezone.localdate(),
        )

    def ask(self, form: HandoverForm, status: int = HTTPStatus.OK) -> HttpResponse:
        return self.page(
            "accounts/offboarding/ask.html", status=status, form=form, **self.what_they_have()
        )

    def preview(self, form: HandoverForm) -> HttpResponse:
        return self.page(
            "accounts/offboarding/preview.html", **form.cleaned_data, **self.what_they_have()
        )

    def what_they_have(self) -> dict[str, Any]:
        return {
            "person": self.member,
            "has": leaving.has(self.member, now=timezone.now()),
            "sessions": offboarding.open_sessions(self.member),
            "clients": handover.count_clients(self.member, on=timezone.localdate()),
        }
