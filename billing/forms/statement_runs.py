"""The rule of a run of statements, and what stands on each."""

from django import forms

from billing.forms.fields import MoneyFormField
from billing.models.statement_run import MESSAGE_CHARS
from ledger.money import ZERO, Money

DAYS_APART_MAX = 365


class StatementRunForm(forms.Form):
    """Who gets a statement, by what they owe and when they had the last one."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    at_least = MoneyFormField(
        label="Who owes at least", error_messages={"required": "Enter an amount, such as 10."}
    )
    days_apart = forms.IntegerField(
        label="And had no statement for days",
        min_value=0,
        max_value=DAYS_APART_MAX,
        error_messages={"required": "Enter a number of days, such as 25."},
    )
    message = forms.CharField(
        label="On each statement",
        max_length=MESSAGE_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A line for everybody, such as holiday hours. Name no client in it.",
    )

    def clean_at_least(self) -> Money:
        amount: Money = self.cleaned_data["at_least"]
        if amount <= ZERO:
            raise forms.ValidationError("Enter more than zero: who owes nothing gets none.")
        return amount

    def clean_message(self) -> str:
        return " ".join(str(self.cleaned_data["message"]).split())
