"""What people type about a client's fee."""

from typing import Any

from django import forms

from clients.forms.inputs import DATE_INPUT
from clients.models import FeeAgreement

A_DATE = {"required": "Enter the first day.", "invalid": "Enter a date, such as 2026-03-21."}


def _day(label: str, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d"),
        error_messages=A_DATE,
        **kwargs,
    )


class FeeAgreementForm(forms.Form):
    """A percentage of the list fee, or an amount per session."""

    basis = forms.ChoiceField(label="Because of", choices=FeeAgreement.Basis.choices)
    percent = forms.IntegerField(
        label="Percent of the list fee",
        required=False,
        min_value=0,
        max_value=100,
        error_messages={
            "invalid": "Enter a whole number.",
            "min_value": "At least 0.",
            "max_value": "At most 100.",
        },
    )
    amount = forms.DecimalField(
        label="Or dollars per session",
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"),
            "Enter an amount, such as 80.00.",
        ),
    )
    starts_on = _day("First day")
    ends_on = _day("Last day", required=False, help_text="Empty for no end.")
    review_on = _day("Look at it again on", required=False)

    @property
    def terms(self) -> dict[str, Any]:
        """What the service takes: the amount in cents."""
        given = dict(self.cleaned_data)
        amount = given.pop("amount")
        return {**given, "amount_cents": None if amount is None else int(amount * 100)}
