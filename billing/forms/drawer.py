"""What people type about the drawer: a count, and a bag for the bank."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from billing.forms.bills import not_in_future
from billing.forms.fields import PLAIN, DayField, MoneyFormField
from billing.models import DrawerReason


class CountForm(forms.Form):
    """What was counted. A difference of cash needs a reason."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    cash = MoneyFormField(
        label="Cash, USD", error_messages={"required": "Count the cash; 0 if there is none."}
    )
    checks = MoneyFormField(
        label="Checks, USD", error_messages={"required": "Add the checks up; 0 if there are none."}
    )
    reason = forms.ChoiceField(
        label="If cash is over or short, why",
        choices=[("", "It is as expected"), *DrawerReason.choices],
        required=False,
    )


class DepositForm(forms.Form):
    """What goes to the bank in one bag."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    cash = MoneyFormField(
        label="Cash, USD", error_messages={"required": "Enter the cash; 0 if there is none."}
    )
    checks = MoneyFormField(
        label="Checks, USD", error_messages={"required": "Enter the checks; 0 if there are none."}
    )
    bag_number = forms.CharField(
        label="Bag number",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        validators=[RegexValidator(r"\A[A-Za-z0-9-]+\Z", "Use letters, digits and - only.")],
        help_text="As it stands on the bag, so that the bank's slip can be found.",
    )
    deposited_on = DayField(label="Taken to the bank on")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_deposited_on(self) -> date:
        return not_in_future(self.cleaned_data["deposited_on"], self.today)
