"""What people type to write off what clients owe."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from billing.forms.bills import not_in_future
from billing.forms.fields import DayField, MoneyFormField
from billing.models import WriteOff
from billing.services.write_offs import SMALL_AT_MOST
from ledger.money import Money

LONGEST_DAYS = 3_650


class WriteOffForm(forms.Form):
    """How much of an invoice is written off, and as what."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyFormField(
        label="Amount", error_messages={"required": "Enter how much is written off."}
    )
    kind = forms.ChoiceField(
        label="Kind",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the kind: it says which account bears it."},
    )
    written_off_on = DayField(label="On")

    def __init__(self, *args: Any, today: date, accounts: Mapping[str, str], **kwargs: Any) -> None:
        """``accounts``: kind → the account that bears it, as it is called."""
        super().__init__(*args, **kwargs)
        self.today = today
        kinds: Any = self.fields["kind"]
        kinds.choices = [(kind.value, f"{kind.label} ({accounts[kind]})") for kind in WriteOff.Kind]
        self.fields["amount"].widget.attrs["autofocus"] = True

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Enter how much is written off.")
        return amount

    def clean_written_off_on(self) -> date:
        return not_in_future(self.cleaned_data["written_off_on"], self.today)


class SmallForm(forms.Form):
    """What counts as a small balance."""

    below = MoneyFormField(label="Less than, USD", error_messages={"required": "Enter an amount."})
    days = forms.IntegerField(
        label="Late for more than, days",
        min_value=0,
        max_value=LONGEST_DAYS,
        error_messages={"required": "Enter a number of days."},
    )

    def clean_below(self) -> Money:
        below: Money = self.cleaned_data["below"]
        if below > SMALL_AT_MOST:
            told = f"Write what is {SMALL_AT_MOST.dollars} or more off one by one."
            raise forms.ValidationError(told)
        return below


class SweptForm(SmallForm):
    """What was agreed to: the sum that was shown, for what counted as small."""

    key = forms.UUIDField()
    shown = MoneyFormField()
