"""What people type about diagnoses: a code, its place and its first day, and nothing else."""

from django import forms

from clients.forms.inputs import DATE_INPUT, UNRECORDED

CODES_LIST = "codes"
"""The id of the list of suggestions beside the form."""
PLACES = [("", "First free place"), *((n, str(n)) for n in range(1, 13))]


class DiagnosisForm(forms.Form):
    """A diagnosis by its code."""

    code = forms.CharField(
        label="Code",
        max_length=60,
        widget=forms.TextInput(attrs={**UNRECORDED, "list": CODES_LIST}),
        help_text="An ICD-10-CM code such as F41.1, or words of its title.",
        error_messages={"required": "Enter a code."},
    )
    starts_on = forms.DateField(
        label="First day",
        widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d"),
        error_messages={"required": "Enter the first day.", "invalid": "Enter a date."},
    )
    rank = forms.TypedChoiceField(
        label="Place on a claim", required=False, coerce=int, empty_value=None, choices=PLACES
    )
