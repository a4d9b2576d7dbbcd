"""What people type about hours: planned, moved, cancelled, missed and held."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from accounts.models import Membership
from accounts.selectors import members
from billing.forms import DayField, MoneyFormField, OfClientForm
from billing.models import AppointmentOutcome, NotBilled
from billing.models.appointment import OCCURRENCES_MAX
from billing.models.session import LONGEST_MINUTES
from billing.selectors import service_codes
from billing.services import series

WEEKS = [("", "Once"), ("1", "Every week"), ("2", "Every two weeks"), ("4", "Every four weeks")]
REASONS = [
    (reason.value, reason.label)
    for reason in NotBilled.Reason
    if reason not in {NotBilled.Reason.MISTAKE, NotBilled.Reason.FREE}
]
"""Why a fee is waived; what was a mistake is taken back instead."""
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


def services_on(on: date) -> list[tuple[str, str]]:
    offered = service_codes.offered(on=on)
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


class WaiverForm(forms.Form):
    """Base of what may bring a fee: who may, waives it for a reason."""

    waive = forms.ChoiceField(
        label="Fee",
        choices=[("", "Charge it"), *((value, f"Waive it: {label}") for value, label in REASONS)],
        required=False,
    )

    def __init__(self, *args: Any, may_waive: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_waive:
            del self.fields["waive"]

    @property
    def waived(self) -> str:
        """The reason for which nothing is charged, or ""."""
        return str(self.cleaned_data.get("waive") or "")


def who_could_not() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Who could not",
        choices=AppointmentOutcome.CancelledFor.choices,
        initial=AppointmentOutcome.CancelledFor.CLIENT.value,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who could not."},
    )


class RestForm(forms.Form):
    """For whom the rest of a series is cancelled."""

    cancelled_for = who_could_not()


class TakeBackForm(forms.Form):
    """Nothing is typed to take back a mistake; a refusal has a place here."""


class CancelForm(WaiverForm):
    """Who cancelled an hour, and when they said so."""

    cancelled_for = who_could_not()
    told_on = DayField(label="Told on")
    told_at = ClockField(label="At", words="Enter when it was told.")

    field_order = ("cancelled_for", "told_on", "told_at", "waive")

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        """Add ``moment``, when it was told."""
        data = self.cleaned_data
        if data.get("told_on") and data.get("told_at"):
            data["moment"] = datetime.combine(data["told_on"], data["told_at"], self.zone)
        return data


class HeldForm(forms.Form):
    """How a planned hour took place: from when to when, which service, at which fee.

    ``is_sure`` says that start and stop were looked at again, where the minutes are at the border
    of another code.
    """

    on = DayField(label="Date")
    at = ClockField(label="Started at", words="Enter when it began.")
    ended_at = ClockField(label="Ended at", words="Enter when it ended.")
    service = forms.ChoiceField(label="Service", error_messages={"required": "Choose what it was."})
    fee = MoneyFormField(label="Fee, USD", required=False)
    is_sure = forms.BooleanField(label="Start, stop and service are right", required=False)

    def __init__(self, *args: Any, zone: ZoneInfo, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        fields: Any = self.fields
        fields["service"].choices = [("", "Choose"), *services_on(today)]

    def clean(self) -> dict[str, Any]:
        """Add ``started_at`` and ``minutes``; an hour may end after midnight."""
        data = self.cleaned_data
        if not (data.get("on") and data.get("at") and data.get("ended_at")):
            return data
        if data["at"] == data["ended_at"]:
            self.add_error("ended_at", "It ended when it began. Enter when it ended.")
            return data
        started_at = datetime.combine(data["on"], data["at"], self.zone)
        over = timedelta(days=1 if data["ended_at"] < data["at"] else 0)
        ended_at = datetime.combine(data["on"] + over, data["ended_at"], self.zone)
        data["started_at"] = started_at
        data["minutes"] = minutes_between(started_at, ended_at)
        return data


def minutes_between(started_at: datetime, ended_at: datetime) -> int:
    """Return how long an hour took, in real minutes: clocks that change in between do not count."""
    return round((ended_at.timestamp() - started_at.timestamp()) / 60)


class ReasonForm(forms.Form):
    """Why something is not billed."""

    reason = forms.ChoiceField(
        label="Reason",
        choices=[("", "Choose"), *NotBilled.Reason.choices],
        error_messages={"required": "Choose why it is not billed."},
    )


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
