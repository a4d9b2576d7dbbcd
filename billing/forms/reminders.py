"""When reminders go, as an administrator types it."""

import re

from django import forms

from billing.forms.fields import PLAIN, MoneyFormField
from billing.models.reminder import DAYS_MAX


class ReminderRulesForm(forms.Form):
    """The steps in days, and what holds them."""

    steps = forms.CharField(
        label="Days after the due date",
        max_length=60,
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={"required": "Enter the days, such as 14, 30, 60."},
        help_text="One reminder at each, such as 14, 30, 60.",
    )
    at_least = MoneyFormField(
        label="When at least this is late",
        error_messages={"required": "Enter an amount, such as 10."},
    )
    days_between = forms.IntegerField(
        label="Days of peace after a letter",
        min_value=1,
        max_value=DAYS_MAX,
        error_messages={"required": "Enter a number of days, such as 7."},
        help_text="No reminder so soon after a statement or another reminder.",
    )
    is_automatic = forms.BooleanField(
        label="Send them by themselves each day",
        required=False,
        help_text="Otherwise somebody looks at the list and sends them.",
    )

    def clean_steps(self) -> list[int]:
        words = re.split(r"[,;\s]+", str(self.cleaned_data["steps"]).strip())
        if not all(word.isdecimal() and len(word) <= 4 for word in words):
            raise forms.ValidationError("Enter whole numbers with commas, such as 14, 30, 60.")
        return [int(word) for word in words]
