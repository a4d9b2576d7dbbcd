"""What people type about a client."""

from datetime import date

from django import forms

from clients.forms.inputs import DATE_INPUT, UNRECORDED, AsTyped
from clients.models import Client

EARLIEST_BIRTH_YEAR = 1850


class ClientForm(forms.Form):
    """A new client, as the person at the desk says it."""

    given_names = AsTyped(
        label="Given names",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={**UNRECORDED, "autofocus": True}),
        help_text="A person with one name has it in either field.",
    )
    family_name = AsTyped(
        label="Family name",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=UNRECORDED),
    )
    preferred_name = AsTyped(
        label="Called",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=UNRECORDED),
        help_text="What they like to be called, where it differs.",
    )
    pronouns = forms.CharField(
        label="Pronouns", max_length=60, required=False, widget=forms.TextInput(attrs=UNRECORDED)
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
    phone = AsTyped(
        label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs=UNRECORDED)
    )
    may_leave_message = forms.BooleanField(
        label="Messages may be left on this phone", required=False
    )
    postal_address = AsTyped(
        label="Postal address",
        may_have_lines=True,
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
        label="This is another person: add them too", required=False, widget=forms.HiddenInput
    )

    def clean_birth_date(self) -> date:
        birth_date: date = self.cleaned_data["birth_date"]
        if birth_date.year < EARLIEST_BIRTH_YEAR:
            raise forms.ValidationError("Check the year.")
        return birth_date

    def ask_whether_another_person(self) -> None:
        """Show the box to tick when somebody who looks alike is a client already."""
        self.fields["is_another_person"].widget = forms.CheckboxInput()
