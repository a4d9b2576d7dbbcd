"""Which days a statement of account is about."""

from typing import Any

from django import forms

from billing.forms import DayField


class StatementDaysForm(forms.Form):
    """From which day to which, both included; of whose account, the client's if nobody is named."""

    party = forms.UUIDField(required=False, widget=forms.HiddenInput)
    since = DayField(label="From")
    until = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day lies before the first.")
        return data


class StatementForm(StatementDaysForm):
    """The same days, to make the statement of; ``key`` makes one of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
