"""What an auditor asks to be shown, and what is said to it."""

from datetime import date
from typing import Any

from django import forms

from accounts.models.auditing import OWN_WORDS_MAX_CHARS
from billing.forms.fields import DayField
from clients.forms.inputs import UNRECORDED

NAMES_NOBODY = "Name no client: write a code or a number of the books."


def _own_words(label: str, *, required: bool, hint: str = NAMES_NOBODY) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=OWN_WORDS_MAX_CHARS,
        required=required,
        widget=forms.Textarea(attrs={**UNRECORDED, "rows": "3"}),
        help_text=hint,
        error_messages={
            "required": "Write what it is about.",
            "max_length": f"Write {OWN_WORDS_MAX_CHARS} letters or fewer.",
        },
    )


class AskForm(forms.Form):
    """What is asked for, by when. ``key`` makes one of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    own_words = _own_words("What you ask to be shown", required=True)
    due_on = DayField(label="Due on")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        if due_on < self.today:
            raise forms.ValidationError("Enter today or a later day.")
        return due_on


class AnswerForm(forms.Form):
    """The answer: words, a page of ours, or both. ``turn`` is the last step that was shown."""

    turn = forms.IntegerField(widget=forms.HiddenInput)
    own_words = _own_words("Your answer", required=False)
    page = forms.ChoiceField(
        label="Where it stands",
        required=False,
        help_text="A page of the practice that the auditor may open.",
    )

    def __init__(self, *args: Any, pages: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["page"].choices = [("", "No page"), *pages]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("own_words", "").strip() and not given.get("page"):
            self.add_error("own_words", "Write an answer, or choose where it stands.")
        return given


class ReplyForm(forms.Form):
    """What the auditor says to an answer. ``turn`` as above."""

    turn = forms.IntegerField(widget=forms.HiddenInput)
    own_words = _own_words(
        "What is still missing", required=False, hint="Needed if you ask again. Name no client."
    )
    kind = forms.ChoiceField(
        choices=[("ACCEPTED", "Accept"), ("AGAIN", "Ask again"), ("WITHDRAWN", "Take back")],
        widget=forms.HiddenInput,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == "AGAIN" and not given.get("own_words", "").strip():
            self.add_error("own_words", "Write what is still missing.")
        return given
