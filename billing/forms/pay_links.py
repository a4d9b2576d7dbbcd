"""What the desk sends to make a pay link, and what its client types."""

import re
from datetime import date
from typing import Any

from django import forms

from billing.forms.fields import PLAIN, MoneyFormField
from billing.services.pay_visits import Answer
from clients.forms.inputs import DATE_INPUT, UNRECORDED

BY_MAIL, ON_SCREEN = "mail", "screen"
ZIP = re.compile(r"(\d{5})(?:-?\d{4})?", re.ASCII)


class PayLinkForm(forms.Form):
    """Which way a new link goes. ``key`` makes one link of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    way = forms.ChoiceField(
        choices=[(BY_MAIL, "By e-mail"), (ON_SCREEN, "On the screen")], widget=forms.HiddenInput
    )


class AnswerForm(forms.Form):
    """The second factor: one of two things that the practice knows of its client."""

    birth_date = forms.DateField(
        label="The client's birth date",
        required=False,
        widget=forms.DateInput(attrs={**UNRECORDED, **DATE_INPUT}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a date, such as 1990-03-21."},
    )
    zip_code = forms.CharField(
        label="Or the ZIP code where the client lives",
        required=False,
        max_length=10,
        widget=forms.TextInput(
            attrs={**UNRECORDED, "inputmode": "numeric", "class": "input--short"}
        ),
    )

    def clean_zip_code(self) -> str:
        typed = str(self.cleaned_data["zip_code"]).strip()
        match = ZIP.fullmatch(typed)
        if typed and match is None:
            raise forms.ValidationError("Enter the five digits of the ZIP code.")
        return match[1] if match else ""

    def clean(self) -> dict[str, Any]:
        """Add ``answer``: one of the two, since each answer is a try."""
        data = self.cleaned_data
        born: date | None = data.get("birth_date")
        code = data.get("zip_code", "")
        if self.errors:
            return data
        if not (born or code):
            self.add_error("birth_date", "Enter the birth date, or the ZIP code below.")
        elif born and code:
            self.add_error("zip_code", "Enter one of the two, and leave the other empty.")
        else:
            data["answer"] = Answer(born, code)
        return data


class PayAmountForm(forms.Form):
    """How much of what is owed is paid now. ``key`` makes one payment of a form sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyFormField(
        label="Amount to pay now", error_messages={"required": "Enter how much you pay."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs.update(PLAIN)
