"""Whom somebody invites, as what."""

from typing import cast

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet

from accounts.forms.terms import MomentField, TermForm
from accounts.models import Role

ONE_LINE = RegexValidator(r"\A[^\x00-\x1f\x7f\u2028\u2029]*\Z", "Write the name on one line.")


class RoleForm(forms.Form):
    """A role out of those that this person may give."""

    role = forms.ModelChoiceField(
        queryset=Role.objects.none(),
        label="Role",
        empty_label="Choose",
        error_messages={
            "required": "Choose a role.",
            "invalid_choice": "Choose one of the roles in the list.",
        },
    )

    def __init__(self, *args: object, roles: QuerySet[Role], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        cast("forms.ModelChoiceField[Role]", self.fields["role"]).queryset = roles


class InvitationForm(TermForm, RoleForm):
    """Who is invited, as what, and for how long."""

    email = forms.EmailField(
        label="Work e-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Type their work e-mail address.",
            "invalid": "This is not an e-mail address.",
        },
    )
    display_name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="As colleagues will read it.",
        validators=[ONE_LINE],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type their name."},
    )

    starts_at = MomentField(label="Begins", required=False)
    ends_at = MomentField(
        label="Ends",
        required=False,
        help_text="For somebody who comes for a time, such as an auditor: at this minute the role"
        " ends by itself. Leave both empty for no end.",
    )

    field_order = ("display_name", "email", "role", "starts_at", "ends_at")


class RoleTermForm(TermForm, RoleForm):
    """Which role somebody holds for a time."""

    field_order = ("role", "starts_at", "ends_at")
