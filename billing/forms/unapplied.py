"""Which credits somebody looks at, and which of them they pick."""

from collections.abc import Iterable
from uuid import UUID

from django import forms


class UnappliedFilterForm(forms.Form):
    """Which credits the list shows."""

    state = forms.ChoiceField(
        label="Which credits",
        choices=[("", "Useful now"), ("all", "All credit")],
        required=False,
    )


class PickedForm(forms.Form):
    """The sign of what was shown of the picked credits."""

    key = forms.UUIDField()
    shown = forms.CharField(max_length=64)


def picked(texts: Iterable[str]) -> set[UUID]:
    """Return the ids among what was sent as picked; what is none is left out."""
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found
