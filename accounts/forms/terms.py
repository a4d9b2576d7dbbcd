"""From when to when somebody holds a role."""

from datetime import datetime
from typing import Any

from django import forms

from accounts.selectors.terms import Term

MOMENT = "%Y-%m-%dT%H:%M"
YEARS_AHEAD = 2


class MomentField(forms.DateTimeField):
    """A day and a minute by the practice's clock."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=[MOMENT, f"{MOMENT}:%S"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
            error_messages={
                "required": "Enter a day and a time.",
                "invalid": "Enter a day and a time.",
            },
            **kwargs,
        )


class TermForm(forms.Form):
    """The first and the last moment of a role; both or none, where none is allowed."""

    starts_at = MomentField(label="Begins")
    ends_at = MomentField(
        label="Ends", help_text="At this minute the role ends by itself, in every browser."
    )

    def __init__(self, *args: object, now: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.now = now

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        starts_at, ends_at = given.get("starts_at"), given.get("ends_at")
        if self.errors:
            return given
        if bool(starts_at) != bool(ends_at):
            self.add_error(
                "starts_at" if ends_at else "ends_at",
                "Enter both, when it begins and when it ends, or neither.",
            )
        elif starts_at and ends_at:
            self._check(starts_at, ends_at)
        return given

    def _check(self, starts_at: datetime, ends_at: datetime) -> None:
        latest = self.now.replace(year=self.now.year + YEARS_AHEAD, day=min(self.now.day, 28))
        if ends_at <= starts_at:
            self.add_error("ends_at", "Enter a moment after the beginning.")
        elif ends_at <= self.now:
            self.add_error("ends_at", "This moment has passed. Enter a later one.")
        elif ends_at > latest:
            self.add_error("ends_at", "Enter a moment within two years.")

    @property
    def term(self) -> Term | None:
        """The term of a valid form, or None where there is to be no end."""
        starts_at, ends_at = self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]
        return Term(starts_at, ends_at) if starts_at and ends_at else None
