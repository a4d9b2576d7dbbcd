"""What a sample is drawn out of, and by which seed."""

from datetime import date
from secrets import token_hex
from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import RegexValidator

from accounts.models import DrawnSample
from accounts.models.auditing import SAMPLE_MAX
from billing.forms.fields import PLAIN, DayField
from billing.selectors.samples import Wanted

Population = DrawnSample.Population
USUAL_SIZE = 25
SEED_BYTES = 4


class SampleForm(forms.Form):
    """What to draw out of what. ``key`` makes one of a form that is sent twice.

    ``populations``: out of what the reader may draw.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    population = forms.ChoiceField(
        label="Out of",
        error_messages={
            "required": "Choose out of what.",
            "invalid_choice": "Choose out of what.",
        },
    )
    since = DayField(label="From")
    until = DayField(label="To")
    size = forms.IntegerField(
        label="How many",
        min_value=1,
        max_value=SAMPLE_MAX,
        error_messages={
            "required": "Enter how many.",
            "invalid": "Enter a whole number.",
            "min_value": "Enter 1 or more.",
            "max_value": f"Enter {SAMPLE_MAX} or fewer.",
        },
    )
    seed = forms.CharField(
        label="Seed",
        max_length=40,
        help_text="The same seed draws the same sample. Choose your own, or keep this one.",
        widget=forms.TextInput(attrs=PLAIN),
        validators=[
            RegexValidator(r"\A[A-Za-z0-9-]+\Z", "Use letters without accents, digits and hyphens.")
        ],
        error_messages={
            "required": "Enter a seed.",
            "max_length": "Enter a seed of 40 letters or fewer.",
        },
    )

    def __init__(self, *args: Any, populations: list[Population], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["population"].choices = [(each.value, each.label) for each in populations]

    @classmethod
    def new(cls, today: date, populations: list[Population]) -> "SampleForm":
        """Return a form of this month so far, with a seed that nobody chose."""
        return cls(
            populations=populations,
            initial={
                "key": uuid4(),
                "since": today.replace(day=1),
                "until": today,
                "size": USUAL_SIZE,
                "seed": token_hex(SEED_BYTES),
            },
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "Enter a day that is not before the first.")
        return given

    @property
    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(given["population"], given["since"], given["until"])
