"""Which part of the log to read."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.addresses import parsed

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
EXPORT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OUTCOMES = [("", "Whatever came of it"), ("refused", "Refused or failed")]


class LogFilterForm(forms.Form):
    """Which part of the log to read. What is left empty narrows nothing."""

    who = forms.ChoiceField(label="Who", required=False)
    did = forms.ChoiceField(label="Did", required=False)
    outcome = forms.ChoiceField(label="Outcome", choices=OUTCOMES, required=False)
    since = forms.DateField(label="From", required=False)
    until = forms.DateField(label="To", required=False)
    address = forms.CharField(label="Network address", max_length=45, required=False)
    number = forms.CharField(label="Number of a file or paper", max_length=80, required=False)

    def __init__(
        self,
        *args: object,
        people: list[tuple[str, str]],
        areas: list[tuple[str, str]],
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["who"].choices = people  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["did"].choices = areas  # type: ignore[attr-defined]  # a ChoiceField
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[name].error_messages["invalid"] = "Enter a date."
            self.fields[name].validators += [
                MinValueValidator(FIRST_DAY, f"Enter a day of {FIRST_DAY.year} or later."),
                MaxValueValidator(LAST_DAY, f"Enter a day of {LAST_DAY.year} or earlier."),
            ]

    def clean_address(self) -> str:
        typed: str = self.cleaned_data["address"].strip()
        address = parsed(typed)
        if typed and address is None:
            raise ValidationError(
                "Enter one network address, such as 203.0.113.7, as the log writes it."
            )
        return str(address or "")

    def clean_number(self) -> str:
        """Return the number as the log writes it; of an export, whatever stands round it."""
        typed: str = self.cleaned_data["number"].strip()
        export = EXPORT.search(typed.lower())
        return export[0] if export else typed

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "Enter a day that is not before the first.")
        return given
