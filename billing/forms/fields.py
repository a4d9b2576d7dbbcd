"""Fields that billing's forms share."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from ledger.days import FIRST_DAY, LAST_DAY
from ledger.money import ZERO, Money, NotMoney

DATE_FORMAT = "%Y-%m-%d"
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class DayField(forms.DateField):
    """A business date that the books know."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format=DATE_FORMAT),
            error_messages={"required": "Enter the day.", "invalid": "Enter a date."},
            validators=[
                MinValueValidator(FIRST_DAY, f"Enter a day of {FIRST_DAY.year} or later."),
                MaxValueValidator(LAST_DAY, f"Enter a day of {LAST_DAY.year} or earlier."),
            ],
            **kwargs,
        )


class MoneyFormField(forms.Field):
    """An amount as people type it: 135, 135.00 or 1,350.50."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {**PLAIN, "inputmode": "decimal", "maxlength": "20"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> Money | None:
        if value in self.empty_values:
            return None
        try:
            amount = Money.parse(str(value))
        except NotMoney as error:
            raise forms.ValidationError(str(error)) from None
        if amount < ZERO:
            raise forms.ValidationError("Enter an amount of zero or more.")
        return amount

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Money) else value
