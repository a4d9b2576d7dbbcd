"""What people type to merge two records."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from clients.forms.inputs import UNRECORDED
from clients.models import Client


class MergeForm(forms.Form):
    """The code of the other record of the same person."""

    code = forms.CharField(
        label="Code of the other record",
        max_length=20,
        widget=forms.TextInput(attrs={**UNRECORDED, "placeholder": "C-0182"}),
        help_text="It is shown with this one from then on, and both codes lead here.",
        error_messages={"required": "Enter the code of the other record, such as C-0182."},
    )

    def __init__(self, *args: Any, visible: QuerySet[Client], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visible = visible

    def clean_code(self) -> Client:
        """Return the client. One who may not be seen is as unknown as one who is not there."""
        typed = str(self.cleaned_data["code"]).strip().upper()
        client = self.visible.filter(code=typed).first()
        if client is None:
            raise forms.ValidationError("There is no client with this code.")
        return client
