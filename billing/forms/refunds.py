"""What people type to give money back."""

from datetime import date
from typing import Any

from django import forms

from billing.forms.bills import CHECK, not_in_future
from billing.forms.fields import PLAIN, DayField, MoneyFormField
from billing.models import Payment, RefundReason
from billing.services.refunds import Charge, Details
from ledger.money import Money

CHARGES = [
    (Charge.OWED.value, "The client owes it again"),
    (Charge.CREDITED.value, "The invoice is credited with it"),
]


class RefundForm(forms.Form):
    """How much of a payment goes back, which way and why."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyFormField(
        label="Amount", error_messages={"required": "Enter how much goes back."}
    )
    charge = forms.ChoiceField(
        label="What becomes of what it paid",
        choices=CHARGES,
        required=False,
        widget=forms.RadioSelect,
        help_text="Credit goes back first. This is asked where more goes back than is credit.",
    )
    method = forms.ChoiceField(
        label="How it goes back",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it goes back."},
    )
    check_number = forms.CharField(
        label="Check number",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric"}),
        validators=[CHECK],
        help_text="For checks only.",
    )
    reason = forms.ChoiceField(
        label="Why",
        choices=RefundReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )
    refunded_on = DayField(label="On")

    def __init__(
        self, *args: Any, payment: Payment, is_applied: bool, today: date, **kwargs: Any
    ) -> None:
        """``is_applied``: whether a part of the payment pays something now."""
        super().__init__(*args, **kwargs)
        self.today = today
        ways: Any = self.fields["method"]
        # As it came, or by check.
        ways.choices = [
            (way.value, way.label)
            for way in Payment.Method
            if way in {payment.method, Payment.Method.CHECK} - {Payment.Method.MOVED}
        ]
        if not is_applied:
            del self.fields["charge"]
        self.fields["amount"].widget.attrs["autofocus"] = True

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Enter how much goes back.")
        return amount

    def clean_refunded_on(self) -> date:
        return not_in_future(self.cleaned_data["refunded_on"], self.today)

    def clean(self) -> dict[str, Any]:
        """Add ``details``."""
        data = self.cleaned_data
        is_check = data.get("method") == Payment.Method.CHECK
        if is_check and not data.get("check_number") and "check_number" not in self.errors:
            self.add_error("check_number", "Enter the number on the check.")
        if not self.errors:
            data["details"] = Details(
                amount=data["amount"],
                method=Payment.Method(data["method"]),
                reason=data["reason"],
                refunded_on=data["refunded_on"],
                check_number=data["check_number"] if is_check else "",
                charge=Charge(data["charge"]) if data.get("charge") else None,
            )
        return data
