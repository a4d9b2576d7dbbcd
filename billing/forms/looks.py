"""Whose record, in which days, and as which file."""

from typing import Any

from django import forms

from billing.forms import DayField


class FindForm(forms.Form):
    """A client by their code."""

    code = forms.CharField(
        label="Client's code",
        max_length=20,
        help_text="Such as C-0412. The front desk can tell it.",
        error_messages={"required": "Enter the client's code."},
    )


class LooksFileForm(forms.Form):
    """From which day to which, both included, and as which file."""

    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
    format = forms.ChoiceField(choices=[("pdf", "PDF"), ("csv", "CSV")])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day lies before the first.")
        return data
