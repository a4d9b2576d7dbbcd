"""What people type about consents."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from clients.forms.inputs import DATE_INPUT
from clients.models import Consent, ConsentText

BODY_MAX = 40_000
A_DATE = {"required": "Enter the day.", "invalid": "Enter a date, such as 2026-03-21."}


def _day(label: str, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d"),
        error_messages=A_DATE,
        **kwargs,
    )


class TextChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when run
    """A version of a text, by what it is about."""

    def label_from_instance(self, text: ConsentText) -> str:
        return text.audit_label


class ConsentForm(forms.Form):
    """Which text, when and how."""

    text = TextChoice(
        queryset=None,
        label="Consent",
        empty_label="Choose",
        error_messages={"required": "Choose a text.", "invalid_choice": "Choose a text."},
    )
    how = forms.ChoiceField(label="How", choices=Consent.How.choices, initial=Consent.How.PAPER)
    given_on = _day("Given on")
    ends_on = _day("Last day", required=False, help_text="Empty for no end.")

    def __init__(self, *args: Any, texts: QuerySet[ConsentText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("TextChoice", self.fields["text"]).queryset = texts


class WithdrawForm(forms.Form):
    """Since when a consent is withdrawn."""

    withdrawn_on = _day("Withdrawn on")


class TextForm(forms.Form):
    """The next version of a text."""

    kind = forms.ChoiceField(label="About", choices=ConsentText.Kind.choices)
    effective_from = _day("Counts from")
    body = forms.CharField(
        label="Text",
        max_length=BODY_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": "Enter the text."},
    )

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")
