"""What clients say of their invoices by a pay link, and what the practice answers."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from billing.forms.fields import DayField, MoneyFormField
from billing.models import InvoiceQuestion, Payment
from billing.models.question import OWN_WORDS_MAX_CHARS
from billing.services.questions import FITTING
from clients.forms.inputs import UNRECORDED

AMOUNT_HINT = "Leave it empty if you paid all of it."
OWN_NOTE = "Only what helps to find it, such as a check number. Nothing about your care."
LINE_NOTE = "Only what helps to look into it. Nothing about your care."
TO_CLIENT = "The client reads it. Nothing about their care."


def _note(label: str, hint: str) -> forms.CharField:
    widget = forms.Textarea(attrs={**UNRECORDED, "rows": "2"})
    return forms.CharField(
        label=label, max_length=OWN_WORDS_MAX_CHARS, required=False, widget=widget, help_text=hint
    )


class PaidAlreadyForm(forms.Form):
    """That an invoice was paid, how and when. ``key`` makes one of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label="How you paid",
        choices=InvoiceQuestion.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you paid."},
    )
    paid_on = DayField(label="When you paid", help_text="About when is enough.")
    amount = MoneyFormField(label="How much", required=False, help_text=AMOUNT_HINT)
    own_words = _note("A note", OWN_NOTE)


class LineQuestionForm(forms.Form):
    """Which line is not clear, and why. ``key`` as above."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    line = forms.ChoiceField(
        label="About which line",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a line."},
    )
    doubt = forms.ChoiceField(
        label="What is not right",
        choices=InvoiceQuestion.Doubt.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is not right."},
    )
    own_words = _note("A note", LINE_NOTE)

    def __init__(self, *args: Any, lines: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["line"].choices = [(str(pk), words) for pk, words in lines]


class QuestionAnswerForm(forms.Form):
    """What was found; a payment that was found is one of those that pay the invoice."""

    outcome = forms.ChoiceField(
        label="What did you find?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you found."},
    )
    payment = forms.ChoiceField(
        label="Which payment it is",
        required=False,
        help_text="Those that pay this invoice. Record a payment, or apply it, before you answer.",
    )
    own_words = _note("A note to the client", TO_CLIENT)

    def __init__(
        self, *args: Any, kind: InvoiceQuestion.Kind, payments: Sequence[Payment], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["outcome"].choices = [(each.value, each.label) for each in FITTING[kind]]
        if kind == InvoiceQuestion.Kind.LINE:
            del self.fields["payment"]
            return
        found = [(str(each.pk), _shown(each)) for each in payments]
        fields["payment"].choices = [("", "None"), *found]


def _shown(payment: Payment) -> str:
    on: date = payment.received_on
    return f"{payment.receipt}, {on:%B} {on.day}, {payment.amount.dollars}"
