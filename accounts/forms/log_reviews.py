"""What a reviewer says of a line of the log, and what its person answers."""

from collections.abc import Sequence

from django import forms

from accounts.models import LogReviewMark
from accounts.models.log_review import OWN_WORDS_MAX_CHARS

HINT = f"No name of a client and nothing clinical. Up to {OWN_WORDS_MAX_CHARS} characters."

WORDS = {
    LogReviewMark.Says.FINE: "Fine",
    LogReviewMark.Says.ASK: "Ask the person",
    LogReviewMark.Says.INCIDENT: "Incident",
    LogReviewMark.Says.ANSWERED: "Answer in their stead",
    LogReviewMark.Says.CLOSED: "Close the incident",
}


class LogMarkForm(forms.Form):
    """What is said, of what may be said now, and why; the service asks for words where needed."""

    says = forms.ChoiceField(
        label="What do you say?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you say of it."},
    )
    own_words = forms.CharField(
        label="Why",
        max_length=OWN_WORDS_MAX_CHARS,
        required=False,
        help_text=f"Needed unless it is fine. {HINT}",
    )

    def __init__(
        self, *args: object, choices: Sequence[LogReviewMark.Says], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["says"].choices = [(each.value, WORDS[each]) for each in choices]  # type: ignore[attr-defined]  # a ChoiceField
        if len(choices) == 1:
            self.fields["says"].widget = forms.HiddenInput()
            self.fields["says"].initial = choices[0].value
            self.fields["own_words"].label = {
                LogReviewMark.Says.ANSWERED: "What they answered",
                LogReviewMark.Says.CLOSED: "What came of it",
            }.get(choices[0], "Why")
            self.fields["own_words"].help_text = HINT


class LogAnswerForm(forms.Form):
    """What a person answers to what they were asked."""

    own_words = forms.CharField(
        label="Your answer",
        max_length=OWN_WORDS_MAX_CHARS,
        help_text=HINT,
        error_messages={"required": "Answer in a few words."},
    )
