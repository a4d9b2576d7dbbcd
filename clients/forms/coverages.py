"""What people type off an insurance card, and about the insurers that the practice bills."""

from collections.abc import Iterable
from typing import Any

from django import forms

from clients.forms.inputs import DATE_INPUT, UNRECORDED
from clients.models import Coverage, Payer

BIRTH_DATE = {**UNRECORDED, **DATE_INPUT}
A_DATE = {"invalid": "Enter a date, such as 2026-03-21."}
PAYERS_LIST = "payers"
"""The id of the list of suggestions beside the form."""


def _line(label: str, max_length: int, **kwargs: Any) -> forms.CharField:
    kwargs.setdefault("required", False)
    return forms.CharField(
        label=label, max_length=max_length, widget=forms.TextInput(attrs=UNRECORDED), **kwargs
    )


def _day(label: str, attrs: dict[str, str], **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs=attrs, format="%Y-%m-%d"),
        error_messages={**A_DATE, **kwargs.pop("error_messages", {})},
        **kwargs,
    )


class CoverageForm(forms.Form):
    """An insurance card. Only the insurer is a must: what is missing is listed on the page."""

    payer_name = forms.CharField(
        label="Insurer",
        max_length=200,
        widget=forms.TextInput(attrs={**UNRECORDED, "list": PAYERS_LIST}),
        error_messages={"required": "Enter the insurer."},
    )
    plan_name = _line("Plan", 200)
    member_id = _line("Member id", 80)
    group_number = _line("Group number", 80)
    rank = forms.TypedChoiceField(
        label="Pays",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Not known yet"), *Coverage.Rank.choices],
    )
    starts_on = _day("First day", DATE_INPUT, required=False)
    ends_on = _day("Last day", DATE_INPUT, required=False, help_text="Empty for no end.")
    relation = forms.ChoiceField(
        label="Whose insurance",
        required=False,
        choices=[("", "Not known yet"), *Coverage.Relation.choices],
    )
    subscriber_given_names = _line(
        "Subscriber's given names", 200, help_text="Only where another person is the subscriber."
    )
    subscriber_family_name = _line("Subscriber's family name", 200)
    subscriber_birth_date = _day("Subscriber's birth date", BIRTH_DATE, required=False)

    def __init__(self, *args: Any, payers: Iterable[Payer], kept: str = "", **kwargs: Any) -> None:
        """``kept`` is the masked member id that an empty field leaves as it is."""
        super().__init__(*args, **kwargs)
        hints = [
            f"{payer.name}: {payer.member_id_hint}" for payer in payers if payer.member_id_hint
        ]
        member_id = self.fields["member_id"]
        if kept:
            member_id.help_text = f"Empty keeps {kept}."
        elif hints:
            member_id.help_text = "; ".join(hints[:3])


class EndForm(forms.Form):
    """The last day of something."""

    ends_on = _day("Last day", DATE_INPUT, error_messages={"required": "Enter the last day."})


class PayerForm(forms.Form):
    """An insurer whom the practice bills."""

    name = _line("Name", 200, required=True, error_messages={"required": "Enter the name."})
    claims_id = _line("Id on claims", 80, help_text="The payer id: the clearing house lists it.")
    member_id_form = _line(
        "Form of member ids",
        80,
        help_text="A for a letter, 9 for a digit, * for either, such as AAA999999999.",
    )
    member_id_hint = _line(
        "Hint for the desk",
        120,
        help_text="Such as: three letters, then nine digits, on the front.",
    )
