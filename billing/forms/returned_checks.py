"""What people type when the bank sends a check back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from billing.forms.bills import not_in_future
from billing.forms.fields import DayField, MoneyFormField
from billing.models import BankLine, ReturnReason
from billing.services.contents import long_day
from billing.services.returned_checks import Details
from ledger.money import ZERO, Money

AT_BANK, IN_DRAWER = "BANK", "DRAWER"
WHERE = [
    (AT_BANK, "At the bank: it leaves the bank again"),
    (IN_DRAWER, "Still in the drawer: the bank did not take it"),
]
NO_LINE = ("", "No bank line yet")


class ReturnedCheckForm(forms.Form):
    """Why a check came back, from where, and what the bank took for it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label="Why the bank sent it back",
        choices=ReturnReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )
    where = forms.ChoiceField(
        label="Where the check lay",
        choices=WHERE,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where it lay."},
    )
    line = forms.ChoiceField(
        label="The bank's own line",
        required=False,
        widget=forms.RadioSelect,
        help_text="It proves that the check came back, and is matched with it.",
        error_messages={"invalid_choice": "This line is not offered any more. Choose anew."},
    )
    fee = MoneyFormField(
        label="The bank's fee, USD",
        required=False,
        help_text="An expense of the practice. Leave it empty if there is none.",
    )
    returned_on = DayField(label="On", help_text="The bank's day. The client owes again from then.")

    def __init__(self, *args: Any, lines: Sequence[BankLine], today: date, **kwargs: Any) -> None:
        """``lines``: the bank lines that this person may choose of."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.lines = {str(line.pk): line for line in lines}
        if lines:
            offered: Any = self.fields["line"]
            offered.choices = [*((pk, _words(line)) for pk, line in self.lines.items()), NO_LINE]
        else:
            del self.fields["line"]

    def clean_returned_on(self) -> date:
        return not_in_future(self.cleaned_data["returned_on"], self.today)

    def clean_fee(self) -> Money:
        return self.cleaned_data["fee"] or ZERO

    def clean(self) -> dict[str, Any]:
        """Add ``details``."""
        data = self.cleaned_data
        line = self.lines.get(data.get("line") or "")
        if line is not None and data.get("where") == IN_DRAWER:
            self.add_error("line", "What lay in the drawer left no bank. Choose no bank line.")
        if not self.errors:
            data["details"] = Details(
                reason=data["reason"],
                returned_on=data["returned_on"],
                was_deposited=data["where"] == AT_BANK,
                fee=data["fee"],
                line=line,
            )
        return data


def _words(line: BankLine) -> str:
    return f"{long_day(line.booked_on)}, {line.amount}: {line.words}"
