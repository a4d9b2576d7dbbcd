"""What people type about hours: planned, moved, and which of them a list shows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from accounts.models import Membership
from accounts.selectors import members
from billing.forms import DayField, OfClientForm
from billing.models.appointment import OCCURRENCES_MAX
from billing.models.session import LONGEST_MINUTES
from billing.selectors import add_ons, known_details, service_codes
from billing.services import series

WEEKS = [("", "Once"), ("1", "Every week"), ("2", "Every two weeks"), ("4", "Every four weeks")]
ONE, LATER = "ONE", "LATER"


class ClockField(forms.TimeField):
    """A time by the practice's clock."""

    def __init__(self, *, words: str, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={"required": words, "invalid": "Enter a time, such as 14:30."},
            **kwargs,
        )


def therapist_field() -> "forms.ModelChoiceField[Membership]":
    return forms.ModelChoiceField(
        queryset=None,
        label="Therapist",
        empty_label="Choose",
        error_messages={"required": "Choose a therapist."},
    )


def offer(form: forms.Form, *, alone: Membership | None, on: date) -> None:
    """Fill the choices of therapist and service; ``alone`` is offered nobody but themselves."""
    found = members.therapists()
    if alone is not None:
        found = found.filter(pk=alone.pk)
        form.initial.setdefault("therapist", alone.pk)
    fields: Any = form.fields
    fields["therapist"].queryset = found
    fields["service"].choices = [("", "Choose"), *services_on(on)]
    fields["place"].choices = known_details.places(on)
    form.initial.setdefault("place", known_details.OFFICE)


def place_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Where",
        required=False,
        help_text="Telehealth is planned here; what the payer wants follows when it is held.",
    )


def services_on(on: date) -> list[tuple[str, str]]:
    """Return what can be chosen as the service of an hour: add-ons are added to one later."""
    beside = add_ons.codes_on(on)
    offered = [each for each in service_codes.offered(on=on) if each.code not in beside]
    return [(str(each.id), f"{each.code} {each.label}, {each.fee}") for each in offered]


class HourForm(OfClientForm):
    """An hour that is planned, once or again. ``key`` makes one of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    therapist = therapist_field()
    service = forms.ChoiceField(
        label="Service", error_messages={"required": "Choose what it will be."}
    )
    on = DayField(label="Date")
    at = ClockField(label="Starts at", words="Enter when it begins.")
    minutes = forms.IntegerField(
        label="Minutes",
        min_value=1,
        max_value=LONGEST_MINUTES,
        initial=50,
        error_messages={"required": "Enter how long it will take."},
    )
    place = place_field()
    every_weeks = forms.ChoiceField(label="How often", choices=WEEKS, required=False)
    times = forms.IntegerField(
        label="How many times",
        min_value=1,
        max_value=OCCURRENCES_MAX,
        required=False,
        help_text="Or enter the last day instead.",
    )
    until = DayField(label="Until", required=False)
    is_meant = forms.BooleanField(
        label="Plan it even if it overlaps another appointment", required=False
    )

    def __init__(
        self,
        *args: Any,
        zone: ZoneInfo,
        today: date,
        alone: Membership | None,
        visible: QuerySet[Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, visible=visible, **kwargs)
        self.zone = zone
        offer(self, alone=alone, on=today)

    def clean(self) -> dict[str, Any]:
        """Add ``starts_at``, and ``occurrences``: how many hours, or None for a single one."""
        data = self.cleaned_data
        if data.get("on") and data.get("at"):
            data["starts_at"] = datetime.combine(data["on"], data["at"], self.zone)
        data["occurrences"] = self._occurrences(data)
        return data

    def _occurrences(self, data: dict[str, Any]) -> int | None:
        weeks, times, until = data.get("every_weeks"), data.get("times"), data.get("until")
        if not weeks:
            for name in ("times", "until"):
                if data.get(name):
                    self.add_error(name, "Choose how often first.")
            return None
        if (times is None) == (until is None):
            if not {"times", "until"} & self.errors.keys():
                self.add_error("times", "Enter either how many times, or the last day.")
            return None
        if times is not None or not data.get("on"):
            return times
        count = series.number_until(data["on"], until, int(weeks)) if until else 0
        if count < 1:
            self.add_error("until", "The last day lies before the first.")
        if count > OCCURRENCES_MAX:
            self.add_error(
                "until", f"That is {count} appointments. Plan at most {OCCURRENCES_MAX}."
            )
        return count


class MoveForm(forms.Form):
    """Another time, therapist or service for an hour that is planned."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    therapist = therapist_field()
    service = forms.ChoiceField(
        label="Service", error_messages={"required": "Choose what it will be."}
    )
    on = DayField(label="Date")
    at = ClockField(label="Starts at", words="Enter when it begins.")
    minutes = forms.IntegerField(label="Minutes", min_value=1, max_value=LONGEST_MINUTES)
    place = place_field()
    which = forms.ChoiceField(
        label="Which of them",
        choices=[(ONE, "Only this one"), (LATER, "This and the later ones")],
        initial=ONE,
        widget=forms.RadioSelect,
    )
    is_meant = forms.BooleanField(
        label="Plan it even if it overlaps another appointment", required=False
    )

    def __init__(
        self,
        *args: Any,
        zone: ZoneInfo,
        today: date,
        alone: Membership | None,
        is_series: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        offer(self, alone=alone, on=today)
        if not is_series:
            del self.fields["which"]

    def clean(self) -> dict[str, Any]:
        """Add ``starts_at``."""
        data = self.cleaned_data
        if data.get("on") and data.get("at"):
            data["starts_at"] = datetime.combine(data["on"], data["at"], self.zone)
        return data


class ScheduleForm(forms.Form):
    """Which hours a list shows."""

    on = DayField(label="Day", required=False)
    span = forms.ChoiceField(
        label="Show", choices=[("day", "A day"), ("week", "A week")], required=False
    )
    therapist: "forms.ModelChoiceField[Membership]" = forms.ModelChoiceField(
        queryset=None, label="Therapist", empty_label="Everybody", required=False
    )

    def __init__(self, *args: Any, alone: Membership | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["therapist"].queryset = members.therapists()
        if alone is not None:
            del self.fields["therapist"]

    @property
    def therapist_id(self) -> UUID | None:
        chosen = self.cleaned_data.get("therapist")
        return chosen.pk if chosen else None
