"""What people type about letters to clients: filters, words, and what holds them back."""

from typing import Any

from django import forms

from billing.forms.fields import DayField
from billing.models import LetterHold, LetterKind
from billing.models.letter import BODY_CHARS, SUBJECT_CHARS
from billing.selectors.letters import State

STATES = (
    ("", "All letters"),
    (State.QUEUED, "Wait to be sent"),
    (State.RETRYING, "Tried again"),
    (State.SENT, "Sent"),
    (State.REFUSED, "No such address"),
    (State.GIVEN_UP, "Given up"),
    (State.CAME_BACK, "Came back"),
)


class LetterFilterForm(forms.Form):
    """Which letters a list shows."""

    state = forms.ChoiceField(label="What became of them", choices=STATES, required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "Every kind"), *LetterKind.choices], required=False
    )


class WordsForm(forms.Form):
    """The words of a kind of letter."""

    subject = forms.CharField(label="Subject", max_length=SUBJECT_CHARS, required=False)
    body = forms.CharField(
        label="Words",
        max_length=BODY_CHARS,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
    )


class HoldForm(forms.Form):
    """Why and until when statements and reminders to a client are held back."""

    reason = forms.ChoiceField(
        label="Why",
        choices=LetterHold.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )
    until = DayField(
        label="Until",
        required=False,
        help_text="The last day. Leave it empty to hold them back until somebody ends it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].error_messages["invalid"] = "Enter a date, or leave it empty."
