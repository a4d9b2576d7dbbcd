"""Which part of the log to read."""

from django import forms


class LogFilterForm(forms.Form):
    """Which part of the log to read."""

    who = forms.ChoiceField(label="Who", required=False)
    did = forms.ChoiceField(label="Did", required=False)

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
