"""What people type to get a new password, and an administrator to say how long one lasts."""

from typing import Any, Self

from django import forms

from accounts.forms.signin import LONGEST_PASSWORD
from accounts.selectors.policies import IDLE_MINUTES_MAX, SESSIONS_MAX, Rules

IDLE_MINUTES_MIN = 2
ON_EVIDENCE = ""
ROTATIONS = (
    (ON_EVIDENCE, "When others may know it"),
    ("90", "Every 90 days"),
    ("180", "Every 180 days"),
    ("365", "Every 365 days"),
)


def password_field(label: str, kind: str, missing: str) -> forms.CharField:
    """Return a field for a password, which a manager can fill and nothing trims."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": f"{kind}-password"}),
        error_messages={"required": missing},
    )


class NewPasswordForm(forms.Form):
    """A new password, twice; both may be pasted."""

    new_password = password_field("New password", "new", "Type a new password.")
    new_password_again = password_field("The same again", "new", "Type the new password again.")

    def needing(self, length_min: int) -> Self:
        """Return the form, telling its reader how long a password has to be."""
        self.fields["new_password"].help_text = (
            f"At least {length_min} characters, of any kind. A few words that have nothing to do"
            " with each other are easy to keep and hard to guess. You can paste it, and a password"
            " manager can make one."
        )
        return self

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        both = [typed[name] for name in ("new_password", "new_password_again") if name in typed]
        if len(set(both)) == 2:
            self.add_error("new_password_again", "The two are not the same. Type them again.")
        return typed


class OwnPasswordForm(NewPasswordForm):
    """The present password, and a new one."""

    present_password = password_field("Present password", "current", "Type your present password.")
    field_order = ("present_password", "new_password", "new_password_again")


class ResetAskForm(forms.Form):
    """Where the link to a new password goes."""

    email = forms.EmailField(
        label="Work e-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={
            "required": "Type your work e-mail address.",
            "invalid": "This is not an e-mail address.",
        },
    )


class SecurityRulesForm(forms.Form):
    """How the people of a practice sign in."""

    rotation = forms.ChoiceField(
        label="A password changes",
        choices=ROTATIONS,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the four."},
    )
    idle_minutes = forms.IntegerField(
        label="Quiet minutes until one is signed out",
        min_value=IDLE_MINUTES_MIN,
        max_value=IDLE_MINUTES_MAX,
        error_messages={"required": f"Type {IDLE_MINUTES_MIN} to {IDLE_MINUTES_MAX} minutes."},
    )
    sessions_max = forms.IntegerField(
        label="Browsers at once, for each person",
        min_value=1,
        max_value=SESSIONS_MAX,
        error_messages={"required": f"Type 1 to {SESSIONS_MAX}."},
    )

    def rules(self) -> Rules:
        """Return what a valid form says."""
        typed = self.cleaned_data
        days = int(typed["rotation"]) if typed["rotation"] else None
        return Rules(days, typed["idle_minutes"], typed["sessions_max"])
