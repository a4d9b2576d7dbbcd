"""What people choose about billing: a period, how often, and which clients of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from billing.forms.fields import DayField
from billing.models import CycleRunClient, Rhythm
from billing.models.cycle import RUN
from billing.selectors import periods
from billing.selectors.cycle_runs import HELD_UP

Outcome = CycleRunClient.Outcome


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a rhythm by its last day; ``text`` names it in an address."""

    rhythm: Rhythm
    last_day: date

    @property
    def text(self) -> str:
        return f"{self.rhythm.value}:{self.last_day}"

    @property
    def words(self) -> str:
        day = self.last_day
        return f"{self.rhythm.label}, until {day:%b} {day.day}, {day.year}"


def periods_of(used: Sequence[Rhythm], *, today: date) -> list[Period]:
    """Return the last period that was over and the running one, of each rhythm that has runs."""
    return [
        Period(rhythm, last_day)
        for rhythm in RUN
        if rhythm in used
        for last_day in sorted({periods.last_over(rhythm, today), periods.end_of(rhythm, today)})
    ]


class PeriodForm(forms.Form):
    """Which period is looked at, or billed."""

    period = forms.ChoiceField(
        label="Billing",
        error_messages={
            "required": "Choose what to bill.",
            "invalid_choice": "This period is not there to bill any more. Choose again.",
        },
    )

    def __init__(self, *args: Any, choices: Sequence[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = {each.text: each for each in choices}
        fields: dict[str, Any] = self.fields
        fields["period"].choices = [(text, each.words) for text, each in self.of.items()]

    @property
    def chosen(self) -> Period | None:
        """Return what was chosen, else the first that there is."""
        if self.is_bound and self.is_valid():
            return self.of[self.cleaned_data["period"]]
        return next(iter(self.of.values()), None)


class RhythmForm(forms.Form):
    """How often somebody is billed, from a day on."""

    rhythm = forms.ChoiceField(
        label="Bill",
        error_messages={"required": "Choose how often."},
    )
    starts_on = DayField(label="From")

    def __init__(self, *args: Any, of_client: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["rhythm"].choices = [
            (rhythm.value, rhythm.label)
            for rhythm in Rhythm
            if of_client or rhythm != Rhythm.PRACTICE
        ]


class OutcomeForm(forms.Form):
    """Which clients of a run are listed."""

    outcome = forms.ChoiceField(
        label="Clients",
        required=False,
        choices=[
            ("", "All"),
            (Outcome.INVOICED.value, "With an invoice"),
            (HELD_UP, "Without an invoice"),
            (Outcome.WAITING.value, "Who wait"),
        ],
    )
