from typing import Any

from django import forms

from ledger.services.periods import Reason


class ReopenForm(forms.Form):
    """Why a month is reopened: one of a list, so that it can name nobody."""

    reason = forms.ChoiceField(
        label="Why is it reopened?",
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )

    def clean_reason(self) -> Any:
        return Reason(self.cleaned_data["reason"])


class AccountForm(forms.Form):
    """The number and the name of a ledger account, as the practice wants to read them."""

    code = forms.RegexField(
        r"\A[0-9A-Za-z][0-9A-Za-z.-]*\Z",
        label="No.",
        max_length=12,
        help_text="Up to 12 letters, digits, dots and hyphens. Lists are in its order.",
        error_messages={
            "required": "Enter a number.",
            "invalid": "Use letters, digits, dots and hyphens, and begin with a letter or digit.",
        },
    )
    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="What the account is for, never whom it is about.",
        error_messages={"required": "Enter a name."},
    )
