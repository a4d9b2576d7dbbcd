"""What people type to void an invoice."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from billing.forms.bills import not_in_future
from billing.forms.fields import DayField
from billing.models import Session, VoidReason


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
        self, *args: Any, today: date, sessions: Sequence[tuple[Session, str]], **kwargs: Any
    ) -> None:
        """``sessions``: those of the invoice with their words; none where nobody may issue."""
        super().__init__(*args, **kwargs)
        self.today = today
        self.sessions = {str(session.pk): session for session, _ in sessions}
        if sessions:
            again: Any = self.fields["again"]
            again.choices = [(str(session.pk), words) for session, words in sessions]
        else:
            del self.fields["again"]

    def clean_voided_on(self) -> date:
        return not_in_future(self.cleaned_data["voided_on"], self.today)

    def picked(self) -> list[Session]:
        """Return the sessions that are billed again."""
        return [self.sessions[pk] for pk in self.cleaned_data.get("again", [])]
