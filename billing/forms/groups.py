"""What people type about groups: what one is, who joins and leaves it, and when it meets."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import Membership
from billing.forms import DayField, OfClientForm
from billing.forms.fields import PLAIN
from billing.forms.hours import HourForm, MoveForm, services_on, therapist_field
from billing.forms.outcomes import who_could_not
from billing.models.session import LONGEST_MINUTES
from clients.models import Client


class GroupForm(forms.Form):
    """A new group. ``key`` makes one of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(
        label="Group code",
        max_length=12,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "G-MON-1"}),
        help_text="Letters, digits and hyphens. Name no person and no illness.",
        error_messages={"required": "Enter a code, such as G-MON-1."},
    )
    therapist = therapist_field()
    service = forms.ChoiceField(
        label="Service", error_messages={"required": "Choose what an hour of it is."}
    )
    minutes = forms.IntegerField(
        label="Minutes",
        min_value=1,
        max_value=LONGEST_MINUTES,
        initial=60,
        error_messages={"required": "Enter how long an hour of it takes."},
    )

    def __init__(self, *args: Any, therapists: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["therapist"].queryset = therapists
        fields["service"].choices = [("", "Choose"), *services_on(today)]

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


class JoinForm(OfClientForm):
    """Who joins a group, and from when on."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    joins_on = DayField(label="From")
    is_meant = forms.BooleanField(
        label="Let them join even if an hour overlaps another appointment", required=False
    )

    field_order = ("key", "code", "joins_on", "is_meant")


class LeaveForm(forms.Form):
    """After which day somebody is in a group no more."""

    last_on = DayField(
        label="Last day",
        help_text="Appointments after it are cancelled. If it was a mistake, the day before the"
        " client would have joined.",
    )
    cancelled_for = who_could_not()


class GroupHourForm(HourForm):
    """Hours of a group that are planned: whose they are and what, the group says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, visible=Client.objects.none(), **kwargs)
        for name in ("code", "therapist", "service"):
            del self.fields[name]


class GroupMoveForm(MoveForm):
    """Another time for an hour of a group."""

    def __init__(self, *args: Any, alone: Membership | None = None, **kwargs: Any) -> None:
        super().__init__(*args, alone=alone, is_series=False, **kwargs)
        for name in ("therapist", "service", "place"):
            del self.fields[name]
