"""What people type when they change a client's record. ``seen`` is the version that was shown."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from clients.forms.clients import EARLIEST_BIRTH_YEAR
from clients.forms.inputs import DATE_INPUT, UNRECORDED
from clients.models import Address, Client, Contact


def line(label: str, max_length: int, hint: str = "", *, required: bool = False) -> forms.CharField:
    """Return a line of text about a client."""
    return forms.CharField(
        label=label,
        max_length=max_length,
        required=required,
        widget=forms.TextInput(attrs=UNRECORDED),
        help_text=hint,
        error_messages={"required": "Enter it, or leave the page."},
    )


def day(label: str, hint: str = "", *, required: bool = False) -> forms.DateField:
    """Return a calendar date."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={**UNRECORDED, **DATE_INPUT}, format="%Y-%m-%d"),
        help_text=hint,
        error_messages={"required": "Enter the day.", "invalid": "Enter a date."},
    )


class EditForm(forms.Form):
    """A change to something that was shown; a new thing has no version yet."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def values(self) -> dict[str, Any]:
        """Return what was typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class PersonForm(EditForm):
    """What a client is called, and when they were born."""

    given_names = line("Given names", 200, "A person with one name has it in either field.")
    family_name = line("Family name", 200, "One or several, as they are written.")
    written_name = line(
        "Whole name as written", 400, "Only where it is not given names first: Nagy Péter, 林 美玲."
    )
    preferred_name = line("Called", 200, "What they like to be called, where it differs.")
    pronouns = line("Pronouns", 60)
    sort_name = line("Listed under", 400, "Only where it is not the family name.")
    birth_date = day("Birth date", required=True)

    def clean_birth_date(self) -> date:
        birth_date: date = self.cleaned_data["birth_date"]
        if birth_date.year < EARLIEST_BIRTH_YEAR:
            raise forms.ValidationError("Check the year.")
        return birth_date


class WishesForm(EditForm):
    """In which ways a client may be reached."""

    channels = forms.MultipleChoiceField(
        label="May be reached by",
        choices=Client.Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nothing ticked: only at the next visit.",
    )
    preferred_channel = forms.ChoiceField(
        label="Best",
        choices=[("", "No preference"), *Client.Channel.choices],
        required=False,
    )
    contact_wish = forms.ChoiceField(
        label="Wording", choices=Client.ContactWish.choices, widget=forms.RadioSelect
    )
    language = line("Language", 35, "To write and speak in, where it is not the practice's own.")


class ContactForm(EditForm):
    """A telephone number or an e-mail address."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=Contact.Kind.choices,
        initial=Contact.Kind.PHONE,
        widget=forms.RadioSelect,
    )
    number_or_address = line("Number or address", 254, required=True)
    label = line("Whose or where", 60, "Such as mobile, work, mother.")
    may_leave_message = forms.BooleanField(label="Messages may be left there", required=False)
    is_discreet = forms.BooleanField(
        label="Discreet only: no practice name and no details there", required=False
    )

    def clean(self) -> None:
        text = self.cleaned_data.get("number_or_address", "")
        if not text or self.cleaned_data.get("kind") != Contact.Kind.EMAIL:
            return
        try:
            validate_email(text)
        except ValidationError:
            self.add_error("number_or_address", "This is not an e-mail address.")


class ContactChangeForm(ContactForm):
    """The same of a contact whose kind stays."""

    kind = forms.ChoiceField(choices=Contact.Kind.choices, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name != "kind"}


class AddressForm(EditForm):
    """A postal address; an old one is given its last day."""

    purpose = forms.ChoiceField(
        label="For",
        choices=Address.Purpose.choices,
        initial=Address.Purpose.HOME,
        widget=forms.RadioSelect,
    )
    street = forms.CharField(
        label="Street, house, apartment",
        max_length=500,
        widget=forms.Textarea(attrs={**UNRECORDED, "rows": 3}),
        help_text="One or several lines, or the whole address.",
        error_messages={"required": "Enter the address."},
    )
    city = line("Town", 100)
    region = line("State or province", 100)
    postal_code = line("Postal code", 20)
    country = line("Country", 100, "Empty for the practice's own.")
    starts_on = day("From", "Empty where nobody said.")
    ends_on = day("Last day", "Empty while it is in use.")

    def clean_street(self) -> str:
        return str(self.cleaned_data["street"]).replace("\r\n", "\n")
