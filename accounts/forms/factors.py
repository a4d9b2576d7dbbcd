"""What people type, or let a device answer, about their second factors."""

from django import forms
from django.utils.datastructures import MultiValueDict

from accounts.forms.signin import CODE_ATTRIBUTES

NAME_CHARS = 60
NO_ANSWER = "Your device gave no answer. This needs a browser that knows passkeys, and its scripts."


class PasskeyField(forms.CharField):
    """The answer of a device, which a script puts into a hidden control."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            label="Passkey",
            max_length=16_384,
            required=required,
            widget=forms.HiddenInput(attrs={"data-answer": True, "autocomplete": "off"}),
            error_messages={"required": NO_ANSWER},
        )


class PasskeyForm(forms.Form):
    """A passkey in place of a code."""

    passkey = PasskeyField()


class NameForm(forms.Form):
    """What a person calls one of their passkeys."""

    name = forms.CharField(
        label="Name",
        max_length=NAME_CHARS,
        help_text="Such as: laptop, blue key. Only you see it.",
        error_messages={"required": "Give it a name that you will know it by."},
    )


class NewPasskeyForm(NameForm, PasskeyForm):
    """A passkey that was just made, and its name."""


class StepUpForm(forms.Form):
    """A fresh code or a passkey, before something that needs one."""

    FIELDS = frozenset({"step_up_code", "step_up_passkey"})

    step_up_code = forms.RegexField(
        r"\A[0-9]{6}\Z",
        label="Six-digit code",
        required=False,
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES),
        error_messages={"invalid": "A code is six digits."},
    )
    step_up_passkey = PasskeyField(required=False)

    @classmethod
    def sent_in(cls, sent: "MultiValueDict[str, str]") -> "StepUpForm | None":
        """Return the form as it was sent, or None if it was not shown before."""
        return cls(sent) if cls.FIELDS & sent.keys() else None

    def clean(self) -> None:
        """Demand one of the two."""
        if not self.errors and not any(self.cleaned_data.get(name) for name in self.FIELDS):
            self.add_error("step_up_code", "Type the six digits of your app.")
