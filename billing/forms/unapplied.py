"""Which credits somebody looks at, and which of them they pick."""

from collections.abc import Iterable
from uuid import UUID

from django import forms

from billing.forms.fields import MoneyFormField


class UnappliedFilterForm(forms.Form):
    """Which credits the list shows."""

    state = forms.ChoiceField(
        label="Which credits",
        choices=[("", "Useful now"), ("all", "All credit")],
        required=False,
    )


class PickedForm(forms.Form):
    """The sum that was shown for the picked credits."""

    key = forms.UUIDField()
    shown = MoneyFormField()


def picked(texts: Iterable[str]) -> set[UUID]:
    """Return the ids among what was sent as picked; what is none is left out."""
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found
