"""What people type about where a session took place, and what its code carries."""

import re
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model, QuerySet

from billing.forms.fields import PLAIN, DayField
from billing.models import PayerRule
from billing.models.coding import MODIFIERS_MAX
from billing.selectors import known_details, payer_rules
from billing.services.codings import Coding

MODIFIER = re.compile(r"[A-Z0-9]{2}")
SIZE = MODIFIERS_MAX * 3 + 8
IF_RIGHT = "If it is meant so, say so here."


def split(typed: str) -> tuple[str, ...]:
    """Return modifiers one by one, in capitals, or refuse what is none."""
    named = tuple(part for part in re.split(r"[\s,]+", typed.strip().upper()) if part)
    for part in named:
        if not MODIFIER.fullmatch(part):
            raise forms.ValidationError(
                f"{part} is no modifier. Each has two letters or digits, such as 95."
            )
    if len(named) > MODIFIERS_MAX:
        raise forms.ValidationError(f"A code carries at most {MODIFIERS_MAX} modifiers.")
    return named


class CodingFields(forms.Form):
    """Where a session took place, and up to four modifiers of its code.

    ``codes_are_meant`` says that a combination that looks wrong was looked at again.
    """

    place = forms.ChoiceField(label="Place of service", required=False)
    modifiers = forms.CharField(
        label="Modifiers",
        required=False,
        max_length=SIZE,
        widget=forms.TextInput(attrs=PLAIN),
        help_text="Up to four, such as 95 HO. Empty where the payer wants none.",
    )
    codes_are_meant = forms.BooleanField(label="Place and modifiers are meant so", required=False)

    def offer_places(self, on: date) -> None:
        """Fill the choices of the place, those of a day."""
        fields: Any = self.fields
        fields["place"].choices = [("", "Not said"), *known_details.places(on)]

    def clean_modifiers(self) -> tuple[str, ...]:
        return split(str(self.cleaned_data["modifiers"]))

    @property
    def coding(self) -> Coding | None:
        """What was typed, or None where nothing is said of the place."""
        place = self.cleaned_data.get("place")
        return Coding(place, self.cleaned_data["modifiers"]) if place else None

    def check_codes(self, on: date | None, insured: Model | None) -> None:
        """Warn of what does not go together on a day, unless it is meant so.

        ``insured`` is the client, for those who may know how the client is insured.
        """
        data = self.cleaned_data
        if on is None or "modifiers" not in data or "place" not in data:
            return
        if data["modifiers"] and not data["place"]:
            self.add_error("place", "Choose where it took place, or take the modifiers off.")
            return
        said = payer_rules.problem(insured, data["place"], data["modifiers"], on=on)
        if said and not data.get("codes_are_meant"):
            self.add_error("codes_are_meant", f"{said} {IF_RIGHT}")


class CodingForm(CodingFields):
    """Where a session that is recorded took place. ``after`` is the version that was shown."""

    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, on: date, insured: Model | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.insured = on, insured
        self.offer_places(on)
        self.fields["place"].required = True
        self.fields["place"].error_messages["required"] = "Choose where it took place."

    def clean(self) -> dict[str, Any]:
        self.check_codes(self.on, self.insured)
        return self.cleaned_data


class PayerRuleForm(forms.Form):
    """What a payer wants of sessions by telehealth, from a day on."""

    payer: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        queryset=None,
        label="Payer",
        empty_label="Choose",
        error_messages={"required": "Choose a payer."},
    )
    remote = forms.ChoiceField(
        label="Telehealth",
        choices=PayerRule.Remote.choices,
        initial=PayerRule.Remote.VIDEO.value,
        widget=forms.RadioSelect,
    )
    place = forms.ChoiceField(label="Place of service", required=False)
    modifiers = forms.CharField(
        label="Modifiers",
        required=False,
        max_length=SIZE,
        widget=forms.TextInput(attrs=PLAIN),
        help_text="Up to four, such as 95 HO. Empty where the payer wants none.",
    )
    starts_on = DayField(label="From")
    ends_on = DayField(label="Until", required=False, help_text="Empty where no end is known.")

    def __init__(self, *args: Any, on: date, offered: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["payer"].queryset = offered
        fields["place"].choices = [("", "Where the client was"), *known_details.places(on)]

    def clean_modifiers(self) -> tuple[str, ...]:
        return split(str(self.cleaned_data["modifiers"]))
