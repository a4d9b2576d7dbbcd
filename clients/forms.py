"""What people type about clients."""

from datetime import date
from typing import cast
from uuid import UUID

from django import forms

from accounts.selectors import members
from clients.models import Client, EmergencyAccess

EARLIEST_BIRTH_YEAR = 1850
DATE_INPUT = {"type": "date"}
UNRECORDED = {"autocomplete": "off", "spellcheck": "false"}
"""The browser keeps nothing of a client, and sends no name to a spelling service."""


class ClientForm(forms.Form):
    """A new client, as the person at the desk says it."""

    given_names = forms.CharField(
        label="Given names",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=UNRECORDED),
        help_text="A person with one name has it here or below.",
    )
    family_name = forms.CharField(
        label="Family name",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=UNRECORDED),
    )
    preferred_name = forms.CharField(
        label="Called",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=UNRECORDED),
        help_text="What they like to be called, where it differs.",
    )
    birth_date = forms.DateField(
        label="Birth date",
        widget=forms.DateInput(attrs={**UNRECORDED, **DATE_INPUT}, format="%Y-%m-%d"),
        error_messages={
            "required": "Enter the birth date.",
            "invalid": "Enter a date, such as 1990-03-21.",
        },
    )
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs=UNRECORDED),
        error_messages={"invalid": "This is not an e-mail address."},
    )
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs=UNRECORDED)
    )
    postal_address = forms.CharField(
        label="Postal address",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={**UNRECORDED, "rows": 3}),
    )
    contact_wish = forms.ChoiceField(
        label="May be reached",
        choices=Client.ContactWish.choices,
        initial=Client.ContactWish.ANY,
        widget=forms.RadioSelect,
    )
    is_another_person = forms.BooleanField(
        label="This is another person", required=False, widget=forms.HiddenInput
    )

    def clean_birth_date(self) -> date:
        birth_date: date = self.cleaned_data["birth_date"]
        if birth_date.year < EARLIEST_BIRTH_YEAR:
            raise forms.ValidationError("Check the year.")
        return birth_date

    def clean_postal_address(self) -> str:
        return str(self.cleaned_data["postal_address"]).replace("\r\n", "\n")

    def ask_whether_another_person(self) -> None:
        """Show the box to tick when somebody who looks alike is a client already."""
        self.fields["is_another_person"].widget = forms.CheckboxInput()


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
