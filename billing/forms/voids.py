"""What people type to void an invoice."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from billing.forms.bills import not_in_future
from billing.forms.fields import DayField
from billing.models import MissedFee, Session, VoidReason


class VoidForm(forms.Form):
    """Why an invoice is voided, on which day, and which of its sessions are billed again."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label="Why",
        choices=VoidReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )
    again = forms.MultipleChoiceField(
        label="Bill again at once",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What is not ticked waits among the sessions without an invoice.",
        error_messages={"invalid_choice": "Choose sessions of this invoice."},
    )
    voided_on = DayField(
        label="On", help_text="The reversing entry, and the new invoice, are dated so."
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        hours: Sequence[tuple[Session | MissedFee, str]],
        **kwargs: Any,
    ) -> None:
        """``hours``: what the invoice bills, with its words; nothing where nobody may issue."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.hours = {str(hour.pk): hour for hour, _ in hours}
        if hours:
            again: Any = self.fields["again"]
            again.choices = [(str(hour.pk), words) for hour, words in hours]
        else:
            del self.fields["again"]

    def clean_voided_on(self) -> date:
        return not_in_future(self.cleaned_data["voided_on"], self.today)

    def picked(self) -> list[Session | MissedFee]:
        """Return the sessions and missed hours that are billed again."""
        return [self.hours[pk] for pk in self.cleaned_data.get("again", [])]
