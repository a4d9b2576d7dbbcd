"""To whom, why and as which file everything held about a client is handed out."""

from typing import Any

from django import forms

from clients.models import Release


class ReleaseForm(forms.Form):
    """Whose the copy is. A name and an address are for somebody else than the client only."""

    recipient_kind = forms.ChoiceField(
        label="For whom",
        choices=Release.To.choices,
        error_messages={"required": "Choose for whom it is."},
    )
    recipient = forms.CharField(
        label="Name",
        max_length=200,
        required=False,
        help_text="Of a plan or of somebody else; leave it empty for the client.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    recipient_address = forms.CharField(
        label="Address",
        max_length=500,
        required=False,
        help_text="If it is known: the client may ask where their record went.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label="Why",
        choices=Release.Reason.choices,
        error_messages={"required": "Choose why."},
    )
    format = forms.ChoiceField(
        label="File",
        choices=Release.Format.choices,
        error_messages={"required": "Choose a file."},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("recipient_kind")
        if kind == Release.To.CLIENT and (data.get("recipient") or data.get("recipient_address")):
            self.add_error("recipient", "For the client themself no name is written down.")
        elif kind and kind != Release.To.CLIENT and not data.get("recipient"):
            self.add_error("recipient", "Enter to whom it goes.")
        return data
