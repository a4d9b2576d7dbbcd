"""What people type about what became of hours: held, cancelled, missed, or not to be billed."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Model

from billing.forms import DayField, MoneyFormField
from billing.forms.codings import CodingFields
from billing.forms.hours import ClockField, services_on
from billing.models import AppointmentOutcome, NotBilled

REASONS = [
    (reason.value, reason.label)
    for reason in NotBilled.Reason
    if reason not in {NotBilled.Reason.MISTAKE, NotBilled.Reason.FREE}
]
"""Why a fee is waived; what was a mistake is taken back instead."""


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


class HeldForm(CodingFields):
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

    def __init__(
        self, *args: Any, zone: ZoneInfo, today: date, insured: Model | None = None, **kwargs: Any
    ) -> None:
        """``insured`` is the client, for those who may know how the client is insured."""
        super().__init__(*args, **kwargs)
        self.zone, self.insured = zone, insured
        fields: Any = self.fields
        fields["service"].choices = [("", "Choose"), *services_on(today)]
        self.offer_places(today)

    def clean(self) -> dict[str, Any]:
        """Add ``started_at`` and ``minutes``; an hour may end after midnight."""
        data = self.cleaned_data
        self.check_codes(data.get("on"), self.insured)
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
