"""What people type to sign in."""

from django import forms

LONGEST_PASSWORD = 1024
"""Characters as typed, before they are brought into one form: a syllable may come as three."""

CODE_ATTRIBUTES = {
    "autocomplete": "one-time-code",
    "autofocus": True,
    "inputmode": "numeric",
    "maxlength": "6",
}


class SignInForm(forms.Form):
    """The first step: who, and the password."""

    email = forms.EmailField(
        label="Work e-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={
            "required": "Type your work e-mail address.",
            "invalid": "This is not an e-mail address.",
        },
    )
    password = forms.CharField(
        label="Password",
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text="You can paste it, and a password manager can fill it in.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type your password."},
    )


class CodeForm(forms.Form):
    """Six digits of the authenticator app."""

    code = forms.RegexField(
        r"\A[0-9]{6}\Z",
        label="Six-digit code",
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES),
        error_messages={
            "required": "Type the six digits of your app.",
            "invalid": "A code is six digits.",
        },
    )


class RecoveryForm(forms.Form):
    """One of the ten codes that stand in for the app."""

    code = forms.CharField(
        label="Recovery code",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Type one of your recovery codes."},
    )
