"""What people type to give credit to another client."""

from datetime import date
from typing import Any

from django import forms

from billing.forms import OfClientForm
from billing.forms.bills import not_in_future
from billing.forms.corrections import BackForm
from billing.forms.fields import DayField, MoneyFormField
from billing.models import Agreement, TransferReason
from billing.services.credit_transfers import Details
from ledger.money import Money


class CreditTransferForm(OfClientForm):
    """To whom credit goes, how much, and how whoever paid agreed."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyFormField(label="Amount", error_messages={"required": "Enter how much goes."})
    reason = forms.ChoiceField(
        label="Why",
        choices=TransferReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )
    agreed = forms.ChoiceField(
        label="How whoever paid agreed",
        choices=Agreement.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how they agreed."},
        help_text="Without their word it stays where it is.",
    )
    agreed_on = DayField(label="They agreed on")
    moved_on = DayField(label="It goes on")

    field_order = ("code", "amount", "reason", "agreed", "agreed_on", "moved_on")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["code"].label = "To the client with this code"
        self.fields["code"].widget.attrs["autofocus"] = True

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Enter how much goes.")
        return amount

    def clean_agreed_on(self) -> date:
        return not_in_future(self.cleaned_data["agreed_on"], self.today)

    def clean_moved_on(self) -> date:
        return not_in_future(self.cleaned_data["moved_on"], self.today)

    def clean(self) -> dict[str, Any]:
        """Add ``details``."""
        data = self.cleaned_data
        if not self.errors:
            data["details"] = Details(
                to=data["code"],
                amount=data["amount"],
                moved_on=data["moved_on"],
                reason=data["reason"],
                agreed=data["agreed"],
                agreed_on=data["agreed_on"],
            )
        return data


class BackDayForm(BackForm):
    """The day on which credit goes back where it came from; there is one reason only."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, reasons=(), today=today, **kwargs)
        del self.fields["reason"]
