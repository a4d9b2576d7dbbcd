"""What documents say of the practice and of its therapists, as it is typed."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.forms.invitations import ONE_LINE
from accounts.models.particulars import NPI_DIGITS, TAX_ID_DIGITS
from accounts.selectors import particulars

STATES = (
    "AL AK AZ AR CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE"
    " NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VI VT WA WI WV WY"
)
ZIP = RegexValidator(r"\A[0-9]{5}(-[0-9]{4})?\Z", "Enter a ZIP code, such as 02139 or 02139-4307.")
WRONG_NPI = "This is no NPI: its last digit does not fit the others. Look at it again."


def line(label: str, missing: str, length: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=length,
        validators=[ONE_LINE],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": missing},
        **kwargs,
    )


def state(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", "Choose"), *((each, each) for each in STATES.split())],
        error_messages={"required": "Choose the state."},
    )


class NpiField(forms.CharField):
    """A national provider identifier; spaces and dashes between its digits are left out."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "inputmode": "numeric"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        typed = digits_of(super().clean(value))
        if typed and len(typed) != NPI_DIGITS:
            raise forms.ValidationError("An NPI has ten digits.")
        if typed and not particulars.is_npi(typed):
            raise forms.ValidationError(WRONG_NPI)
        return typed


class PracticeParticularsForm(forms.Form):
    """What documents say of the practice."""

    legal_name = line("Legal name", "Enter the practice's legal name.", 120)
    street = line("Street and number", "Enter the street and number.", 120)
    city = line("City", "Enter the city.", 60)
    region = state("State")
    postal_code = line("ZIP code", "Enter the ZIP code.", 10)
    phone = line("Phone", "Enter a phone number that clients may call.", 20)
    tax_id = line(
        "Tax number (EIN)",
        "Enter the EIN.",
        12,
        help_text="Nine digits, such as 12-3456789. Never somebody's social security number.",
    )
    npi = NpiField(
        label="NPI of the practice", required=False, help_text="Type 2. Empty if it has none."
    )

    def clean_postal_code(self) -> str:
        typed = str(self.cleaned_data["postal_code"]).strip()
        ZIP(typed)
        return typed

    def clean_tax_id(self) -> str:
        typed = digits_of(self.cleaned_data["tax_id"])
        if len(typed) != TAX_ID_DIGITS:
            raise forms.ValidationError("An EIN has nine digits, such as 12-3456789.")
        return typed


class TherapistParticularsForm(forms.Form):
    """What documents say of a therapist."""

    legal_name = line("Legal name", "Enter the name as it stands in the NPI registry.", 120)
    credentials = line("Credentials", "", 40, required=False, help_text="Such as LCSW or PhD.")
    license_number = line("License number", "Enter the license number.", 40)
    license_region = state("State of the license")
    npi = NpiField(
        label="NPI",
        help_text="Type 1: ten digits.",
        error_messages={"required": "Enter the NPI, ten digits."},
    )


def digits_of(text: str) -> str:
    """Return a number without the spaces and dashes that people type between its digits."""
    return re.sub(r"[\s-]", "", text)
