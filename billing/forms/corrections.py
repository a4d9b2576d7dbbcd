"""What people type to put money right: a payment, and what it pays."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from billing.forms import ReceivedForm
from billing.forms.bills import not_in_future
from billing.forms.fields import DayField
from billing.forms.shares import SharesForm
from billing.models import Payment, PaymentReason
from billing.selectors.invoices import OpenInvoice
from billing.services.corrections import NOT_REPLACED, REASONS, Right
from billing.services.payments import Method


class CorrectionForm(ReceivedForm):
    """What was wrong with a payment, and what is right. Everything else stays as it stands."""

    reason = forms.ChoiceField(
        label="What was wrong",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what was wrong."},
    )

    field_order = ("reason", "code", "amount", "method", "reference", "received_on")

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment = payment
        self.is_card = payment.method == Payment.Method.CARD
        self.fields["code"].help_text = ""
        if self.is_card:
            for name in ("amount", "method", "reference", "received_on"):
                del self.fields[name]
            reasons: Any = self.fields["reason"]
            reasons.choices = [choice for choice in REASONS if choice[0] == "CLIENT"]
            self.initial["reason"] = PaymentReason.CLIENT.value

    def clean(self) -> dict[str, Any]:
        """Add ``right``: how it should have been recorded, or None where no money came."""
        data = self.cleaned_data
        if data.get("reason") in NOT_REPLACED:
            for name in {"code", "amount", "method", "reference", "received_on"} & set(self.errors):
                del self.errors[name]
            data["right"] = None
            return data
        if self.is_card:
            data |= {"amount": self.payment.amount, "method": Payment.Method.CARD.value}
            data |= {
                "reference": self.payment.reference,
                "received_on": self.initial["received_on"],
            }
        else:
            data = super().clean()
        if not self.errors:
            data["right"] = Right(
                client=data["code"],
                amount=data["amount"],
                method=Method(data["method"]),
                received_on=data["received_on"],
                reference=data["reference"],
            )
        return data


class ApplyForm(SharesForm):
    """Where credit that is left of a payment goes now."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    applied_on = DayField(label="On")

    field_order = ("goes_to", "applied_on")

    def __init__(self, *args: Any, opened: list[OpenInvoice], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        ways: Any = self.fields["goes_to"]
        ways.choices = ways.choices[:2]
        self.offer(opened)

    def clean_applied_on(self) -> date:
        return not_in_future(self.cleaned_data["applied_on"], self.today)


class BackForm(forms.Form):
    """Why something is taken back, of these reasons, and on which day."""

    reason = forms.ChoiceField(
        label="Why", widget=forms.RadioSelect, error_messages={"required": "Choose why."}
    )
    taken_back_on = DayField(
        label="On", help_text="What reverses it is dated so. What stands stays in sight."
    )

    def __init__(
        self, *args: Any, reasons: Sequence[tuple[str, str]], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        offered: Any = self.fields["reason"]
        offered.choices = reasons

    def clean_taken_back_on(self) -> date:
        return not_in_future(self.cleaned_data["taken_back_on"], self.today)
