"""Opening a record in an emergency, and reviewing it."""

from django import forms

from clients.forms.inputs import DATE_INPUT, UNRECORDED
from clients.models import EmergencyAccess


class EmergencyForm(forms.Form):
    """Whose record, and why it cannot wait. Exactly who: by code, or by name and birth date."""

    code = forms.CharField(
        label="Client code",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={**UNRECORDED, "placeholder": "C-0042"}),
    )
    name = forms.CharField(
        label="Or the full name",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=UNRECORDED),
    )
    birth_date = forms.DateField(
        label="and the birth date",
        required=False,
        widget=forms.DateInput(attrs={**UNRECORDED, **DATE_INPUT}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a date, such as 1990-03-21."},
    )
    reason = forms.ChoiceField(
        label="Why can it not wait?",
        choices=EmergencyAccess.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say why it cannot wait."},
    )

    def clean(self) -> None:
        given = self.cleaned_data
        if not given.get("code") and not (given.get("name") and given.get("birth_date")):
            raise forms.ValidationError("Enter the client's code, or the name and the birth date.")


class FindingForm(forms.Form):
    """What a review found."""

    finding = forms.ChoiceField(choices=EmergencyAccess.Finding.choices)
