"""What administrators tick: roles of a member, permissions of a role."""

from typing import cast

from django import forms

from accounts.models import Role
from accounts.permissions import WORDS


class MemberRolesForm(forms.Form):
    """Which roles a member holds."""

    roles = forms.ModelMultipleChoiceField(
        queryset=Role.objects.none(),
        required=False,
        label="Roles",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        roles = cast("forms.ModelMultipleChoiceField[Role]", self.fields["roles"])
        roles.queryset = Role.objects.order_by("name", "id")


class RolePermissionsForm(forms.Form):
    """What a role may do."""

    permissions = forms.MultipleChoiceField(
        choices=[(permission.value, words) for permission, (_, words) in WORDS.items()],
        required=False,
        label="May",
        widget=forms.CheckboxSelectMultiple,
    )
