"""Working a case that the log raised, and setting from where on it raises one."""

from collections.abc import Sequence
from typing import Any, Self, cast
from uuid import uuid4

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.alert_rules import Declared
from accounts.models import AlertStep, Membership
from accounts.models.alerts import OWN_WORDS_MAX_CHARS

WORDS = {"rows": 3, "autocomplete": "off"}
SAY_WHY = "Say why, in your own words."


def own_words(label: str, hint: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=OWN_WORDS_MAX_CHARS,
        required=required,
        strip=True,
        help_text=hint,
        widget=forms.Textarea(attrs=WORDS),
        error_messages={"required": SAY_WHY},
    )


class KeyedForm(forms.Form):
    """A form that does what it does once, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4

    def clean_key(self) -> Any:
        return self.cleaned_data["key"] or uuid4()


class AssignForm(KeyedForm):
    """Who works the case from now on."""

    assignee = forms.ChoiceField(
        label="A colleague",
        error_messages={
            "required": "Choose who works it.",
            "invalid_choice": "Choose one of the people in the list.",
        },
    )

    def __init__(self, *args: Any, workers: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["assignee"])
        field.choices = [
            ("", "Choose"),
            *((str(member.pk), member.display_name) for member in workers),
        ]


class CloseForm(KeyedForm):
    """What came of a case, and why. ``seen`` is how many events were shown of it."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(
        label="What came of it",
        choices=[
            (AlertStep.Outcome.NOTHING, "Nothing wrong"),
            (AlertStep.Outcome.TALKED, "Talked to the person"),
            (AlertStep.Outcome.INCIDENT, "An incident, which is followed up elsewhere"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Say what came of it."},
    )
    own_words = own_words(
        "Why",
        "What you looked at and what you found. Leave out names of clients.",
        required=True,
    )

    def showing(self, count: int) -> Self:
        """Keep what was typed beside a case that is shown anew, now with so many events."""
        self.data = {**self.data, "seen": str(count)}
        return self


class RuleForm(forms.Form):
    """How a rule stands: on or off, and its limits."""

    is_on = forms.BooleanField(label="This rule raises cases", required=False)
    own_words = own_words(
        "Why it is switched off", "Only where it is switched off.", required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rule: Declared, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [f"limit_{place}" for place, _ in enumerate(rule.limits)]
        for name, limit in zip(self.names, rule.limits, strict=True):
            wrong = f"Enter a number from {limit.low:,} to {limit.high:,}."
            self.fields[name] = forms.IntegerField(
                label=limit.label,
                help_text=f"{limit.low:,} to {limit.high:,}; {limit.default:,} to begin with.",
                validators=[
                    MinValueValidator(limit.low, wrong),
                    MaxValueValidator(limit.high, wrong),
                ],
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                error_messages={"required": wrong, "invalid": wrong},
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("is_on") and not given.get("own_words"):
            self.add_error("own_words", "Say why the rule is switched off.")
        return given

    @property
    def limits(self) -> list[int]:
        """Return the limits of a valid form, in the rule's order."""
        return [self.cleaned_data[name] for name in self.names]

    @property
    def limit_fields(self) -> list[Any]:
        return [self[name] for name in self.names]
