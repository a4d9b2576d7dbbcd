"""What somebody says of a new token."""

from collections.abc import Iterable
from typing import cast

from django import forms

from accounts.forms.invitations import ONE_LINE
from accounts.permissions import WORDS, Permission

LASTS = ((30, "30 days"), (90, "90 days"), (180, "180 days"), (365, "A year"))


class ApiTokenForm(forms.Form):
    """What a token is for, what it may do, and how long it lasts."""

    name = forms.CharField(
        label="Which program",
        max_length=60,
        help_text="Such as: medical records, data warehouse.",
        validators=[ONE_LINE],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say which program shows it."},
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one.",
            "invalid_choice": "A token can hold only what you may do yourself.",
        },
    )
    days = forms.TypedChoiceField(
        label="It lasts",
        coerce=int,
        initial=90,
        choices=LASTS,
        error_messages={
            "required": "Choose how long it lasts.",
            "invalid_choice": "Choose one of the times in the list.",
        },
    )

    def __init__(self, *args: object, may_hold: Iterable[Permission], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        cast(forms.MultipleChoiceField, self.fields["scopes"]).choices = [
            (permission.codename, WORDS[permission][1]) for permission in may_hold
        ]

    def clean_scopes(self) -> list[Permission]:
        chosen = set(self.cleaned_data["scopes"])
        return [permission for permission in Permission if permission.codename in chosen]
