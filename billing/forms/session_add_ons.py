"""What people type about what was done beside a service."""

from collections.abc import Sequence
from typing import Any

from django import forms

from billing.selectors.service_codes import Service


class AddOnForm(forms.Form):
    """One add-on of a session. ``key`` makes one of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    service = forms.ChoiceField(
        label="Add-on",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what was done beside it."},
    )

    def __init__(self, *args: Any, offered: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["service"].choices = [
            (str(each.id), f"{each.code} {each.label}, {each.fee}") for each in offered
        ]
