"""Which therapist, from when."""

from typing import cast
from uuid import UUID

from django import forms

from accounts.selectors import members
from clients.forms.inputs import DATE_INPUT


class AssignmentForm(forms.Form):
    """Which therapist, from when."""

    therapist = forms.ModelChoiceField(
        queryset=members.therapists(),
        label="Therapist",
        empty_label="Choose",
        error_messages={
            "required": "Choose a therapist.",
            "invalid_choice": "Choose somebody who is a therapist of this practice.",
        },
    )
    starts_on = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d"),
        error_messages={"required": "Enter the first day.", "invalid": "Enter a date."},
    )
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d"),
        help_text="Empty for no end.",
        error_messages={"invalid": "Enter a date."},
    )
    covers_for = forms.TypedChoiceField(
        label="Stands in for",
        required=False,
        coerce=UUID,
        empty_value=None,
        error_messages={"invalid_choice": "Choose a colleague who cares for this client."},
    )

    def __init__(self, *args: object, carers: list[tuple[UUID, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        cover = cast("forms.ChoiceField", self.fields["covers_for"])
        cover.choices = [("", "Nobody: cares for the client"), *carers]
        if not carers:
            cover.widget = forms.HiddenInput()
